package ledger

import (
	"fmt"
	"maps"
	"slices"
)

// holds reports whether writer holds node at exactly this epoch. Equality, not
// order: an epoch that is newer than mine is as wrong as an older one.
func (f *Fold) holds(writer, node string, epoch ID) bool {
	held := f.Nodes[node]
	return held.Holder != "" && held.Holder == writer && held.Epoch == epoch
}

// Leader is the holder of Site and its epoch; "" if nobody leads.
func (f *Fold) Leader() (holder string, epoch ID) {
	site := f.Nodes[Site]
	return site.Holder, site.Epoch
}

func (f *Fold) describeHolder(e Entry, node string) string {
	held := f.Nodes[node]
	if held.Holder == "" {
		return fmt.Sprintf("%s at epoch %s, nobody holds %s", e.Writer, e.Epoch, node)
	}
	return fmt.Sprintf("%s at epoch %s, %s is held by %s at %s", e.Writer, e.Epoch, node, held.Holder, held.Epoch)
}

// judgeProtocol folds the kinds of the protocol. Role and holder were checked.
func (f *Fold) judgeProtocol(e Entry) Verdict {
	switch e.Kind {
	case KindGenesis, KindHistory:
		return f.foldHistory(e)
	case KindBeat:
		return f.foldBeat(e)
	case KindTake:
		return f.foldTake(e)
	case KindYield:
		return f.foldYield(e)
	case KindCaughtUp:
		return f.foldCaughtUp(e)
	case KindFormatRaised:
		return f.foldFormatRaised(e)
	}
	return accepted() // history_gap: for readers of history, nothing to fold
}

// foldHistory makes every held node wait for its owner: facts may be missing
// before this entry, and only the owners know what is in Asterisk. The leader's
// Site has no legs and nothing to catch up.
func (f *Fold) foldHistory(e Entry) Verdict {
	if e.Gen == f.Gen {
		return void(Malformed, e.Kind+" that does not raise the generation")
	}
	for name, node := range f.Nodes {
		if node.Holder != "" && name != Site {
			node.Waiting = true
			f.Nodes[name] = node
		}
	}
	return accepted()
}

func (f *Fold) foldBeat(e Entry) Verdict {
	var beat Beat
	if e.Writer == "" || e.Subject != e.Writer {
		return void(Malformed, fmt.Sprintf("beat of %q by %q", e.Subject, e.Writer))
	}
	if err := Decode(e.Data, &beat); err != nil {
		return void(Malformed, err.Error())
	}
	if f.Controllers == nil {
		f.Controllers = map[string]Controller{}
	}
	f.Controllers[e.Writer] = Controller{Beat: e.Self.ID, Format: beat.Format, Process: beat.Process}
	f.forgetController()
	return accepted()
}

// forgetController drops the longest silent controller beyond the bound, so
// that instance names made up at each start cannot grow the state. A holder is
// never dropped: its last beat is what a take must name.
func (f *Fold) forgetController() {
	if len(f.Controllers) <= maxControllers {
		return
	}
	holders := map[string]bool{}
	for _, node := range f.Nodes {
		holders[node.Holder] = true
	}
	oldest := ""
	for name, c := range f.Controllers {
		if !holders[name] && (oldest == "" || c.Beat.Compare(f.Controllers[oldest].Beat) < 0) {
			oldest = name
		}
	}
	delete(f.Controllers, oldest)
}

// foldTake gives the node to the writer if what it saw is still so. The first
// take in the log wins: it changes the holder that the next one expects.
func (f *Fold) foldTake(e Entry) Verdict {
	var take Take
	if e.Writer == "" || e.Subject == "" {
		return void(Malformed, "take without writer or node")
	}
	if err := Decode(e.Data, &take); err != nil {
		return void(Malformed, err.Error())
	}
	node := f.Nodes[e.Subject]
	beat := f.Controllers[node.Holder].Beat
	if node.Holder != take.Holder || beat != take.Beat {
		return void(TakenSince, fmt.Sprintf("%s expects holder %q with beat %s, found %q with beat %s",
			e.Writer, take.Holder, take.Beat, node.Holder, beat))
	}
	if f.Nodes == nil {
		f.Nodes = map[string]Node{}
	}
	node.Holder, node.Epoch = e.Writer, e.Self.ID
	f.Nodes[e.Subject] = node
	return accepted()
}

func (f *Fold) foldYield(e Entry) Verdict {
	if !f.holds(e.Writer, e.Subject, e.Epoch) {
		return void(NotHolder, f.describeHolder(e, e.Subject))
	}
	node := f.Nodes[e.Subject]
	node.Holder, node.Epoch = "", ID{}
	f.Nodes[e.Subject] = node
	return accepted()
}

// foldCaughtUp ends the wait for one node: its owner is back, or the leader
// gave up waiting for it.
func (f *Fold) foldCaughtUp(e Entry) Verdict {
	if owned, ok := OwnedNode(e.Role); ok && owned != e.Subject {
		return void(Malformed, fmt.Sprintf("caught_up of %q by the owner of %q", e.Subject, owned))
	}
	node, known := f.Nodes[e.Subject]
	if !known {
		return void(Malformed, fmt.Sprintf("caught_up of unknown node %q", e.Subject))
	}
	node.Waiting = false
	f.Nodes[e.Subject] = node
	return accepted()
}

// foldFormatRaised refuses a format that some holder could not read: it would
// have to stop. Who holds nothing may stop and be updated.
func (f *Fold) foldFormatRaised(e Entry) Verdict {
	var raised FormatRaised
	if err := Decode(e.Data, &raised); err != nil {
		return void(Malformed, err.Error())
	}
	if raised.Format <= f.Format {
		return void(NotSupported, fmt.Sprintf("format %d, it is %d already", raised.Format, f.Format))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Nodes)) {
		holder := f.Nodes[name].Holder
		if holder != "" && f.Controllers[holder].Format < raised.Format {
			return void(NotSupported, fmt.Sprintf("format %d, %s understands up to %d", raised.Format, holder, f.Controllers[holder].Format))
		}
	}
	f.Format = raised.Format
	return accepted()
}

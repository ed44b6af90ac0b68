package model

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// apply folds an entry by the production fold. A rule of acceptance that the run
// leaves out is got round by handing the fold an entry that satisfies it.
func (w *World) apply(s *fold.State, e ledger.Entry) fold.Applied {
	p := s.Protocol
	switch w.broken {
	case DigestUnchecked:
		if e.Prev.ID == p.Last.ID {
			e.Prev = p.Last
		}
	case TakeUnchecked:
		if e.Kind == ledger.KindTake {
			e.Data = satisfied(p, e)
		}
	case EpochUnchecked:
		if node, held := p.Nodes[nodeOf(e)]; held && node.Holder != "" {
			e.Writer, e.Epoch = node.Holder, node.Epoch
		}
	case VersionsUnchecked:
		e.Data = upToDate(s, e)
	case SeqUnchecked:
		if e.Seq > 0 {
			e.Seq = p.Seq(e.Subject) + 1
		}
	case OffersWhileWaiting:
		return withoutWaiting(s, e)
	case PlacesUncounted:
		return withoutPlaces(s, e)
	}
	return s.Apply(e)
}

// nodeOf is the node under which an entry speaks.
func nodeOf(e ledger.Entry) string {
	if e.Role == ledger.RoleLeader {
		return ledger.Site
	}
	if node, owner := ledger.OwnedNode(e.Role); owner {
		return node
	}
	return ""
}

func canonical(v any) []byte {
	data, err := ledger.Canonical(v)
	if err != nil {
		panic("model: not canonical: " + err.Error())
	}
	return data
}

// satisfied is the data of a take that expects what is so.
func satisfied(p *ledger.Fold, e ledger.Entry) []byte {
	var take ledger.Take
	if ledger.Decode(e.Data, &take) != nil {
		return e.Data
	}
	take.Holder = p.Nodes[e.Subject].Holder
	take.Beat = p.Controllers[take.Holder].Beat
	return canonical(take)
}

// upToDate is the data of an offer that was made on what is so.
func upToDate(s *fold.State, e ledger.Entry) []byte {
	f, err := fact.Decode(e.Kind, e.Data)
	o, is := f.(fact.Offered)
	if err != nil || !is {
		return e.Data
	}
	if t := s.Floor.Tickets[contact.ID(e.Subject)]; t != nil {
		o.ContactVersion = t.Version
	}
	if a := s.Floor.Agents[o.Agent]; a != nil {
		o.AgentVersion = a.Version
	}
	o.QueueVersion = s.Floor.QueueVersions[o.Queue]
	return canonical(o)
}

// withoutWaiting folds an offer as if every owner had caught up.
func withoutWaiting(s *fold.State, e ledger.Entry) fold.Applied {
	if e.Kind != string(fact.KindOffered) {
		return s.Apply(e)
	}
	waiting := s.Protocol.WaitingFor()
	set := func(to bool) {
		for _, name := range waiting {
			n := s.Protocol.Nodes[name]
			n.Waiting = to
			s.Protocol.Nodes[name] = n
		}
	}
	set(false)
	defer set(true)
	return s.Apply(e)
}

package sim

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

const instance = "sim"

// book is a ledger in memory with its fold: what is written is encoded, read
// back and folded, as a controller would read it. One controller holds all.
type book struct {
	state  *fold.State
	node   string
	epochs map[string]ledger.ID
	ids    uint64
	ops    int
}

// open begins a log whose site and node are held, and the mailroom.
func open(node string) *book {
	b := &book{state: fold.New(), node: node, epochs: map[string]ledger.ID{}}
	b.write(ledger.Entry{Kind: ledger.KindGenesis, Role: ledger.RoleLedger, Data: data(ledger.Began{Run: "sim"})})
	b.write(ledger.Entry{
		Kind: ledger.KindBeat, Subject: instance, Writer: instance, Role: ledger.RoleController,
		Data: data(ledger.Beat{Format: fold.Understands, Process: "p"}),
	})
	for _, held := range []string{ledger.Site, node, string(contact.Mailroom)} {
		b.epochs[held] = b.write(ledger.Entry{
			Kind: ledger.KindTake, Subject: held, Writer: instance, Role: ledger.RoleController,
			Data: data(ledger.Take{Process: "p"}),
		}).Entry.Self.ID
	}
	b.write(ledger.Entry{
		Kind: ledger.KindFormatRaised, Subject: ledger.Site, Writer: instance, Role: ledger.RoleLeader, Epoch: b.epochs[ledger.Site],
		Data: data(ledger.FormatRaised{Format: fold.Understands}),
	})
	return b
}

// write appends an entry and folds it. That the protocol refuses one is a fault
// of this package; that its content has no effect is not.
func (b *book) write(e ledger.Entry) fold.Applied {
	b.ids++
	e.Gen, e.Format = 1, max(e.Format, 1)
	body, err := e.Body()
	if err != nil {
		panic(fmt.Sprintf("sim: encode %s: %v", e.Kind, err))
	}
	read, err := ledger.ReadBody(ledger.ID{Ms: b.ids}, b.state.Protocol.Last, body)
	if err != nil {
		panic(fmt.Sprintf("sim: read %s back: %v", e.Kind, err))
	}
	applied := b.state.Apply(read)
	if !applied.Verdict.Accepted() {
		panic(fmt.Sprintf("sim: the ledger refuses %s: %s", e.Kind, applied.Verdict))
	}
	return applied
}

// owner writes what the owner of a node says of a contact.
func (b *book) owner(node contact.Node, at int64, subject string, f fact.Fact) fold.Applied {
	return b.write(ledger.Entry{
		Kind: string(f.Kind()), Format: fact.EntryFormat(f), Subject: subject, Writer: instance,
		Role: ledger.Owner(string(node)), Epoch: b.epochs[string(node)],
		Seq: b.state.Protocol.Seq(subject) + 1, At: at, Data: data(f),
	})
}

func (b *book) leader(at int64, subject string, f fact.Fact) fold.Applied {
	return b.write(ledger.Entry{
		Kind: string(f.Kind()), Format: fact.EntryFormat(f), Subject: subject, Writer: instance, Role: ledger.RoleLeader, Epoch: b.epochs[ledger.Site],
		At: at, Data: data(f),
	})
}

// command writes what a person told the floor.
func (b *book) command(at int64, subject string, f fact.Fact) fold.Applied {
	b.ops++
	return b.write(ledger.Entry{
		Kind: string(f.Kind()), Format: fact.EntryFormat(f), Subject: subject, Writer: instance, Role: ledger.RoleAPI,
		Op: fmt.Sprintf("op-%d", b.ops), At: at, Data: data(f),
	})
}

// reread replaces the state by what its snapshot says, and fails if that is
// another.
func (b *book) reread() error {
	written, err := b.state.Snapshot()
	if err != nil {
		return err
	}
	state, err := fold.Restore(written)
	if err != nil {
		return err
	}
	again, err := state.Snapshot()
	if err != nil {
		return err
	}
	if string(again.Data) != string(written.Data) {
		return fmt.Errorf("the state of the site is another after it was read back")
	}
	b.state = state
	return nil
}

func data(v any) []byte {
	text, err := ledger.Canonical(v)
	if err != nil {
		panic(fmt.Sprintf("sim: a fact is not canonical: %v", err))
	}
	return text
}

package fold_test

import (
	"encoding/json"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

const (
	writer = "ctl"
	node   = "n1"
)

// chain is a log in memory with its fold: what is appended is encoded, read
// back and folded, as a controller would read it. One controller holds all.
type chain struct {
	t      require.TestingT
	state  *fold.State
	log    []ledger.Entry
	epochs map[string]ledger.ID
	ids    uint64
	ops    int
}

// newChain has a log whose site and node are held by writer.
func newChain(t require.TestingT) *chain {
	c := &chain{t: t, state: fold.New(), epochs: map[string]ledger.ID{}}
	c.must(ledger.Entry{Kind: ledger.KindGenesis, Role: ledger.RoleLedger, Data: c.data(ledger.Began{Run: "r"})}, 1)
	beat := ledger.Entry{Kind: ledger.KindBeat, Subject: writer, Writer: writer, Role: ledger.RoleController}
	beat.Data = c.data(ledger.Beat{Format: 1, Process: "p"})
	c.must(beat, 1)
	c.take(ledger.Site)
	c.take(node)
	return c
}

func (c *chain) take(name string) {
	e := ledger.Entry{Kind: ledger.KindTake, Subject: name, Writer: writer, Role: ledger.RoleController}
	e.Data = c.data(ledger.Take{Process: "p"})
	c.epochs[name] = c.must(e, 1).Entry.Self.ID
}

func (c *chain) data(v any) []byte {
	data, err := ledger.Canonical(v)
	require.NoError(c.t, err)
	return data
}

// append encodes e as the next entry of the log and folds it.
func (c *chain) append(e ledger.Entry, gen uint64) fold.Applied {
	c.ids++
	e.Gen = gen
	if e.Format == 0 {
		e.Format = 1
	}
	body, err := e.Body()
	require.NoError(c.t, err)
	read, err := ledger.ReadBody(ledger.ID{Ms: c.ids}, c.state.Protocol.Last, body)
	require.NoError(c.t, err)
	c.log = append(c.log, read)
	return c.state.Apply(read)
}

func (c *chain) must(e ledger.Entry, gen uint64) fold.Applied {
	a := c.append(e, gen)
	require.True(c.t, a.Verdict.Accepted(), a.Verdict.String())
	return a
}

// owner is the owner's next fact about a subject.
func (c *chain) owner(at int64, subject string, f fact.Fact) ledger.Entry {
	return ledger.Entry{
		Kind: string(f.Kind()), Subject: subject, Writer: writer, Role: ledger.Owner(node), Epoch: c.epochs[node],
		Format: fact.EntryFormat(f), Seq: c.state.Protocol.Seq(subject) + 1, At: at, Data: c.data(f),
	}
}

func (c *chain) leader(at int64, subject string, f fact.Fact) ledger.Entry {
	return ledger.Entry{
		Kind: string(f.Kind()), Subject: subject, Writer: writer, Role: ledger.RoleLeader, Epoch: c.epochs[ledger.Site],
		Format: fact.EntryFormat(f), At: at, Data: c.data(f),
	}
}

func (c *chain) api(at int64, subject string, f fact.Fact) ledger.Entry {
	c.ops++
	return ledger.Entry{
		Kind: string(f.Kind()), Subject: subject, Writer: writer, Role: ledger.RoleAPI,
		Op: fmt.Sprintf("op-%d", c.ops), Format: fact.EntryFormat(f), At: at, Data: c.data(f),
	}
}

// own, lead and command append a fact in each of the roles and give what became
// of its content: empty if it had its effect.
func (c *chain) own(at int64, subject string, f fact.Fact) string {
	return c.must(c.owner(at, subject, f), c.state.Protocol.Gen).Void
}

func (c *chain) lead(at int64, subject string, f fact.Fact) string {
	return c.must(c.leader(at, subject, f), c.state.Protocol.Gen).Void
}

func (c *chain) command(at int64, subject string, f fact.Fact) string {
	return c.must(c.api(at, subject, f), c.state.Protocol.Gen).Void
}

// bytes is the state in canonical form.
func (c *chain) bytes() string {
	snap, err := c.state.Snapshot()
	require.NoError(c.t, err)
	return string(snap.Data)
}

// restart replaces the state by what its snapshot says.
func (c *chain) restart() {
	snap, err := c.state.Snapshot()
	require.NoError(c.t, err)
	state, err := fold.Restore(snap)
	require.NoError(c.t, err)
	c.state = state
	require.Equal(c.t, string(snap.Data), c.bytes(), "a snapshot read back is another")
}

func asJSON(t require.TestingT, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

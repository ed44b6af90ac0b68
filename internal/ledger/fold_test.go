package ledger_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

// domain is a small one: notes by anybody, decisions by the leader.
var domain = ledger.Kinds{
	"note":   {Format: 2, By: ledger.ByOwner | ledger.ByAPI},
	"decide": {Format: 1, By: ledger.ByLeader},
}

// chain is a log in a test: what is written is chained and folded at once.
type chain struct {
	testing.TB
	*ledger.Fold
	ms uint64
}

func newChain(t testing.TB) *chain {
	c := &chain{TB: t, Fold: &ledger.Fold{}}
	c.Know(domain)
	c.holds(c.write(ledger.Entry{Gen: 1, Kind: ledger.KindGenesis, Role: ledger.RoleLedger, Data: canonical(t, ledger.Began{Run: "r1"})}))
	return c
}

func canonical(t testing.TB, v any) json.RawMessage {
	t.Helper()
	data, err := ledger.Canonical(v)
	require.NoError(t, err)
	return data
}

// next is e as the log would give it to a reader, behind what was folded.
func (c *chain) next(e ledger.Entry) ledger.Entry {
	c.Helper()
	if e.Gen == 0 {
		e.Gen = c.Gen
	}
	if e.Format == 0 {
		e.Format = 1
	}
	body, err := e.Body()
	require.NoError(c, err)
	c.ms++
	e.Prev, e.Self = c.Last, c.Last.Next(ledger.ID{Ms: c.ms}, body)
	return e
}

func (c *chain) write(e ledger.Entry) (ledger.Entry, ledger.Verdict) {
	c.Helper()
	e = c.next(e)
	return e, c.Accept(e)
}

// holds requires that the entry was accepted, and returns its place.
func (c *chain) holds(e ledger.Entry, v ledger.Verdict) ledger.ID {
	c.Helper()
	require.Equal(c, "accepted", v.String())
	require.Equal(c, e.Self, c.Last)
	return e.Self.ID
}

// voids requires that the entry was void for this reason, and is the last all the same.
func (c *chain) voids(why ledger.Reason) func(e ledger.Entry, v ledger.Verdict) {
	return func(e ledger.Entry, v ledger.Verdict) {
		c.Helper()
		require.Equal(c, ledger.Void, v.Outcome, v.String())
		require.Equal(c, why, v.Reason, v.String())
		require.Equal(c, e.Self, c.Last)
	}
}

func beat(name string) ledger.Entry {
	return ledger.Entry{
		Kind: ledger.KindBeat, Subject: name, Writer: name, Role: ledger.RoleController,
		Data: json.RawMessage(`{"format":1,"process":"p-` + name + `"}`),
	}
}

func (c *chain) take(name, node, holder string, lastBeat ledger.ID) ledger.Entry {
	return ledger.Entry{
		Kind: ledger.KindTake, Subject: node, Writer: name, Role: ledger.RoleController,
		Data: canonical(c, ledger.Take{Holder: holder, Beat: lastBeat, Process: "p-" + name}),
	}
}

func note(role, writer string, epoch ledger.ID, seq uint64) ledger.Entry {
	return ledger.Entry{Kind: "note", Subject: "c-1", Role: role, Writer: writer, Epoch: epoch, Seq: seq}
}

func history(gen uint64) ledger.Entry {
	return ledger.Entry{Gen: gen, Kind: ledger.KindHistory, Role: ledger.RoleLedger, Data: json.RawMessage(`{"run":"r2"}`)}
}

func TestAnEntryThatDoesNotContinueTheChainStopsTheFold(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.holds(c.write(beat("a")))
	before := canonical(t, c.Fold)
	good := c.next(beat("a"))

	for name, spoil := range map[string]func(*ledger.Entry){
		"another id before":           func(e *ledger.Entry) { e.Prev.ID.Seq++ },
		"the same id, another digest": func(e *ledger.Entry) { e.Prev.Digest[0]++ },
		"nothing before":              func(e *ledger.Entry) { e.Prev = ledger.Position{} },
		"an older generation":         func(e *ledger.Entry) { e.Gen-- },
		"a newer generation":          func(e *ledger.Entry) { e.Gen++ },
		"a history of an older one":   func(e *ledger.Entry) { e.Gen--; e.Kind = ledger.KindHistory },
	} {
		e := good
		spoil(&e)
		v := c.Accept(e)
		require.Equal(t, ledger.Stop, v.Outcome, name)
		require.Equal(t, ledger.BrokenChain, v.Reason, name)
		require.Equal(t, before, canonical(t, c.Fold), "%s: a stopped fold is unchanged", name)
	}
	require.True(t, c.Accept(good).Accepted())
}

func TestNothingButAGenesisBeginsAFold(t *testing.T) {
	t.Parallel()
	for _, gen := range []uint64{0, 1} {
		e := beat("a")
		e.Gen, e.Format = gen, 1
		var f ledger.Fold
		assert.Equal(t, ledger.BrokenChain, f.Accept(e).Reason)
	}
}

func TestAnUnknownKindOrFormatStopsTheFoldAndIsNeverSkipped(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	before := canonical(t, c.Fold)
	for _, wrong := range []struct {
		kind   string
		format int
		reason ledger.Reason
	}{
		{"surprise", 1, ledger.UnknownKind},
		{"", 1, ledger.UnknownKind},
		{"note", 3, ledger.UnknownFormat},
		{"note", -1, ledger.UnknownFormat},
		{ledger.KindBeat, 2, ledger.UnknownFormat},
	} {
		e := c.next(ledger.Entry{Kind: wrong.kind, Format: wrong.format, Role: ledger.RoleAPI})
		v := c.Accept(e)
		assert.True(t, v.Stops())
		assert.Equal(t, wrong.reason, v.Reason)
	}
	assert.Equal(t, before, canonical(t, c.Fold))
}

func TestAKindIsAcceptedOnlyInItsRoles(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for kind, roles := range map[string][]string{
		"decide":            {ledger.Owner("n"), ledger.RoleAPI, ledger.RoleController, ledger.RoleLedger, "", "king", "owner:", ledger.Owner(ledger.Site)},
		"note":              {ledger.RoleLeader, ledger.RoleController},
		ledger.KindBeat:     {ledger.Owner("n"), ledger.RoleLeader, ledger.RoleAPI},
		ledger.KindGenesis:  {ledger.RoleController, ledger.RoleLeader},
		ledger.KindCaughtUp: {ledger.RoleAPI},
	} {
		for _, role := range roles {
			e := c.next(ledger.Entry{Kind: kind, Role: role, Subject: "a", Writer: "a", Op: "x"})
			c.voids(ledger.WrongRole)(e, c.Accept(e))
		}
	}
	assert.EqualValues(t, 8, c.Voids["decide"], "voids are counted by kind")
}

func TestAnOwnersFactCountsOnlyAtTheEpochAtWhichItHoldsTheNode(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	own := ledger.Owner("n1")
	c.voids(ledger.NotHolder)(c.write(note(own, "a", ledger.ID{}, 1)))
	first := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	c.holds(c.write(note(own, "a", first, 1)))
	c.voids(ledger.NotHolder)(c.write(note(own, "b", first, 2)))
	c.voids(ledger.NotHolder)(c.write(note(own, "a", ledger.ID{}, 2)))
	c.voids(ledger.NotHolder)(c.write(note(ledger.Owner("n2"), "a", first, 2)))

	beatOfA := c.holds(c.write(beat("a")))
	second := c.holds(c.write(c.take("b", "n1", "a", beatOfA)))
	c.voids(ledger.NotHolder)(c.write(note(own, "a", first, 2)))
	c.voids(ledger.NotHolder)(c.write(note(own, "a", second, 2)))
	c.voids(ledger.NotHolder)(c.write(note(own, "b", first, 2)))
	c.holds(c.write(note(own, "b", second, 2)))
}

func TestALeadersDecisionCountsOnlyAtItsEpoch(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	decide := ledger.Entry{Kind: "decide", Role: ledger.RoleLeader, Writer: "a"}
	c.voids(ledger.NotHolder)(c.write(decide))
	decide.Epoch = c.holds(c.write(c.take("a", ledger.Site, "", ledger.ID{})))
	c.holds(c.write(decide))
	leader, epoch := c.Leader()
	assert.Equal(t, "a", leader)
	assert.Equal(t, decide.Epoch, epoch)

	again := c.holds(c.write(c.take("a", ledger.Site, "a", ledger.ID{})))
	c.voids(ledger.NotHolder)(c.write(decide))
	decide.Epoch = again
	c.holds(c.write(decide))
}

func TestOwnersFactsAreNumberedWithoutHolesPerSubject(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	own := ledger.Owner("n1")
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	c.voids(ledger.Malformed)(c.write(note(own, "a", epoch, 0)))
	c.voids(ledger.Hole)(c.write(note(own, "a", epoch, 2)))
	c.holds(c.write(note(own, "a", epoch, 1)))
	c.voids(ledger.Duplicate)(c.write(note(own, "a", epoch, 1)))
	c.voids(ledger.Hole)(c.write(note(own, "a", epoch, 3)))
	c.holds(c.write(note(own, "a", epoch, 2)))
	c.holds(c.write(note(own, "a", epoch, 3)))
	assert.EqualValues(t, 3, c.Seq("c-1"))

	other := note(own, "a", epoch, 1)
	other.Subject = "c-2"
	c.holds(c.write(other))
	nameless := note(own, "a", epoch, 1)
	nameless.Subject = ""
	c.voids(ledger.Malformed)(c.write(nameless))
}

func TestAFactUsesUpItsSeqEvenWhenTheDomainVoidsIt(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	own := ledger.Owner("n1")
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	e, v := c.write(note(own, "a", epoch, 1))
	c.holds(e, v)
	c.Settle(e, "contact is closed")
	assert.EqualValues(t, 1, c.Voids["note"])
	c.holds(c.write(note(own, "a", epoch, 2)))
	c.voids(ledger.Duplicate)(c.write(note(own, "a", epoch, 1)))
}

func TestAStrangersFactUsesUpNoSeq(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	c.voids(ledger.NotHolder)(c.write(note(ledger.Owner("n1"), "b", epoch, 1)))
	c.holds(c.write(note(ledger.Owner("n1"), "a", epoch, 1)))
}

func TestATakeCountsOnlyIfHolderAndLastBeatAreStillWhatItsWriterSaw(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.voids(ledger.TakenSince)(c.write(c.take("b", "n1", "a", ledger.ID{})))
	beat1 := c.holds(c.write(beat("a")))
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	assert.Equal(t, ledger.Node{Holder: "a", Epoch: epoch}, c.Nodes["n1"])

	beat2 := c.holds(c.write(beat("a")))
	c.voids(ledger.TakenSince)(c.write(c.take("b", "n1", "a", beat1)))
	c.voids(ledger.TakenSince)(c.write(c.take("b", "n1", "", ledger.ID{})))
	c.voids(ledger.TakenSince)(c.write(c.take("b", "n1", "c", ledger.ID{})))
	winner := c.next(c.take("b", "n1", "a", beat2))
	c.holds(winner, c.Accept(winner))
	c.voids(ledger.TakenSince)(c.write(c.take("c", "n1", "a", beat2)))
	assert.Equal(t, "b", c.Nodes["n1"].Holder, "the first in the log wins")
	assert.Equal(t, winner.Self.ID, c.Nodes["n1"].Epoch)
}

func TestAYieldFreesTheNodeAtOnceForItsHolderOnly(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	yield := ledger.Entry{Kind: ledger.KindYield, Subject: "n1", Writer: "b", Role: ledger.RoleController, Epoch: epoch}
	c.voids(ledger.NotHolder)(c.write(yield))
	yield.Writer, yield.Epoch = "a", ledger.ID{Ms: 1}
	c.voids(ledger.NotHolder)(c.write(yield))
	yield.Epoch = epoch
	c.holds(c.write(yield))
	assert.Equal(t, ledger.Node{}, c.Nodes["n1"])
	c.voids(ledger.NotHolder)(c.write(note(ledger.Owner("n1"), "a", epoch, 1)))
	c.voids(ledger.NotHolder)(c.write(yield))
	c.holds(c.write(c.take("b", "n1", "", ledger.ID{})))
}

func TestMalformedFactsOfTheProtocolAreVoid(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	epoch := c.holds(c.write(c.take("a", ledger.Site, "", ledger.ID{})))
	mutate := func(e ledger.Entry, change func(*ledger.Entry)) ledger.Entry { change(&e); return e }
	for name, e := range map[string]ledger.Entry{
		"a beat for another":                      mutate(beat("a"), func(e *ledger.Entry) { e.Subject = "b" }),
		"a beat by nobody":                        mutate(beat(""), func(e *ledger.Entry) {}),
		"a beat without data":                     mutate(beat("a"), func(e *ledger.Entry) { e.Data = nil }),
		"a beat with unknown data":                mutate(beat("a"), func(e *ledger.Entry) { e.Data = json.RawMessage(`{"x":1}`) }),
		"a take of nothing":                       mutate(c.take("a", "n", "", ledger.ID{}), func(e *ledger.Entry) { e.Subject = "" }),
		"a take with a broken beat":               mutate(c.take("a", "n", "", ledger.ID{}), func(e *ledger.Entry) { e.Data = json.RawMessage(`{"beat":"x"}`) }),
		"a history by append that raises nothing": {Kind: ledger.KindHistory, Role: ledger.RoleLedger},
		"caught_up of a node never taken":         {Kind: ledger.KindCaughtUp, Subject: "n9", Role: ledger.RoleLeader, Writer: "a", Epoch: epoch},
		"a raised format without data":            {Kind: ledger.KindFormatRaised, Role: ledger.RoleLeader, Writer: "a", Epoch: epoch},
		"a command without operation id":          note(ledger.RoleAPI, "a", ledger.ID{}, 0),
	} {
		_, v := c.write(e)
		assert.Equal(t, ledger.Malformed, v.Reason, name)
	}
}

func TestUnnumberedFactsOfOwnersCarryNoSeq(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.Know(ledger.Kinds{"seen": {Format: 1, By: ledger.ByOwner, Unnumbered: true}})
	for _, node := range []string{"n1", "n2"} {
		epoch := c.holds(c.write(c.take("a", node, "", ledger.ID{})))
		c.holds(c.write(ledger.Entry{Kind: "seen", Subject: "agent-1", Role: ledger.Owner(node), Writer: "a", Epoch: epoch}))
	}
	assert.Zero(t, c.Seq("agent-1"))
}

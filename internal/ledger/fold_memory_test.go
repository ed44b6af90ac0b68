package ledger_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func TestAfterAHistoryEveryHeldNodeWaitsUntilItsOwnerCaughtUp(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	epochs := map[string]ledger.ID{}
	for _, node := range []string{"n2", "n1", "n3", ledger.Site} {
		epochs[node] = c.holds(c.write(c.take("a", node, "", ledger.ID{})))
	}
	c.holds(c.write(ledger.Entry{Kind: ledger.KindYield, Subject: "n3", Writer: "a", Role: ledger.RoleController, Epoch: epochs["n3"]}))
	assert.Empty(t, c.WaitingFor())
	c.holds(c.write(history(2)))
	assert.EqualValues(t, 2, c.Gen)
	assert.Equal(t, []string{"n1", "n2"}, c.WaitingFor(), "not the free node, not the site")

	caughtUp := func(node, role string, epoch ledger.ID) ledger.Entry {
		return ledger.Entry{Kind: ledger.KindCaughtUp, Subject: node, Writer: "a", Role: role, Epoch: epoch}
	}
	c.voids(ledger.NotHolder)(c.write(caughtUp("n1", ledger.Owner("n1"), ledger.ID{})))
	c.voids(ledger.Malformed)(c.write(caughtUp("n2", ledger.Owner("n1"), epochs["n1"])))
	c.holds(c.write(caughtUp("n1", ledger.Owner("n1"), epochs["n1"])))
	assert.Equal(t, []string{"n2"}, c.WaitingFor())

	taken := c.holds(c.write(c.take("b", "n2", "a", ledger.ID{})))
	assert.Equal(t, []string{"n2"}, c.WaitingFor(), "a new holder has still to catch up")
	c.voids(ledger.NotHolder)(c.write(caughtUp("n2", ledger.RoleLeader, taken)))
	c.holds(c.write(caughtUp("n2", ledger.RoleLeader, epochs[ledger.Site])))
	assert.Empty(t, c.WaitingFor(), "the leader may give up waiting")
}

func TestAGenesisThatContinuesASnapshotIsAHistoryToo(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	c.holds(c.write(ledger.Entry{Gen: 7, Kind: ledger.KindGenesis, Role: ledger.RoleLedger}))
	assert.EqualValues(t, 7, c.Gen)
	assert.Equal(t, []string{"n1"}, c.WaitingFor())
}

func TestACommandHasItsEffectOnceAndTheSameAnswerAfterwards(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	command := note(ledger.RoleAPI, "a", ledger.ID{}, 0)
	command.Op = "op-1"
	first, v := c.write(command)
	at := c.holds(first, v)
	again, v := c.write(command)
	c.voids(ledger.KnownOperation)(again, v)
	assert.Equal(t, ledger.Answer{At: at}, v.Answer)

	command.Op = "op-2"
	second, v := c.write(command)
	c.holds(second, v)
	c.Settle(second, "agent is at version 4")
	_, v = c.write(command)
	assert.Equal(t, ledger.Answer{At: second.Self.ID, Void: "agent is at version 4"}, v.Answer)
	c.Settle(again, "whatever: this entry never got through")
	answer, known := c.Answer("op-1")
	assert.True(t, known)
	assert.Equal(t, ledger.Answer{At: at}, answer)
	_, known = c.Answer("op-3")
	assert.False(t, known)
}

func TestOperationsAreForgottenOldestFirstBeyondTheBound(t *testing.T) {
	t.Parallel()
	const bound = 4096
	c := newChain(t)
	for i := range bound + 10 {
		command := note(ledger.RoleAPI, "a", ledger.ID{}, 0)
		command.Op = fmt.Sprint("op-", i)
		c.holds(c.write(command))
	}
	_, known := c.Answer("op-9")
	assert.False(t, known)
	_, known = c.Answer("op-10")
	assert.True(t, known)

	restored := &ledger.Fold{}
	require.NoError(t, restored.UnmarshalJSON(canonical(t, c.Fold)))
	restored.Know(domain)
	command := note(ledger.RoleAPI, "a", ledger.ID{}, 0)
	command.Op = "one more"
	e, _ := c.write(command)
	require.True(t, restored.Accept(e).Accepted())
	_, known = restored.Answer("op-10")
	assert.False(t, known, "a restored fold forgets the same one")
	assert.Equal(t, canonical(t, c.Fold), canonical(t, restored))
}

func TestTheSeqOfAReleasedSubjectIsKeptForLongAndThenForgotten(t *testing.T) {
	t.Parallel()
	const bound = 16384
	c := newChain(t)
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	c.holds(c.write(note(ledger.Owner("n1"), "a", epoch, 1)))
	c.Release("c-1")
	for i := range bound - 1 {
		c.Release(fmt.Sprint("other-", i))
	}
	assert.EqualValues(t, 1, c.Seq("c-1"))
	c.voids(ledger.Duplicate)(c.write(note(ledger.Owner("n1"), "a", epoch, 1)))
	c.Release("one more")
	assert.Zero(t, c.Seq("c-1"))
}

func TestAFormatIsRaisedOnlyIfEveryHolderUnderstandsIt(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	speak := func(name string, format int) ledger.Entry {
		e := beat(name)
		e.Data = canonical(t, ledger.Beat{Format: format, Process: "p"})
		return e
	}
	of := map[string]ledger.ID{}
	for _, name := range []string{"a", "b", "idle"} {
		of[name] = c.holds(c.write(speak(name, 1)))
	}
	leader := c.holds(c.write(c.take("a", ledger.Site, "", ledger.ID{})))
	c.holds(c.write(c.take("b", "n1", "", ledger.ID{})))
	raise := func(format int) ledger.Entry {
		return ledger.Entry{Kind: ledger.KindFormatRaised, Role: ledger.RoleLeader, Writer: "a", Epoch: leader, Data: canonical(t, ledger.FormatRaised{Format: format})}
	}
	c.voids(ledger.NotSupported)(c.write(raise(2)))
	c.holds(c.write(speak("a", 2)))
	c.voids(ledger.NotSupported)(c.write(raise(2)))
	c.holds(c.write(speak("b", 3)))
	c.holds(c.write(raise(2)))
	assert.Equal(t, 2, c.Format)
	c.voids(ledger.NotSupported)(c.write(raise(2)))
}

func TestControllersThatNeverComeBackAreForgottenButNoHolder(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	last := c.holds(c.write(beat("holder")))
	c.holds(c.write(c.take("holder", "n1", "", ledger.ID{})))
	for i := range 200 {
		c.holds(c.write(beat(fmt.Sprint("pod-", i))))
	}
	assert.Len(t, c.Controllers, 64)
	assert.Equal(t, last, c.Controllers["holder"].Beat)
	assert.Contains(t, c.Controllers, "pod-199")
	assert.NotContains(t, c.Controllers, "pod-0")
}

func TestACloneIsIndependent(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
	command := note(ledger.RoleAPI, "a", ledger.ID{}, 0)
	command.Op = "op"
	c.holds(c.write(command))
	c.holds(c.write(beat("a")))
	c.holds(c.write(note(ledger.Owner("n1"), "a", epoch, 1)))
	clone := c.Clone()
	before := canonical(t, clone)
	require.Equal(t, before, canonical(t, c.Fold))
	c.holds(c.write(note(ledger.Owner("n1"), "a", epoch, 2)))
	c.holds(c.write(beat("a")))
	c.holds(c.write(history(2)))
	c.voids(ledger.KnownOperation)(c.write(command))
	c.Release("c-1")
	assert.Equal(t, before, canonical(t, clone))
	assert.NotEqual(t, before, canonical(t, c.Fold))
}

func TestABrokenSnapshotOfTheFoldIsRefused(t *testing.T) {
	t.Parallel()
	var f ledger.Fold
	assert.Error(t, f.UnmarshalJSON([]byte(`{"last":"x"}`)))
	assert.Error(t, f.UnmarshalJSON([]byte(`[`)))
}

package node

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// A reload folds what was accepted without handing it to the sessions: a promise would
// be withdrawn that the ledger has, and a person not be called whose agent waits.
func TestAReloadTellsAgainOfPromisesAndCallsBack(t *testing.T) {
	t.Parallel()
	known := func(rec engine.Record) []any {
		c := controllerOf(fold.New())
		rec.ID = "c1"
		c.state.Contacts["c1"] = &rec
		v := &life{c: c, id: "c1", box: newMailbox()}
		c.tellOffer(v)
		return v.box.take()
	}
	promised, called := engineEvent{engine.CallbackAccepted{}}, engineEvent{engine.TransferAccepted{Transfer: "back-1"}}
	assert.Equal(t, []any{ledgerKnows{}, promised}, known(engine.Record{Callback: &engine.Callback{Place: &fact.Queued{}}}))
	assert.Equal(t, []any{ledgerKnows{}, called}, known(engine.Record{Callback: &engine.Callback{Call: "back-1"}}))
	assert.Equal(t, []any{ledgerKnows{}}, known(engine.Record{Callback: &engine.Callback{}}), "waiting to be called")
	talks := engine.Record{Callback: &engine.Callback{Call: "back-1"}, AnsweredAt: 1}
	assert.Equal(t, []any{ledgerKnows{}}, known(talks), "the call has been made")
}

// The arrival of a call for a message is its acceptance, and a reload may be what folds it: the agent
// would be kept for a phone that nobody rings.
func TestAReloadTellsAgainOfACallForAMessage(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	c.state.Floor.Agents["a1"] = &acd.Agent{Phone: "PJSIP/a1"}
	rec := &engine.Record{ID: "c1", CallsFor: "m1", Offer: "for-c1", Agent: "a1", Callback: &engine.Callback{}}
	c.state.Contacts["c1"] = rec
	accepted := engineEvent{engine.CallsBackAccepted{Phone: "PJSIP/a1"}}
	v := &life{c: c, id: "c1", box: newMailbox()}
	c.tellOffer(v)
	assert.Contains(t, v.box.take(), any(accepted))
	rec.Offer = ""
	c.tellOffer(v)
	assert.NotContains(t, v.box.take(), any(accepted), "the agent is gone")
	rec.Offer, rec.AnsweredAt = "for-c1", 1
	c.tellOffer(v)
	assert.NotContains(t, v.box.take(), any(accepted), "both talk")
}

// A call that was handed to a node which is just given back is let go of: nobody runs it.
func TestACallForAMessageThatComesTooLateIsLetGo(t *testing.T) {
	t.Parallel()
	late := func() (ownContact, context.Context) {
		ctx, cancel := context.WithCancel(t.Context())
		return ownContact{&session{cancel: cancel}}, ctx
	}
	box := newMailbox()
	behind, one := late()
	after, two := late()
	box.put(stop{})
	box.put(behind)
	assert.NoError(t, (&link{}).serve(t.Context(), box))
	assert.Error(t, one.Err())
	box.passOn(tooLateToBegin)
	box.put(after)
	assert.Error(t, two.Err())
}

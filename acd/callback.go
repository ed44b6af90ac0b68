package acd

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// A callback is a contact like any other, with its place, but nobody is on the line:
// it is not given up when centers close, for the person is not kept waiting. When an
// agent has answered, the person is called.

// CallBack says that the agent of an offer is on the line, and the person is being
// called: the agent is at work.
func (f *Floor) CallBack(at int64, id fact.OfferID) Void {
	o := f.Offers[id]
	switch {
	case o == nil:
		return "no such offer"
	case o.Connected:
		return "connected already"
	}
	f.does(o, Talking, at)
	return Accepted
}

// Postpone keeps a contact whose person was not reached out of the line until then,
// once its offer is over.
func (f *Floor) Postpone(id contact.ID, until int64) {
	t := f.Tickets[id]
	if t == nil {
		return
	}
	if t.Offer != "" {
		t.NotBefore = until
		return
	}
	f.unawait(t)
	t.NotBefore = until
	f.await(t)
}

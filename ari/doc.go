// Package ari is a client of the Asterisk REST Interface: one websocket for
// events, one pool of HTTP connections for requests, and an end-to-end probe
// that proves both every second. It knows nothing of call centres: it moves
// events and requests, and never decides what a call should do.
//
// Read first: [Client] (the link and its life), [Event] and [Listener] (who
// hears what), [Error] (what a refusal means and whether it may have been
// executed). The requests are one file per ARI resource.
//
// It uses the event and data types of github.com/CyCoreSystems/ari/v5, and
// nothing else of that library; docs/decisions/0001 says why.
//
// # Order and loss
//
// Every event that Asterisk wrote to the socket reaches its sinks, in order,
// on one goroutine; what cannot be understood is counted ([Client.Counters])
// and logged once per kind. Asterisk keeps nothing for a client that is away:
// after [LinkUp] of a new session the state must be read, not assumed, and no
// StasisStart is repeated for channels already there.
package ari

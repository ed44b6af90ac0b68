// Package model plays the whole protocol in virtual time: two or three
// controllers, one or two Asterisk nodes, callers, agents with their phones, and
// one Redis, on good days and on bad ones. It is for tests, and no part of the
// product.
//
// What decides is the product's own code: fold.State, ledger.Candidate,
// engine.Step and voice.Line. Around it is written again, in the same order and
// under the same names, what internal/node does with goroutines: the tail, the
// claims, the journal, the leader, the links and the sessions. A task here
// (process.go) is a goroutine there. They are coroutines, of which one runs at a
// time, and everything random comes from one seed, so that a seed replays to the
// byte, at some hundred thousand steps a second.
//
//	World ── agenda of events; faults strike (faults.go), people call (people.go)
//	 ├─ controller   folding.go, claims.go, journal.go, leader.go, spoken.go
//	 │   ├─ link ── client (the websocket), session (one contact), adoption.go
//	 │   └─ mailroom ── letter (a mail, or a message of a queue); correspondence.go
//	 ├─ asterisk     channels, bridges, the application, the network before it
//	 ├─ redis        the append script, reads, run ids, failover to an older log
//	 └─ observer     sees everything at once, and judges: look.go, books.go
//
// Not modelled: several queues, transfers to numbers, supervisors who only listen, recordings
// of conversations, calls of agents for messages, agents outside, inter-node legs, changes of the site folder, trimming,
// clocks that drift.
//
// A run that leaves out one rule of the protocol (rules.go) must be caught by the
// observer: the test of the test. Days made for a rule that is seldom missed are in
// revealing.go. Read Run, World and observer first.
package model

// Package engine is the life of one contact: Step takes a session and an event
// and returns the next session, the commands for the medium and the facts for
// the ledger. It joins ivr and routing for the contact's own way and answers
// the offers that acd made; it knows no clock, no network and no telephone.
//
//	            ┌─────────────── InMenu ───────────────┐
//	arrived ───►│ plays, waits for keys, walks the tree │──── hang-up node ───► Leaving
//	            └──────────────────┬────────────────────┘                        ▲  │
//	                   queue node: │  ▲ refused (full, no agent)                 │  │
//	                               ▼  │                                          │  │
//	            ┌──────────────── Waiting ◄──────── leg ended unanswered ──┐     │  │
//	            │ music; the floor decides │                               │     │  │
//	            └──────────────────┬───────┘                               │     │  │
//	                offer accepted │                                       │     │  │
//	                               ▼                                       │     │  │
//	                             Trying ── agent answers ──► Joining ──────┘     │  │
//	                                                            │ bridged        │  │
//	                                                            ▼                │  │
//	                                                         Talking ─ agent left┘  │
//	                                                                                ▼
//	the caller may leave in every phase ─────────────────────────────────────────► Gone
//
// A contact who is sent to a local service (transfer.go) takes the same way past
// the queue. The claim is a fact of the owner; the number is dialled once it is
// accepted, and whoever is not reached is back in the menu:
//
//	InMenu ── queue node ──► Claiming ── accepted ──► Trying ──► Joining ──► Talking
//	   ▲                        │ not in time            │ busy, …  │ no bridge  │ hung up
//	   └──── not reached ◄──────┴────────────────────────┴──────────┘            ▼
//	         (on_unreachable, or asked again: to the agents)                  Leaving
//
// Whoever stays on the line when the agent has hung up may be asked one question before
// Leaving (satisfaction.go): the session is Rating.
//
// An agent who has answered may first be told what the contact is about (whisper.go): the
// session is Trying still, and the ring timer bounds it.
//
// Gone ends when no other leg is left. Read Session, Step and Record first.
package engine

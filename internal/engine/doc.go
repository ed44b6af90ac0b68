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
// Gone ends when no agent's leg is left. Read Session, Step and Record first.
package engine

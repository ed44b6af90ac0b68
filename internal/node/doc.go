// Package node is the running controller: it gives the pure core a life. It
// reads and writes the ledger, folds it, decides as leader, and keeps one
// session with a mailbox for each contact of the nodes it holds.
//
// Who does what, one goroutine each:
//
//	tail       reads the ledger and folds (folding.go); what is done when it is
//	           not the one that was folded (reloading.go)
//	claims     beats, takes nodes, yields                       (claims.go)
//	leader     offers and expiries, one batch in flight         (leader.go, flight.go);
//	           the offer that follows from what is about to be written (foresight.go)
//	journal    the owner's facts, in order, also while Redis is away (journal.go)
//	versions   follows the active version of the site folder (versions.go), holds
//	           the contents of those that are needed (contents.go); has
//	           another one activated (activation.go), and the agents on the
//	           floor renewed (renewal.go)
//	keeper     site time, old versions, invariants              (keeper.go),
//	           what a full store does                           (policy.go)
//	snapshots  what spares the next start the ledger            (snapshots.go);
//	           cuts its oldest part when memory runs short (trimming.go)
//	link       one per Asterisk node: its hold and its events   (link.go)
//	           new calls (arrival.go), what is found after a gap (adoption.go),
//	           what belongs to nobody (stray.go), phones that come back (phones.go),
//	           what Asterisk and ledger say differently, every 30 s (comparison.go),
//	           one that is gone for good (lost.go)
//	session    one per call: mailbox, commands, timers          (session.go);
//	           what its menu asks of back-ends                  (asking.go);
//	           what makes it panic stays with it                (poison.go)
//	mailroom   the node of the mails, while it is held          (mailroom.go)
//	letter     one per mail (letter.go), taken in and worked on (post.go)
//
// Whoever appended may fold (appending.go): State has one lock, and an entry is
// folded only right after its predecessor. Folding never waits for a session;
// it puts events in mailboxes. A session never waits for the ledger; it puts
// facts in the journal. What a session and a letter share is a life (life.go).
// Read Controller, session and link first.
package node

// Package ledger is the protocol of the one ordered log that decides everything
// in a site: what an entry is, which entries count, and who may write which.
//
// The log is a list of entries, each chained to the one before it by a digest.
// Controllers coordinate through it alone: a beat says that somebody lives, a
// take claims a node, and every other fact is accepted only from the writer who
// holds what it speaks about. All controllers fold the same entries by the same
// strict rules, so a late, frozen or second leader can write, but not count.
//
// The package knows the protocol and not the domain. A contact, an agent, a
// queue is a subject string here; whether an offer is still possible is decided
// by the domain, after [Fold.Accept] let the entry through:
//
//	v := fold.Accept(e)          // chain, format, role, epoch, seq, operation id
//	if v.Accepted() {
//		void := domain.Apply(e)  // content: versions, states; "" means it holds
//		fold.Settle(e, void)     // counts it, and is the answer to a repeated command
//	}
//
// It opens no connection, starts no goroutine and reads no clock. The logs
// themselves are ledger/redis and ledger/memory; both pass ledger/ledgertest.
//
// Read first: [Entry] and [Position], then [Log], then [Fold], then [Candidate].
// The acceptance table is docs/ledger.md.
package ledger

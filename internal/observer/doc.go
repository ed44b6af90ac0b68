// Package observer judges a running site from outside: it reads the ledger as
// docs/ledger.md describes it, lists Asterisk's channels and bridges by REST, and
// asks SIP phones what they saw. It says which of the invariants I1 to I6 was
// broken, when, and how.
//
// It is for tests that do harm. It shares no code with the product: what a fact
// means is written here a second time, from the page, so that an error in the
// fold cannot hide itself. Only the phones, which are no part of the product, are
// used. It never writes.
//
// Read Judge first (evidence in, breaches out, no clock and no network), then
// Observer, which brings it the evidence. Where the page leaves counts to the
// implementation (the version of an agent), the judge goes by states, and learns
// from the owner's answer which of two offers the ledger accepted.
package observer

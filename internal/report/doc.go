// Package report says what became of the contacts of a period, and whether the
// figures can be believed.
//
// It reads the ledger from its beginning, fact by fact, and builds its own
// contacts, counters and floor from the facts that had an effect. Nothing of
// acd, engine or the fold's Tally is used for a figure, so that what the fold
// counted can be compared with a recount by other code, and the order and the
// uniqueness of offers can be judged by somebody who did not make them.
//
// A period holds the contacts that arrived in it; the live windows (Windows) go
// by the time of the outcome. A rate never travels without its numerator and
// denominator. The definitions are docs/definitions.md.
//
// Read Make, Report and Contact first; then recount.go, order.go, doubles.go
// and deadlines.go, one invariant each; by.go and arms.go compare, and
// definitions_test.go holds the definitions, one test each.
package report

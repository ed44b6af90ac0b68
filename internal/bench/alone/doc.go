// Package alone measures guichet with a real Redis and without Asterisk: a whole
// controller, a ledger with a past, and at the other end a fake Asterisk that
// answers at once. What is left is what the product itself takes.
//
// It holds benchmarks only, one file a question; `make bench` runs them, and each
// that is a gate fails with a sentence. Beside each figure stands its floor,
// measured in the same run. A small test of each runs with the quick tests, so that
// none decays.
//
// Read past_test.go first: the ledger that a controller finds.
package alone

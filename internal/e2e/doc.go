// Package e2e holds the end-to-end tests: real SIP phones call through a real
// Asterisk, driven by the guichet program over a real Redis. Each test has a
// stage of its own and asserts on what the phones saw and on what was counted.
//
// They run when GUICHET_LAB=1 (`make test` sets it); then a part that cannot be
// started is a failure. Otherwise they are skipped, for they need root.
package e2e

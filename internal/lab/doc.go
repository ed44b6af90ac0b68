// Package lab brings up a real Redis and a real Asterisk on this machine, from
// nothing: for `make demo`, for `make run`, and for the end-to-end tests.
//
// It is a laboratory, not a deployment: processes are private to their caller,
// listen on loopback, keep their files in a folder of the caller's, and end with
// it, also when it is killed. The configuration they run is the operator's own,
// deploy/asterisk, plus the few fragments that a site fills in.
//
// Read first: Prepare, which makes sure that the parts exist; Parts.StartRedis
// and Parts.StartAsterisk, which run one of each; Start, which does all three.
package lab

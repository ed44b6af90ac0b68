// Package aritest is a fake Asterisk for tests: a real HTTP and websocket
// server with a small model of channels, bridges, playbacks and phones behind
// it. It lets a whole controller be tested without Asterisk, and breaks on
// demand in the ways Asterisk and networks do.
//
// Its events, answers and refusals were compared with Asterisk 22.10.1, and are:
// package quirks holds what surprises as tests for both (docs/asterisk.md). It
// reproduces what surprises: nothing is replayed after a reconnection and no
// StasisStart repeated; a second client silences the first; a repeated id is
// refused for channels and bridges but plays twice for playbacks; commands to
// a channel wait behind its playbacks; a dial that fails tells its reason in
// ChannelDestroyed only, and an incoming channel never sends that event to an
// application that gave it up.
//
// It is no SIP stack and carries no audio. Read first: [Server], [Caller],
// [Phone], then [Fault].
package aritest

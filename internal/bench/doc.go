// Package bench measures guichet beside app_queue, the queue that Asterisk brings,
// and beside the floor: the same commands to Asterisk with no product at all.
//
// One run puts each system on its own Asterisk of the same binary, with the same
// phones and the same callers, and lets them work in turns on the same machine. What
// counts is read at the phones' sockets. Read Run, then system (what is compared) and
// part (what is measured).
package bench

// Package phone gives tests and the demo real telephones: SIP over UDP with
// digest authentication, A-law RTP and RFC 4733 digits, hundreds of them in
// one process on two shared cores.
//
// It is not a soft phone: nobody hears it, its audio is a signature that tells
// one call from another (see Signature), and it knows no proxy, no TCP and no
// codec but PCMA. It judges nothing either: it records what a phone saw, with
// times, and the test or the demo compares that with what the engine counted.
//
// Read Exchange first (one local address, many phones and callers), then Phone
// with Behaviour (what an agent's phone does with a call), then Call.
//
// One call, seen from each side:
//
//	placed here    calling ─► ringing ─► talking ─► ended
//	                  └─ Hangup: CANCEL ─┘    └─ BYE of either side
//	received here  invited ─► ringing ─► talking ─► ended
//	                  └─ Refuse, CANCEL ─┘    └─ BYE of either side
//
// The transaction layer is that of sipgo; the dialogs are ours, because the
// ways in which a call is torn at its edges are what these phones must show.
package phone

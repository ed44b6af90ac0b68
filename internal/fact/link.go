package fact

// LinkClaimed claims one of the messages with a link that a person may get in a day.
// The message is sent only after this fact was accepted: of two that are asked for at
// once, by whatever controllers, the ledger's order decides. Written by the owner of the
// contact.
type LinkClaimed struct {
	// N numbers the requests of one contact to back-ends.
	N int `json:"n"`
	// Channel is how the message goes: sms or email.
	Channel string `json:"channel"`
	// To is the keyed hash of the number or address that gets it.
	To string `json:"to"`
	// PerDay is how many this person may have got since Since, in µs, this one included.
	PerDay int   `json:"per_day"`
	Since  int64 `json:"since"`
}

// LinkReleased gives back what was claimed: the message was not sent for certain.
type LinkReleased struct {
	N int `json:"n"`
}

// Kind implementations, one per struct.
func (LinkClaimed) Kind() Kind  { return KindLinkClaimed }
func (LinkReleased) Kind() Kind { return KindLinkReleased }

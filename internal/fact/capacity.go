package fact

// FormatCapacity is the format of the ledger from which on agents may have contacts at hand
// beside their calls. The card of one who may, and the end of a set-aside of one medium, make
// an entry of the second format of their kinds: who is older stops there.
const (
	FormatCapacity = 12
	capacityEntry  = 2
)

// saysCapacity reports whether a fact says what only came with that format.
func saysCapacity(f Fact) bool {
	switch f := f.(type) {
	case LoggedIn:
		return len(f.Capacity) > 0
	case AgentSeated:
		return len(f.Card.Capacity) > 0
	case AgentRenewed:
		return len(f.Card.Capacity) > 0
	case Expired:
		return f.Medium != ""
	}
	return false
}

// maySayCapacity reports whether one of a kind may, to who understands up to a format.
func maySayCapacity(k Kind, understands int) bool {
	return understands >= FormatCapacity && (k == KindLoggedIn || k == KindSeated || k == KindRenewed || k == KindExpired)
}

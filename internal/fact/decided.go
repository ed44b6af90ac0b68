package fact

// Decided is a branch of the menu that was passed before a fact: what it looked
// at and what that decided, so that nobody has to ask a clock or the floor again.
type Decided struct {
	Node string `json:"node"`
	// Case is the label, expression or place of the case that held, or else.
	Case string `json:"case"`
	// Read holds what the conditions looked at, by name; never a caller's number.
	Read map[string]string `json:"read,omitempty"`
	// Failed is an expression that could not be computed.
	Failed string `json:"failed,omitempty"`
}

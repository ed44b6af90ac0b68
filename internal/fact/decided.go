package fact

// Decided is a branch of the menu that was passed before a fact, or a table or a
// back-end that was asked: what it looked at and what that decided, so that nobody has to ask a clock or the floor again.
type Decided struct {
	Node string `json:"node"`
	// Case is the label, expression or place of the case that held, or else.
	Case string `json:"case"`
	// Read holds what the conditions looked at, by name; never a caller's number.
	Read map[string]string `json:"read,omitempty"`
	// Failed is an expression that could not be computed.
	Failed string `json:"failed,omitempty"`
	// Asked is what a node asked a back-end, as the site wrote it, without any value
	// of the call; Answer is the status, or why there was none, after Took ms.
	Asked  string `json:"asked,omitempty"`
	Answer string `json:"answer,omitempty"`
	Took   int64  `json:"took_ms,omitempty"`
}

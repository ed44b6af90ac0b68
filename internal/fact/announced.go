package fact

import "github.com/guichet/guichet/internal/contact"

// Place is where something is announced: an entry, or a queue.
type Place struct {
	Entry contact.Entry `json:"entry,omitempty"`
	Queue contact.Queue `json:"queue,omitempty"`
}

// String names the place for people.
func (p Place) String() string {
	if p.Queue != "" {
		return "queue " + string(p.Queue)
	}
	return "entry " + string(p.Entry)
}

// Subject is the place as the subject of its facts. No contact, agent or node has
// such a name.
func (p Place) Subject() string {
	if p.Queue != "" {
		return "queue:" + string(p.Queue)
	}
	return "entry:" + string(p.Entry)
}

// Valid reports whether it is one place.
func (p Place) Valid() bool { return (p.Entry == "") != (p.Queue == "") }

// Announced has everybody who comes to a place hear something, from now until a
// given time, whatever was announced there before. It is of no version of the site:
// what is heard is resolved when it is said.
type Announced struct {
	Place
	// Prompt is what the site calls it, if it is one of its prompts, and Text what it
	// says; both are for people.
	Prompt string `json:"prompt,omitempty"`
	Text   string `json:"text,omitempty"`
	// Sounds are what to play, by the languages that callers of the place may speak.
	Sounds map[string][]string `json:"sounds"`
	// Until is its end, in µs.
	Until int64 `json:"until"`
	// HangUp: the call ends after it. Only an entry can be closed like this.
	HangUp bool `json:"hang_up,omitempty"`
	// By is who said so.
	By string `json:"by,omitempty"`
}

// AnnouncementCleared ends what is announced at a place before its time.
type AnnouncementCleared struct {
	Place
	By string `json:"by,omitempty"`
}

// Kind implementations, one per struct.
func (Announced) Kind() Kind           { return KindAnnounced }
func (AnnouncementCleared) Kind() Kind { return KindAnnouncementCleared }

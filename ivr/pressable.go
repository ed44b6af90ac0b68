package ivr

import "time"

// quickest is the time between two keys that people manage.
const quickest = 300 * time.Millisecond

// pressable reports choices of several keys that nobody can press in time: the first
// of them would count alone, always.
func (c *checker) pressable(id NodeID, m *Menu) {
	if m.InterDigitTimeout >= quickest {
		return
	}
	for _, choice := range m.Choices {
		if len(choice.Keys) > 1 {
			c.fault(id, "choices."+choice.Keys, "raise inter_digit_timeout to 1s or more", "nobody can press %s: its keys must follow each other within %s",
				choice.Keys, m.InterDigitTimeout)
		}
	}
}

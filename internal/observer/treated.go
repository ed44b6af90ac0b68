package observer

import "slices"

// serves notes whom an agent talks with, or has talked with last.
func (f *floor) serves(agent string, p *person) {
	if agent != "" {
		f.served[agent] = p.id
	}
}

// treated is what an agent notes of the contact that he answered last.
func (f *floor) treated(e entry, d facts) string {
	long := func(name string) bool { return len(name) > 64 }
	switch {
	case d.Agent == "" || f.served[d.Agent] != e.Subject:
		return "not the contact that the agent answered last"
	case d.Topic == "" && len(d.Acts) == 0 && d.Result == "" && d.Note == "":
		return "nothing is noted"
	case long(d.Topic) || long(d.Result) || len(d.Acts) > 20 || len(d.Note) > 8192 || slices.Contains(d.Acts, "") || slices.ContainsFunc(d.Acts, long):
		return "too much is noted"
	}
	return ""
}

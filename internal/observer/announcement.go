package observer

// announcedPlaces is at how many places something may be announced.
const announcedPlaces = 256

// announces judges what people announce at an entry or a queue, and take back.
func (f *floor) announces(e entry, d facts) string {
	place := "entry:" + d.Entry
	if d.Queue != "" {
		place = "queue:" + d.Queue
	}
	if (d.Entry == "") == (d.Queue == "") || place != e.Subject {
		return "not one entry or one queue"
	}
	if e.Kind == "announcement_cleared" {
		if f.announced[place] <= e.At {
			return "nothing is announced there"
		}
		delete(f.announced, place)
		return ""
	}
	running := 0
	for other, until := range f.announced {
		if other != place && until > e.At {
			running++
		}
	}
	for _, heard := range d.Sounds {
		if len(heard) == 0 {
			return "nothing to hear in a language"
		}
	}
	switch {
	case d.HangUp && d.Entry == "":
		return "a queue is not hung up"
	case len(d.Sounds) == 0 || d.Until <= e.At:
		return "nothing to hear, or its end has passed"
	case running >= announcedPlaces:
		return "at too many places"
	}
	f.announced[place] = d.Until
	return ""
}

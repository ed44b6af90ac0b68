package observer

// message is what is known of a recorded message: when it was done, and for how long it
// is kept then, in µs; whether a queue serves it, and the contact that was born for it.
type message struct {
	done, retention int64
	queue           bool
	contact         string
}

// left takes a message of a contact that is still in its menu.
func (f *floor) left(p *person, d facts) string {
	switch {
	case p.closed || p.connected || p.transfer != "":
		return "past its menu"
	case d.Message == "" || d.Mailbox == "" || f.messages[d.Message] != nil:
		return "no new message"
	}
	f.messages[d.Message] = &message{retention: d.Retention / 1000, queue: d.For != nil}
	return ""
}

// mayBeBorn judges the arrival of the contact of a message, of which there is one.
func (f *floor) mayBeBorn(id string, d facts) string {
	if (d.Medium == "voicemail") != (d.Voicemail != nil) {
		return "a message without its medium, or the other way round"
	}
	if d.Voicemail == nil {
		return ""
	}
	m := f.messages[d.Voicemail.Message]
	if m == nil || !m.queue || m.done != 0 || m.contact != "" || id != "vm-"+d.Voicemail.Message {
		return "no message that needs a contact of that name"
	}
	return ""
}

func (f *floor) born(id string, d facts) {
	if d.Voicemail != nil {
		f.messages[d.Voicemail.Message].contact = id
	}
}

// heard: the agent who has dealt with a message as its contact has done it.
func (f *floor) heard(at int64, p *person) {
	for _, m := range f.messages {
		if m.contact == p.id && m.done == 0 {
			m.done = at
		}
	}
}

// messageFact judges what people and the leader say of a message. One that is done closes its
// contact.
func (f *floor) messageFact(e entry, d facts) string {
	m := f.messages[d.Message]
	switch {
	case m == nil || e.Subject != "message:"+d.Message:
		return "no such message"
	case e.Kind == "message_done" && m.done != 0:
		return "done already"
	case e.Kind == "message_done":
		m.done = e.At
		if p := f.contacts[m.contact]; p != nil && !p.closed {
			f.closed(e.At, p, facts{Outcome: "answered"})
		}
	case m.done == 0 || e.At < m.done+m.retention:
		return "to be kept"
	default:
		delete(f.messages, d.Message)
	}
	return ""
}

package observer

// message is what is known of a recorded message: when it was done, and for how long it
// is kept then, in µs.
type message struct{ done, retention int64 }

// left takes a message of a contact that is still in its menu.
func (f *floor) left(p *person, d facts) string {
	switch {
	case p.closed || p.connected || p.transfer != "":
		return "past its menu"
	case d.Message == "" || d.Mailbox == "" || f.messages[d.Message] != nil:
		return "no new message"
	}
	f.messages[d.Message] = &message{retention: d.Retention / 1000}
	return ""
}

// messageFact judges what people and the leader say of a message.
func (f *floor) messageFact(e entry, d facts) string {
	m := f.messages[d.Message]
	switch {
	case m == nil || e.Subject != "message:"+d.Message:
		return "no such message"
	case e.Kind == "message_done" && m.done != 0:
		return "done already"
	case e.Kind == "message_done":
		m.done = e.At
	case m.done == 0 || e.At < m.done+m.retention:
		return "to be kept"
	default:
		delete(f.messages, d.Message)
	}
	return ""
}

package config

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// messageYAML has the caller leave a recorded message.
type messageYAML struct {
	commonYAML
	// Mailbox is one of queues.yaml: who listens to the message.
	Mailbox value[string] `yaml:"mailbox,required"`
	// Prompt says that the caller is recorded, what to leave, and how it ends. A key
	// ends it and begins the message.
	Prompt promptList `yaml:"prompt,required"`
	// MaxDuration is how long a message may be, in whole seconds, 2m by default, 10m at
	// most.
	MaxDuration value[time.Duration] `yaml:"max_duration"`
	// MaxSilence is the silence that ends it, in whole seconds, 4s by default.
	MaxSilence value[time.Duration] `yaml:"max_silence"`
	// MinDuration is how much must be spoken, silence not counted, 1s by default: less
	// is no message.
	MinDuration value[time.Duration] `yaml:"min_duration"`
	// FinishKey ends the message: "#" by default, "*", or "" for none. Other keys do
	// nothing.
	FinishKey value[string] `yaml:"finish_key"`
	// Beep is a tone before the message; true by default.
	Beep value[bool] `yaml:"beep"`
	// Goto is taken after a message was kept; hangup by default.
	Goto value[string] `yaml:"goto"`
	// OnEmpty is taken when nothing was said; by default it goes on as after a message.
	OnEmpty exitYAML `yaml:"on_empty"`
	// OnFull is taken, before anything is said, when as many messages wait for the
	// mailbox as it may hold; by default it goes on as on_error.
	OnFull exitYAML `yaml:"on_full"`
	// OnError is taken when nothing could be recorded.
	OnError exitYAML `yaml:"on_error,required"`
}

func (y *messageYAML) build(b *treeBuilder) ivr.Node {
	if y.Mailbox.set {
		b.refers(y.Mailbox, "mailbox", b.mailboxNames)
	}
	next := b.exit(exitYAML{Goto: y.Goto}).Goto
	if next == "" {
		next = ivr.End
	}
	return &ivr.Voicemail{
		Common: b.common(y.commonYAML), Mailbox: y.Mailbox.v, Prompts: b.prompts(y.Prompt),
		MaxDuration: y.MaxDuration.or(defaultMaxDuration), MaxSilence: y.MaxSilence.or(defaultMaxSilence),
		MinDuration: y.MinDuration.or(defaultMinDuration), FinishKey: b.endKey(y.FinishKey, defaultFinishKey, "%q cannot end a message"), Beep: y.Beep.or(defaultBeep),
		Next: next, Empty: b.exit(y.OnEmpty), Full: b.exit(y.OnFull), Error: b.exit(y.OnError),
	}
}

// mailboxYAML is a mailbox for recorded messages. They are personal data.
type mailboxYAML struct {
	// Label is what people and statistics show.
	Label value[string] `yaml:"label"`
	// RetentionDays is for how many days a message is kept once somebody has marked it
	// as done: 30 by default, 180 at most. Then its recording is deleted. One that is
	// not done is kept.
	RetentionDays value[int] `yaml:"retention_days"`
	// MaxWaiting is how many messages may wait to be dealt with: 200 by default, 10000
	// at most. Then callers take the exit on_full of the node.
	MaxWaiting value[int] `yaml:"max_waiting"`
	// Within is how soon after it was left somebody deals with a message, such as 48h; no
	// deadline by default.
	Within value[time.Duration] `yaml:"within"`
	// Queue is where each message is a contact of its own, offered to agents who serve the medium
	// voicemail, as a caller who asks for that queue would be; none by default.
	Queue value[string] `yaml:"queue"`
}

// Mailbox is where recorded messages are left.
type Mailbox struct {
	Name, Label string
	// Retention is for how long a message is kept once it is done.
	Retention time.Duration
	// MaxWaiting is how many may wait to be dealt with; 0 is no bound. Some more may
	// be left by callers who came while the last one was being recorded.
	MaxWaiting int
	// Within is how soon after it was left somebody deals with a message; 0 is no deadline.
	Within time.Duration
	// Queue is where each message is a contact of its own; empty for none.
	Queue contact.Queue
}

// MailboxQueue is the queue that serves the messages of a mailbox, empty for none, and how soon
// somebody is to deal with one, 0 for no deadline.
func (s *Site) MailboxQueue(mailbox string) (queue contact.Queue, within time.Duration) {
	m := s.Mailboxes[mailbox]
	return m.Queue, m.Within
}

// Due is when a message that was left at a time is to be dealt with; zero for no deadline.
func (m Mailbox) Due(left time.Time) time.Time {
	if m.Within == 0 {
		return time.Time{}
	}
	return left.Add(m.Within)
}

// Six months is what the French authority for personal data lets recordings be kept.
const (
	defaultRetentionDays = 30
	maxRetentionDays     = 180
)

// A mailbox with hundreds of messages is one that nobody listens to: callers should
// not be led to believe otherwise, and the disk of Asterisk is not endless.
const (
	defaultMaxWaiting = 200
	maxMaxWaiting     = 10_000
)

// messagesNeedAgents finds mailboxes whose messages would be offered to nobody.
func (b *builder) messagesNeedAgents(all table[mailboxYAML]) {
	if !b.skills.complete {
		return
	}
	for _, a := range b.site.Agents {
		if slices.Contains(a.Media, contact.Voicemail) {
			return
		}
	}
	for _, r := range all {
		if r.v.Queue.set && b.queues.has(r.v.Queue.v) {
			b.add(r.v.Queue.at, "give those who are to listen media: [voice, voicemail], or delete the key",
				"no agent serves the medium voicemail, so nobody would be offered the messages of %q", r.key.v)
		}
	}
}

func (b *builder) buildMailboxes(all table[mailboxYAML]) {
	b.site.Mailboxes = make(map[string]Mailbox, len(all))
	for _, r := range all {
		b.name(r.key, "a mailbox")
		b.between(r.v.RetentionDays, 0, maxRetentionDays)
		b.between(r.v.MaxWaiting, 1, maxMaxWaiting)
		b.lasts(r.v.Within, 10*time.Minute, 30*24*time.Hour)
		b.refers(r.v.Queue, "queue", b.queues)
		days := r.v.RetentionDays.or(defaultRetentionDays)
		b.site.Mailboxes[r.key.v] = Mailbox{
			Name: r.key.v, Label: r.v.Label.or(r.key.v), Retention: time.Duration(days) * 24 * time.Hour,
			MaxWaiting: r.v.MaxWaiting.or(defaultMaxWaiting), Within: r.v.Within.or(0),
			Queue: contact.Queue(r.v.Queue.v),
		}
	}
}

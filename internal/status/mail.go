package status

import "github.com/guichet/guichet/internal/contact"

// Mail is a mail that is handed in. Department or PostalCode says where the
// person belongs; Reference is the sender's own name for the mail: sent again, it
// is the same mail.
type Mail struct {
	Entry      contact.Entry
	Topic      contact.Topic
	Department contact.Department
	PostalCode string
	Language   string
	From       string
	Letter
	Reference string
}

// Letter is what a mail says, as it is encrypted in the ledger.
type Letter struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

// Posted is a mail that was accepted: it waits, or Repeated says that it was
// accepted before.
type Posted struct {
	Contact  contact.ID
	Repeated bool
}

// Deed is what an agent does with a mail: Act is accept, answer or return. Text is
// the answer. Op names the operation: a repetition has the same effect as once.
type Deed struct {
	Act   string
	Agent contact.Agent
	Text  string
	Op    string
}

// The reasons for which a mail, or a deed, is refused.
const (
	// NoKey: the site has no key to encrypt mails with.
	NoKey Why = "no_site_key"
	// NotHolder: another controller takes mails, or nobody yet.
	NotHolder Why = "not_holder"
	// NoQueue: no rule of the site leads such a mail to agents.
	NoQueue Why = "no_queue"
	// ReferenceUsed: another mail that is still here has that reference.
	ReferenceUsed Why = "reference_used"
	// TooManyMails: more mails are here than are kept.
	TooManyMails Why = "too_many_mails"
	// UnknownMail: there is no such contact, or it is no mail.
	UnknownMail Why = "no_such_mail"
	// NoEffect: the mail is not where the deed takes it to be.
	NoEffect Why = "no_effect"
)

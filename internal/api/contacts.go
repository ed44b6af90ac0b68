package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/geography"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/internal/terminal"
)

// What a mail may hold: its text is in the ledger, in memory and in snapshots.
const (
	maxSubject   = 200     // characters
	maxMail      = 8 << 10 // bytes of a text, or of an answer
	maxShort     = 128     // characters of a name, a reference, an address
	maxMailBytes = 64 << 10
)

// newContact is the body of a mail that is handed in.
type newContact struct {
	Medium     contact.Medium     `json:"medium"`
	Entry      contact.Entry      `json:"entry"`
	Topic      contact.Topic      `json:"topic"`
	Department contact.Department `json:"department"`
	PostalCode string             `json:"postal_code"`
	Language   string             `json:"language"`
	From       string             `json:"from"`
	Subject    string             `json:"subject"`
	Body       string             `json:"body"`
	// Reference is the sender's own name for the mail.
	Reference string `json:"reference"`
}

// Accepted is the answer to a mail that was handed in.
type Accepted struct {
	Contact   contact.ID `json:"contact"`
	Reference string     `json:"reference"`
	// Repeated: it had been accepted before, and is the same.
	Repeated bool `json:"repeated,omitempty"`
}

// post takes a mail in. 201 says that it is in the ledger with its place in a
// queue; anything else, that nothing was taken in or that nobody knows, and then
// the same reference may be sent again.
func (s *Server) post(w http.ResponseWriter, r *http.Request) error {
	var body newContact
	if err := readBody(r, &body); err != nil {
		return err
	}
	mail, err := s.read(body)
	if err != nil {
		return err
	}
	posted, err := s.Controller.Post(r.Context(), mail)
	if err != nil {
		return refusal(err)
	}
	code := http.StatusCreated
	if posted.Repeated {
		code = http.StatusOK
	}
	return reply(w, code, Accepted{Contact: posted.Contact, Reference: mail.Reference, Repeated: posted.Repeated})
}

var (
	postalCode = regexp.MustCompile(`^[0-9]{5}$`)
	language   = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// read checks all of a mail against the site.
func (s *Server) read(b newContact) (status.Mail, error) {
	site := s.Controller.Site()
	entry, known := site.Entries[b.Entry]
	text := status.Letter{Subject: strings.TrimSpace(terminal.Plain(b.Subject)), Body: b.Body}
	from, reference := strings.TrimSpace(b.From), b.Reference
	switch {
	case b.Medium != contact.Email:
		return status.Mail{}, badRequest(fmt.Sprintf("contacts of the medium %q are not handed in here", b.Medium), `the medium is "email"`)
	case !known:
		return status.Mail{}, badRequest(fmt.Sprintf("there is no entry %q", b.Entry), "the entries are "+strings.Join(names(site.Entries), ", "))
	case !slices.Contains(site.Topics, b.Topic):
		return status.Mail{}, badRequest(fmt.Sprintf("there is no topic %q", b.Topic), "the topics are "+joined(site.Topics))
	case (b.Department == "") == (b.PostalCode == ""):
		return status.Mail{}, badRequest("say where the person belongs", `give a department or a postal_code, not both; "unknown" is a department`)
	case b.Department != "" && b.Department != contact.Unknown && !geography.Is(b.Department):
		return status.Mail{}, badRequest(fmt.Sprintf("there is no department %q", b.Department), `use a code such as 35, 2A or 971, or "unknown"`)
	case b.PostalCode != "" && !postalCode.MatchString(b.PostalCode):
		return status.Mail{}, badRequest("the postal_code has not five digits", "")
	case b.Language != "" && !language.MatchString(b.Language):
		return status.Mail{}, badRequest("the language is not one", "use a code such as fr")
	case !short(reference) || !short(from) || !strings.Contains(from, "@"):
		return status.Mail{}, badRequest("reference and from are needed",
			fmt.Sprintf("a reference of your own and the sender's address, each up to %d printable characters", maxShort))
	case text.Subject == "" && strings.TrimSpace(text.Body) == "":
		return status.Mail{}, badRequest("the mail says nothing", "give a subject or a body")
	case utf8.RuneCountInString(text.Subject) > maxSubject || len(text.Body) > maxMail:
		return status.Mail{}, tooLong(fmt.Sprintf("the subject may have %d characters, the body %d bytes", maxSubject, maxMail))
	}
	return status.Mail{
		Entry: entry.Name, Topic: b.Topic, Department: b.Department, PostalCode: b.PostalCode, Language: b.Language,
		From: from, Letter: text, Reference: reference,
	}, nil
}

func short(text string) bool {
	return text != "" && utf8.RuneCountInString(text) <= maxShort && terminal.Plain(text) == text
}

func tooLong(message string) *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Code: "too_long", Message: message}
}

func joined[T ~string](all []T) string {
	var text []string
	for _, one := range all {
		text = append(text, string(one))
	}
	return strings.Join(text, ", ")
}

// deed is the body of what an agent does with a mail.
type deed struct {
	Agent contact.Agent `json:"agent"`
	Text  string        `json:"text"`
}

// Done is the answer to a deed.
type Done struct {
	Contact contact.ID    `json:"contact"`
	Agent   contact.Agent `json:"agent"`
	Act     string        `json:"act"`
	// Operation is the id to repeat the deed with.
	Operation string `json:"operation"`
}

func (s *Server) acceptMail(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "accept")
}

func (s *Server) answerMail(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "answer")
}

func (s *Server) doneWith(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "done")
}

func (s *Server) returnMail(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "return")
}

// deed does what the body says who does it.
func (s *Server) deed(w http.ResponseWriter, r *http.Request, act string) error {
	var body deed
	if err := readBody(r, &body); err != nil {
		return err
	}
	return s.does(w, r, act, contact.ID(r.PathValue("id")), body)
}

// ownDeed does what an agent does himself with the contact that he names: what he sees, and not
// what has come to him since.
func (s *Server) ownDeed(act string) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		var body struct {
			Contact contact.ID `json:"contact"`
			Text    string     `json:"text"`
		}
		if err := readBody(r, &body); err != nil {
			return err
		}
		if body.Contact == "" {
			return badRequest("say with which contact", `name the one that you see: {"contact": …}`)
		}
		return s.does(w, r, act, body.Contact, deed{Agent: contact.Agent(r.PathValue("id")), Text: body.Text})
	}
}

// does has it done and answers when the ledger has it.
func (s *Server) does(w http.ResponseWriter, r *http.Request, act string, id contact.ID, body deed) error {
	if _, err := s.find(body.Agent); err != nil {
		return err
	}
	switch says := strings.TrimSpace(body.Text) != ""; {
	case says != (act == "answer"):
		return badRequest("an answer has a text, and nothing else has", `answer with {"agent": …, "text": …}`)
	case len(body.Text) > maxMail:
		return tooLong(fmt.Sprintf("an answer may have %d bytes", maxMail))
	}
	op, err := operation(r)
	if err != nil {
		return err
	}
	if err := s.Controller.DoMail(r.Context(), id, status.Deed{Act: act, Agent: body.Agent, Text: body.Text, Op: op}); err != nil {
		return refusal(err)
	}
	return reply(w, http.StatusOK, Done{Contact: id, Agent: body.Agent, Act: act, Operation: op})
}

// refusal turns a refusal of the controller into that of the API.
func refusal(err error) error {
	var refused *status.Refused
	if !errors.As(err, &refused) {
		return err
	}
	code := string(refused.Why)
	if refused.Why == status.UnknownMail {
		code = "not_found"
	}
	return &Error{Status: httpStatus[refused.Why], Code: code, Message: refused.Message, Hint: refused.Hint}
}

// Assigned is what an agent has: the contact, and what it says if it is a mail, or of what it
// is if it is a recorded message.
type Assigned struct {
	Contact Call          `json:"contact"`
	Mail    *Mail         `json:"mail,omitempty"`
	Message *GivenMessage `json:"message,omitempty"`
}

// Mail is a mail as its agent reads it.
type Mail struct {
	From      string `json:"from"`
	Subject   string `json:"subject"`
	Body      string `json:"body"`
	Language  string `json:"language,omitempty"`
	Reference string `json:"reference"`
	// Until is when it is taken away again, unless it is taken, or answered.
	Until time.Time `json:"until,omitzero"`
}

// agentContact is what an agent has been given. The text of a mail is shown
// nowhere else.
func (s *Server) agentContact(w http.ResponseWriter, r *http.Request) error {
	id := contact.Agent(r.PathValue("id"))
	if _, err := s.find(id); err != nil {
		return err
	}
	var has *Assigned
	var rec engine.Record
	s.look(func(l lens) {
		found := l.Contacts[l.Floor.ContactOf(id)]
		if found == nil {
			return
		}
		rec = *found
		has = &Assigned{Contact: l.call(found), Message: s.given(l, found), Mail: l.mail(found)}
	})
	if has == nil {
		return notFound("contact of agent", string(id), "the agent has none now")
	}
	if has.Mail != nil {
		if err := s.unseal(has.Mail, &rec); err != nil {
			return err
		}
	}
	return reply(w, http.StatusOK, has)
}

// mail is what is known of a contact that is a mail, without what it says; nil for any other.
func (l lens) mail(rec *engine.Record) *Mail {
	if rec.Mail == nil {
		return nil
	}
	return &Mail{Language: rec.Mail.Language, Reference: rec.Line, Until: l.at(until(rec))}
}

// until is when the agent's time for a mail ends; 0 once it is answered.
func until(rec *engine.Record) int64 {
	switch {
	case rec.Connected():
		return 0
	case rec.TakenAt != 0:
		return rec.TakenAt + rec.Policies.Handle.Microseconds()
	}
	return max(rec.OfferedAt, rec.RungAt) + rec.Policies.Ring.Microseconds()
}

func (s *Server) unseal(m *Mail, rec *engine.Record) error {
	var said status.Letter
	text, ok := "", false
	if s.Reveal != nil {
		text, ok = s.Reveal(rec.Mail.Content)
		m.From, _ = s.Reveal(rec.Caller)
	}
	if !ok || json.Unmarshal([]byte(text), &said) != nil {
		return &Error{Status: http.StatusConflict, Code: "sealed", Message: "the mail was encrypted with another site key",
			Hint: "give this controller the key of the one that took it in"}
	}
	m.Subject, m.Body = said.Subject, said.Body
	return nil
}

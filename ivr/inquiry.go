package ivr

import (
	"encoding/json"
	"fmt"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// Inquiry is what a node asks of a back-end: everything but the values of a call.
type Inquiry struct {
	// Backend is its name in the site, Method one of Methods.
	Backend, Method string
	// Path follows the address of the back-end; it may have a query.
	Path    *Template
	Headers []HeaderTemplate
	// Body is nil for a request without one.
	Body *Body
	// Timeout bounds each attempt. Retries are further attempts, of what may be
	// repeated.
	Timeout time.Duration
	Retries int
	// Idempotent says that asking twice does no harm though the method is not one
	// that only reads.
	Idempotent bool
	// MaxAnswer is how many bytes the answer may have.
	MaxAnswer int
	// Hold is said to a caller while the answer does not come.
	Hold []Prompt
}

// HeaderTemplate is a header of a request: a text, or one value of the call.
type HeaderTemplate struct {
	Name  string
	Value *Template
}

// Methods are what a node may ask with.
var Methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// repeatable reports whether the request may be sent again though the first may
// have arrived.
func (q *Inquiry) repeatable() bool {
	return q.Idempotent || q.Method == "GET" || q.Method == "HEAD"
}

// String is the request in words, without any value of a call.
func (q *Inquiry) String() string {
	path := []rune(q.Path.String())
	return fmt.Sprintf("%s %s of %s", q.Method, string(path[:min(len(path), maxRemembered)]), q.Backend)
}

// reads visits the variables that leave with the request.
func (q *Inquiry) reads(visit func(key, variable string, use Use)) {
	q.Path.visit("path", visit)
	for _, h := range q.Headers {
		h.Value.visit("headers."+h.Name, visit)
	}
	if q.Body != nil {
		q.Body.templates(func(t *Template) { t.visit("body", visit) })
	}
}

// Header is one of a request that is about to be sent.
type Header struct{ Name, Value string }

// fetch is the request of one caller. It is false if the values make another
// request of it than the author wrote.
func (q *Inquiry) fetch(v values) (Fetch, bool) {
	path, ok := q.Path.fillPath(v)
	if !ok {
		return Fetch{}, false
	}
	f := Fetch{
		Backend: q.Backend, Method: q.Method, Path: path, Timeout: q.Timeout, MaxAnswer: q.MaxAnswer,
	}
	if q.repeatable() {
		f.Retries = q.Retries
	}
	for _, h := range q.Headers {
		f.Headers = append(f.Headers, Header{h.Name, h.Value.fill(v, headerValue)})
	}
	if q.Body != nil {
		f.Body = q.Body.fill(v)
		f.Headers = append(f.Headers, Header{"Content-Type", q.Body.contentType()})
	}
	return f, len(f.Body) <= maxBody
}

// lasts is how long an answer can take at most.
func (q *Inquiry) lasts() time.Duration { return q.Timeout * time.Duration(1+q.Retries) }

// Body is what a request carries: a form, or a JSON value.
type Body struct {
	Form []FormField
	JSON *Shape
}

// FormField is one field of a form.
type FormField struct {
	Name  string
	Value *Template
}

// Shape is a JSON value in which texts have values of the call. Exactly one of its
// fields is given.
type Shape struct {
	Text *Template
	// Plain is a number, true, false or null.
	Plain  json.RawMessage
	List   []Shape
	Object []Member
}

// Member is one entry of an object, in the order in which it was written.
type Member struct {
	Name  string
	Value Shape
}

func (b *Body) contentType() string {
	if b.JSON == nil {
		return "application/x-www-form-urlencoded"
	}
	return "application/json"
}

func (b *Body) fill(v values) []byte {
	if b.JSON != nil {
		return b.JSON.fill(nil, v)
	}
	fields := make([]string, len(b.Form))
	for i, f := range b.Form {
		fields[i] = escaped(f.Name) + "=" + escaped(f.Value.fill(v, verbatim))
	}
	return []byte(strings.Join(fields, "&"))
}

func (s *Shape) fill(out []byte, v values) []byte {
	switch {
	case s.Text != nil:
		return appendJSON(out, s.Text.fill(v, verbatim))
	case s.Object != nil:
		out = append(out, '{')
		for i := range s.Object {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendJSON(out, s.Object[i].Name), ':')
			out = s.Object[i].Value.fill(out, v)
		}
		return append(out, '}')
	case s.List != nil:
		out = append(out, '[')
		for i := range s.List {
			if i > 0 {
				out = append(out, ',')
			}
			out = s.List[i].fill(out, v)
		}
		return append(out, ']')
	}
	return append(out, s.Plain...)
}

// appendJSON appends a text as JSON. A text always has one.
func appendJSON(out []byte, text string) []byte {
	encoded, _ := json.Marshal(text)
	return append(out, encoded...)
}

// says reports whether a name is filled in anywhere in the body.
func (b *Body) says(name string) (said bool) {
	b.templates(func(t *Template) { said = said || t.has(name) })
	return said
}

// templates calls visit for each text of the body.
func (b *Body) templates(visit func(*Template)) {
	for _, f := range b.Form {
		visit(f.Value)
	}
	if b.JSON != nil {
		b.JSON.templates(visit)
	}
}

func (s *Shape) templates(visit func(*Template)) {
	if s.Text != nil {
		visit(s.Text)
	}
	for i := range s.List {
		s.List[i].templates(visit)
	}
	for i := range s.Object {
		s.Object[i].Value.templates(visit)
	}
}

// The bounds of a request.
const (
	maxBody       = 64 << 10
	maxHeaders    = 20
	maxInquiry    = 30 * time.Second
	minInquiry    = 100 * time.Millisecond
	maxRetries    = 2
	MaxAnswer     = 1 << 20
	maxSaves      = 8
	MaxSavedChars = 200
)

// ownHeaders are those that the connection and the body decide.
var ownHeaders = []string{
	"Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Upgrade", "Te", "Trailer", "Keep-Alive", "Expect", "Accept-Encoding",
}

// secretHeaders carry what no tree may hold.
var secretHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie"}

// HeaderFor says why no node or back-end may set a header of this name; nothing if
// it may. Secret tells of those that only site.yaml may hold.
func HeaderFor(name string) (problem string, secret bool) {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return fmt.Sprintf("%q cannot name a header", name), false
		}
	}
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	switch {
	case name == "" || len(name) > 100:
		return fmt.Sprintf("%q cannot name a header", name), false
	case slices.Contains(ownHeaders, canonical):
		return fmt.Sprintf("the header %s is written by guichet itself", canonical), false
	}
	return "", slices.Contains(secretHeaders, canonical)
}

// inquiry checks what every request must keep to.
func (c *checker) inquiry(id NodeID, q *Inquiry) {
	c.path(id, q.Path)
	if !slices.Contains(Methods, q.Method) {
		c.fault(id, "method", fmt.Sprintf("one of %s", strings.Join(Methods, ", ")), "there is no method %q", q.Method)
	}
	if q.Timeout < minInquiry || q.Timeout > maxInquiry {
		c.fault(id, "timeout", "between 100ms and 30s", "timeout cannot be %s", q.Timeout)
	}
	switch {
	case q.Retries < 0 || q.Retries > maxRetries:
		c.fault(id, "retries", fmt.Sprintf("between 0 and %d", maxRetries), "retries cannot be %d", q.Retries)
	case q.Retries > 0 && !q.repeatable():
		c.fault(id, "retries", "leave it out, or write idempotent: true if the back-end takes the same request twice without harm",
			"a %s cannot be repeated", q.Method)
	case q.lasts() > maxInquiry:
		c.fault(id, "retries", "shorten timeout, or take fewer retries", "callers would wait for up to %s", q.lasts())
	}
	if q.Body != nil && (q.Method == "GET" || q.Method == "HEAD") {
		c.fault(id, "method", "write method: POST, or put the values in the path", "a %s has no body", q.Method)
	}
	if q.MaxAnswer < 1 || q.MaxAnswer > MaxAnswer {
		c.fault(id, "max_answer", fmt.Sprintf("between 1 and %d bytes", MaxAnswer), "max_answer cannot be %d", q.MaxAnswer)
	}
	c.headers(id, q)
}

func (c *checker) headers(id NodeID, q *Inquiry) {
	if len(q.Headers) > maxHeaders {
		c.fault(id, "headers", fmt.Sprintf("at most %d", maxHeaders), "the request has %d headers", len(q.Headers))
	}
	for _, h := range q.Headers {
		place := "headers." + h.Name
		problem, secret := HeaderFor(h.Name)
		switch {
		case problem != "":
			c.fault(id, place, "leave it out", "%s", problem)
		case secret:
			c.fault(id, place, "write it in site.yaml, under the headers of the back-end, as {file: path} or {env: NAME}",
				"a tree holds no %s", textproto.CanonicalMIMEHeaderKey(h.Name))
		case !h.Value.literal() && !h.Value.whole():
			c.fault(id, place, "write the value alone, as in \"{var.name}\", or a text without any", "a header is a text or one value, not both")
		case headerValue(h.Value.fill(values{in: &Input{}}, verbatim)) != h.Value.fill(values{in: &Input{}}, verbatim):
			c.fault(id, place, "use printable ASCII", "the header has signs that no header can carry")
		}
	}
}

// path checks what the author wrote of a path: values can then not change what it
// means.
func (c *checker) path(id NodeID, t *Template) {
	const hint = "write it like /dossiers/{var.numero}?depuis=2026"
	literal := t.fill(values{in: &Input{}}, func(string) string { return "x" })
	upToQuery, _, _ := strings.Cut(literal, "?")
	switch {
	case literal != "" && literal[0] != '/':
		c.fault(id, "path", hint, "the path %q does not begin with /", t)
	case strings.HasPrefix(literal, "//"):
		c.fault(id, "path", hint, "the path %q begins with two /", t)
	case strings.Contains(literal, "#"):
		c.fault(id, "path", "leave out # and what follows: servers never see it", "the path %q has a #", t)
	case strings.IndexFunc(literal, notInURL) >= 0 || badPercent(literal):
		c.fault(id, "path", "write such signs as %XX", "the path %q has signs that no URL can have", t)
	}
	for segment := range strings.SplitSeq(upToQuery, "/") {
		if segment == "." || segment == ".." {
			c.fault(id, "path", hint, "the path %q goes elsewhere by %q", t, segment)
		}
	}
}

func notInURL(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }

// badPercent reports a % that no two hexadecimal digits follow.
func badPercent(text string) bool {
	for i := range len(text) {
		if text[i] == '%' && (i+2 >= len(text) || strings.Trim(text[i+1:i+3], "0123456789abcdefABCDEF") != "") {
			return true
		}
	}
	return false
}

// saves checks the variables that an answer or a table fills. Topic and language
// decide who can serve, which is looked at before any caller comes.
func (c *checker) saves(id NodeID, variables []string) {
	if len(variables) > maxSaves {
		c.fault(id, "save", fmt.Sprintf("at most %d", maxSaves), "the node saves %d variables", len(variables))
	}
	for _, v := range variables {
		if v == VarTopic || v == VarLanguage {
			c.fault(id, "save."+v, "save it under another name, and set the "+v+" after a branch that looks at it",
				"the %s cannot come from outside the folder", v)
		}
	}
}

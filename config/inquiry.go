package config

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// inquiryYAML is what nodes that ask a back-end have in common. Values of the call
// stand in path, headers, body and form as {var.NAME}, {caller}, {dialled} and
// {entry}; a brace is written twice.
type inquiryYAML struct {
	// Backend is one of site.yaml, which has its address and secrets.
	Backend value[string] `yaml:"backend"`
	// Path follows the address of the back-end, with its query; nothing by default.
	Path value[string] `yaml:"path"`
	// URL is a whole address, http or https, instead of backend and path, for what
	// needs no secret. Its host is written out.
	URL value[string] `yaml:"url"`
	// Method is GET, HEAD, POST, PUT, PATCH or DELETE; GET by default, or POST where
	// there is a body or a form, and in a link.
	Method value[string] `yaml:"method"`
	// Headers by name: a text, or one value alone. Secrets belong to the back-end.
	Headers table[value[string]] `yaml:"headers"`
	// Body is sent as JSON, as it is written here.
	Body shapeYAML `yaml:"body"`
	// Form is sent as the fields of a form, instead of a body.
	Form table[value[string]] `yaml:"form"`
	// Timeout bounds each attempt, 100ms to 30s; by default that of the back-end.
	Timeout value[time.Duration] `yaml:"timeout"`
	// Retries are further attempts after one without an answer, or with 502, 503 or
	// 504: 0 (the default) to 2, only of what may be repeated.
	Retries value[int] `yaml:"retries"`
	// Idempotent says that the same request may come twice without harm; by default
	// only GET and HEAD may.
	Idempotent value[bool] `yaml:"idempotent"`
	// MaxAnswer is how many bytes the answer may have, 65536 by default.
	MaxAnswer value[int] `yaml:"max_answer"`
	// HoldPrompt is said when the answer does not come within 700ms, and again from
	// time to time; nothing by default.
	HoldPrompt promptList `yaml:"hold_prompt"`
}

// defaultAnswer is how many bytes are read of an answer.
const defaultAnswer = 64 << 10

// shapeYAML is any JSON value: texts have values of the call in them.
type shapeYAML struct {
	at      place
	text    value[string]
	plain   string
	list    []shapeYAML
	members table[shapeYAML]
}

func (s *shapeYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	switch n := n.(type) {
	case *ast.NullNode:
		s.plain = "null"
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		s.plain = n.GetToken().Value
		if !json.Valid([]byte(s.plain)) {
			d.add(s.at, "write it like 12 or 3.5, or in quotes as text", "%s is no value of JSON", s.plain)
			s.plain = "null"
		}
	case *ast.SequenceNode:
		s.list = make([]shapeYAML, len(n.Values))
		for i, item := range n.Values {
			s.list[i].read(d, item)
		}
	case *ast.MappingNode, *ast.MappingValueNode:
		s.members = table[shapeYAML]{}
		s.members.read(d, n)
	default:
		s.text.read(d, n)
	}
}

// inquiry builds what a node asks.
func (b *treeBuilder) inquiry(y *inquiryYAML, method string, more ...string) ivr.Inquiry {
	backend, path := b.asked(y, more)
	q := ivr.Inquiry{
		Backend: backend.Name, Path: path, Retries: y.Retries.v, Idempotent: y.Idempotent.v,
		Timeout: y.Timeout.or(backend.Timeout), MaxAnswer: y.MaxAnswer.or(defaultAnswer), Hold: b.prompts(y.HoldPrompt),
		Body: b.body(y, more),
	}
	if q.Body != nil {
		method = "POST"
	}
	q.Method = strings.ToUpper(y.Method.or(method))
	for _, r := range y.Headers {
		if t := b.template(r.v, more...); t != nil {
			q.Headers = append(q.Headers, ivr.HeaderTemplate{Name: r.key.v, Value: t})
		}
	}
	return q
}

// asked is the back-end, and the path at it.
func (b *treeBuilder) asked(y *inquiryYAML, more []string) (Backend, *ivr.Template) {
	switch {
	case y.URL.set:
		if y.Backend.set || y.Path.set {
			b.add(y.URL.at, "keep url alone, or backend and path", "the request has two addresses")
		}
		return b.askedURL(y.URL, more)
	case !y.Backend.set:
		b.whole = false
		if y.Backend.at == (place{}) {
			b.add(b.origins[ivr.NodeID(b.node)].at, "write backend: NAME and path: /…, or url: https://…", "the node asks nobody")
		}
	case !b.refers(y.Backend, "back-end", b.backends):
		b.whole = false
	}
	path := b.template(y.Path, more...)
	if path == nil {
		path, _ = ivr.ParseTemplate("")
	}
	if known, ok := b.site.Backends[y.Backend.v]; ok {
		return known, path
	}
	return Backend{Name: y.Backend.v, Timeout: backendTimeout}, path
}

// origin is scheme, host and port of an address.
var originOf = regexp.MustCompile(`^(?i:https?)://[A-Za-z0-9.-]+(:[0-9]+)?`)

// askedURL divides an address into a back-end without secrets and a path. The host
// is literal: nothing that comes from a caller decides whom we ask.
func (b *treeBuilder) askedURL(v value[string], more []string) (Backend, *ivr.Template) {
	places := b.origins[ivr.NodeID(b.node)].places
	places["path"] = v.at
	origin := originOf.FindString(v.v)
	path := v
	path.v = v.v[len(origin):]
	u, err := url.Parse(origin)
	switch {
	case err == nil && origin != "" && portFits(u.Port(), false) && (path.v == "" || path.v[0] == '/' || path.v[0] == '?'):
	case !strings.HasPrefix(strings.ToLower(v.v), "http://") && !strings.HasPrefix(strings.ToLower(v.v), "https://"):
		b.add(v.at, "write it like https://dossiers.example/etat/{var.numero}", "%q is not an address of http or https", v.v)
		b.whole = false
	default:
		b.add(v.at, "write host and port out: values of the call, names and passwords have no place there", "%q does not say plainly which host is asked", v.v)
		b.whole = false
	}
	if strings.HasPrefix(path.v, "?") {
		path.v = "/" + path.v
	}
	if path.inner > 0 {
		path.inner += utf8.RuneCountInString(origin)
	}
	t := b.template(path, more...)
	if t == nil {
		t, _ = ivr.ParseTemplate("/")
	}
	origin = strings.ToLower(origin)
	backend := Backend{Name: origin, URL: origin, Timeout: backendTimeout, AtOnce: backendAtOnce}
	if _, known := b.site.Backends[origin]; !known && origin != "" {
		b.site.Backends[origin] = backend
	}
	return backend, t
}

func (b *treeBuilder) body(y *inquiryYAML, more []string) *ivr.Body {
	switch {
	case y.Body.at != (place{}) && y.Form != nil:
		b.add(y.Body.at, "keep one of them", "the request has a body and a form")
	case y.Body.at != (place{}):
		shape := b.shape(&y.Body, more)
		return &ivr.Body{JSON: &shape}
	case y.Form != nil:
		body := &ivr.Body{Form: []ivr.FormField{}}
		for _, r := range y.Form {
			if t := b.template(r.v, more...); t != nil {
				body.Form = append(body.Form, ivr.FormField{Name: r.key.v, Value: t})
			}
		}
		return body
	}
	return nil
}

func (b *treeBuilder) shape(y *shapeYAML, more []string) ivr.Shape {
	switch {
	case y.plain != "":
		return ivr.Shape{Plain: json.RawMessage(y.plain)}
	case y.list != nil:
		list := make([]ivr.Shape, len(y.list))
		for i := range y.list {
			list[i] = b.shape(&y.list[i], more)
		}
		return ivr.Shape{List: list}
	case y.members != nil:
		object := make([]ivr.Member, len(y.members))
		for i := range y.members {
			object[i] = ivr.Member{Name: y.members[i].key.v, Value: b.shape(&y.members[i].v, more)}
		}
		return ivr.Shape{Object: object}
	}
	if t := b.template(y.text, more...); t != nil {
		return ivr.Shape{Text: t}
	}
	return ivr.Shape{Plain: json.RawMessage("null")}
}

// template prepares a text and points at what is wrong within it.
func (b *treeBuilder) template(v value[string], more ...string) *ivr.Template {
	if !v.set {
		return nil
	}
	t, flaw := ivr.ParseTemplate(v.v, more...)
	if flaw != nil {
		b.flaw(v, flaw)
		return nil
	}
	return t
}

// flaw reports what is wrong within a text of a tree.
func (b *treeBuilder) flaw(v value[string], flaw *ivr.Flaw) {
	b.whole = false
	hint := flaw.Hint
	if flaw.Unknown != "" {
		hint = nearest(flaw.Unknown, flaw.Known).orKeys(flaw.Known)
	}
	b.add(v.within(flaw.Offset), hint, "%s", flaw.Problem)
}

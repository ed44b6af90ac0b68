package config

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// treeFile is one file of the folder ivr/: one menu tree.
type treeFile struct {
	at place
	// Version of the language, 1.
	Version value[int] `yaml:"version"`
	// ID of the tree, the name of the file by default.
	ID value[string] `yaml:"id"`
	// Languages that every prompt of the tree exists in; callers begin in the first.
	Languages list[value[string]] `yaml:"languages"`
	// Defaults for every menu and collect that says nothing else.
	Defaults triesYAML `yaml:"defaults"`
	// Start is the first node.
	Start value[string] `yaml:"start,required"`
	// OnFailure is where callers go when all attempts of a menu without an own
	// on_failure are used up.
	OnFailure exitYAML `yaml:"on_failure"`
	// Nodes by id.
	Nodes table[nodeYAML] `yaml:"nodes,required"`
	// Tests are calls to the tree, and what must come of them.
	Tests   list[menuTestYAML] `yaml:"tests"`
	Numbers later              `yaml:"numbers" instead:"entries.yaml says which numbers lead to this tree"`
}

// triesYAML is how long menus and collects wait, and how often they ask.
type triesYAML struct {
	// NoInputTimeout runs from the end of the prompt to the first key, 5s by default.
	NoInputTimeout value[time.Duration] `yaml:"no_input_timeout"`
	// InterDigitTimeout runs between two keys, 2s by default.
	InterDigitTimeout value[time.Duration] `yaml:"inter_digit_timeout"`
	// MaxAttempts bounds all attempts of one visit, 3 by default.
	MaxAttempts value[int] `yaml:"max_attempts"`
}

// nodeYAML is one node; its type decides which keys it may have.
type nodeYAML struct {
	at   place
	body nodeBody
	// places finds where an exit or key was written.
	places map[string]place
}

// nodeBody is one of the types below.
type nodeBody interface {
	build(b *treeBuilder) ivr.Node
}

// commonYAML is what every node may have.
type commonYAML struct {
	// Type is play, set, menu, language, collect, identify, hours, branch, lookup, http, link,
	// callback, message, queue, subflow, return or hangup.
	Type value[string] `yaml:"type,required"`
	// Label is shown in diagrams, statistics and to the agent.
	Label value[string] `yaml:"label"`
	// Description and Tags are for the authors.
	Description value[string]       `yaml:"description"`
	Tags        list[value[string]] `yaml:"tags"`
	// Set gives the contact attributes when the node is entered.
	Set setYAML `yaml:"set"`
	// Serves marks a play, hangup or link that gives callers what they came for: who
	// ends the call after it counts as served. A link has served when it was sent.
	Serves value[bool] `yaml:"serves"`
}

// setYAML is attributes by name: topic, department, language or any other.
type setYAML = table[value[string]]

// playYAML says something and goes on.
type playYAML struct {
	commonYAML
	Prompt promptList `yaml:"prompt,required"`
	// Interruptible lets a key end the prompt; true by default.
	Interruptible value[bool] `yaml:"interruptible"`
	// FlushInput drops the keys pressed until the end of the prompt.
	FlushInput value[bool]   `yaml:"flush_input"`
	Goto       value[string] `yaml:"goto,required"`
	EarlyMedia later         `yaml:"early_media"`
}

// setNodeYAML gives the contact attributes, in silence.
type setNodeYAML struct {
	commonYAML
	// Values are the attributes: topic, department, language or any other.
	Values setYAML       `yaml:"values,required"`
	Goto   value[string] `yaml:"goto,required"`
}

// languageYAML lets the caller choose the language of all that follows.
type languageYAML struct {
	commonYAML
	// Prompt is said in the language so far: say it under all in the manifest to
	// have one recording that everybody understands.
	Prompt   promptList `yaml:"prompt,required"`
	Reprompt promptList `yaml:"reprompt"`
	// Choices are keys, in quotes, to languages of the tree.
	Choices table[value[string]] `yaml:"choices,required"`
	Goto    value[string]        `yaml:"goto,required"`
	attemptsYAML
}

// menuYAML offers choices by key.
type menuYAML struct {
	commonYAML
	Prompt promptList `yaml:"prompt,required"`
	// Reprompt is said at further attempts; Prompt again by default.
	Reprompt promptList `yaml:"reprompt"`
	// Choices by key, in quotes: a target, or {goto, label, set}.
	Choices table[choiceYAML] `yaml:"choices,required"`
	attemptsYAML
}

// choiceYAML is a target, or {goto, label, set}.
type choiceYAML struct {
	Goto  value[string] `yaml:"goto,required"`
	Label value[string] `yaml:"label"`
	Set   setYAML       `yaml:"set"`
}

// choiceFields is choiceYAML without its own way of being read.
type choiceFields choiceYAML

func (c *choiceYAML) read(d *document, n ast.Node) {
	d.readEither(n, (*choiceFields)(c), &c.Goto)
}

// exitYAML is a target, or {prompt, goto}.
type exitYAML struct {
	at     place
	Prompt promptList    `yaml:"prompt"`
	Goto   value[string] `yaml:"goto"`
}

type exitFields exitYAML

func (e *exitYAML) read(d *document, n ast.Node) {
	e.at = d.at(n)
	d.readEither(n, (*exitFields)(e), &e.Goto)
}

// attemptsYAML is what menus and collects share.
type attemptsYAML struct {
	triesYAML
	// Interruptible lets a key that may answer end the prompt; true by default. Another
	// is wrong when the prompt has ended and no better one came.
	Interruptible value[bool] `yaml:"interruptible"`
	// OnNoInput, OnInvalid and OnFailure are the three ways in which an attempt
	// goes wrong: nothing pressed, something else pressed, all attempts used.
	OnNoInput exitYAML `yaml:"on_no_input"`
	OnInvalid exitYAML `yaml:"on_invalid"`
	OnFailure exitYAML `yaml:"on_failure"`
}

// collectYAML takes digits into a variable.
type collectYAML struct {
	commonYAML
	Prompt   promptList `yaml:"prompt,required"`
	Reprompt promptList `yaml:"reprompt"`
	// Variable receives the digits: postal_code, department or any name.
	Variable value[string] `yaml:"variable,required"`
	// MinDigits is 1 and MaxDigits 20 by default.
	MinDigits value[int] `yaml:"min_digits"`
	MaxDigits value[int] `yaml:"max_digits"`
	// FinishKey ends the input, "#" by default; CancelKey erases it.
	FinishKey value[string] `yaml:"finish_key"`
	CancelKey value[string] `yaml:"cancel_key"`
	// Pattern is a regular expression for the whole input.
	Pattern value[string] `yaml:"pattern"`
	// Check is luhn, siret, fiscal_number or postal_code.
	Check value[string] `yaml:"check"`
	Goto  value[string] `yaml:"goto,required"`
	attemptsYAML
	// Sensitive keeps the digits in memory only, for the body of an http node; false
	// by default. They are in no attribute, fact, log or answer of the API, and are
	// asked for again after a restart.
	Sensitive value[bool] `yaml:"sensitive"`
	// Confirm reads the digits back and has the caller confirm or correct them; by
	// default they count at once.
	Confirm confirmYAML `yaml:"confirm"`
	OnLost  later       `yaml:"on_lost"`
}

// hoursYAML branches on a calendar.
type hoursYAML struct {
	commonYAML
	// Calendar to ask; that of the entry by default.
	Calendar value[string] `yaml:"calendar"`
	// Open and Closed are required; Holiday and Exception are Closed by default.
	Open      exitYAML `yaml:"open,required"`
	Closed    exitYAML `yaml:"closed,required"`
	Holiday   exitYAML `yaml:"holiday"`
	Exception exitYAML `yaml:"exception"`
}

// queueYAML's tree side: the caller asks for an agent; routing.yaml decides the
// queue from the attributes set so far.
type queueNodeYAML struct {
	commonYAML
	// OnFull, OnClosed and OnNoAgent are taken when the contact is refused; they
	// hang up after their prompts when they name no target.
	OnFull    exitYAML `yaml:"on_full"`
	OnClosed  exitYAML `yaml:"on_closed"`
	OnNoAgent exitYAML `yaml:"on_no_agent"`
	// OnUnreachable is taken when the local service that the contact was sent to
	// did not answer. If it is left out, the contact goes to the agents.
	OnUnreachable exitYAML `yaml:"on_unreachable"`
	// WayOut is what callers may press while they wait, in quotes, one key each: a target,
	// or {goto, label}. Whoever does leaves the queue, and keeps the rank for another.
	// Comfort of queues.yaml tells them so.
	WayOut    table[wayOutYAML] `yaml:"way_out"`
	OnTimeout later             `yaml:"on_timeout"`
	OnError   later             `yaml:"on_error"`
	MaxWait   later             `yaml:"max_wait"`
	Music     later             `yaml:"music" instead:"queues.yaml names the music of each queue"`
	Queue     later             `yaml:"queue" instead:"routing.yaml decides the queue from what the tree has set, such as topic"`
	Priority  later             `yaml:"priority" instead:"routing.yaml decides the priority"`
	Skills    later             `yaml:"skills" instead:"routing.yaml decides the skills"`
	Position  later             `yaml:"announce_position"`
	Wait      later             `yaml:"announce_wait"`
}

// wayOutYAML is a target, or {goto, label}.
type wayOutYAML struct {
	// Goto is the node that the caller comes to.
	Goto value[string] `yaml:"goto,required"`
	// Label is what drawings of menus show.
	Label value[string] `yaml:"label"`
}

// wayOutFields is wayOutYAML without its own way of being read.
type wayOutFields wayOutYAML

func (w *wayOutYAML) read(d *document, n ast.Node) {
	d.readEither(n, (*wayOutFields)(w), &w.Goto)
}

// hangupYAML says good-bye and ends the call.
type hangupYAML struct {
	commonYAML
	Prompt promptList `yaml:"prompt"`
	// Cause is a Q.850 cause, 16 by default.
	Cause value[int] `yaml:"cause"`
}

// branchYAML goes on by the first condition that holds.
type branchYAML struct {
	commonYAML
	Cases list[caseYAML] `yaml:"cases,required"`
	// Else is for everybody else.
	Else exitYAML `yaml:"else,required"`
}

// caseYAML is one line of a branch.
type caseYAML struct {
	// When is the condition: now.hour < 12 and queue("ir").waiting > 3.
	When  value[string] `yaml:"when,required"`
	Goto  value[string] `yaml:"goto,required"`
	Label value[string] `yaml:"label"`
}

// laterNodes are types of the language that this version does not have.
var laterNodes = []string{"split", "survey"}

// nodeTypes are those that this version has.
var nodeTypes = []string{"play", "set", "menu", "language", "collect", "identify", "hours", "branch", "lookup", "http", "link", "callback", "message", "queue", "transfer", "subflow", "return", "hangup"}

// NodeTypes are the types of nodes that a tree may have.
func NodeTypes() []string { return slices.Clone(nodeTypes) }

func newNodeBody(kind string) nodeBody {
	switch kind {
	case "play":
		return new(playYAML)
	case "set":
		return new(setNodeYAML)
	case "language":
		return new(languageYAML)
	case "menu":
		return new(menuYAML)
	case "collect":
		return new(collectYAML)
	case "identify":
		return new(identifyYAML)
	case "hours":
		return new(hoursYAML)
	case "branch":
		return new(branchYAML)
	case "lookup":
		return new(lookupYAML)
	case "http":
		return new(httpYAML)
	case "link":
		return new(linkYAML)
	case "callback":
		return new(callbackNodeYAML)
	case "transfer":
		return new(transferYAML)
	case "message":
		return new(messageYAML)
	case "subflow":
		return new(subflowYAML)
	case "return":
		return new(returnYAML)
	case "queue":
		return new(queueNodeYAML)
	case "hangup":
		return new(hangupYAML)
	}
	return nil
}

func (y *nodeYAML) read(d *document, n ast.Node) {
	y.at, y.places = d.at(n), map[string]place{}
	kind, known := d.nodeType(n, y)
	if !known {
		return
	}
	y.body = newNodeBody(kind.v)
	d.read(n, y.body)
}

// nodeType looks for the type of a node before anything else, because it
// decides which keys are known.
func (d *document) nodeType(n ast.Node, y *nodeYAML) (kind value[string], known bool) {
	silent := *d
	silent.report = &report{}
	entries, ok := silent.mapping(n)
	if !ok {
		d.mapping(n)
		return kind, false
	}
	for _, e := range entries {
		y.remember(d, "", e)
		if e.key.v == "type" {
			kind.read(d, e.node)
		}
	}
	switch {
	case slices.Contains(nodeTypes, kind.v):
		return kind, true
	case slices.Contains(laterNodes, kind.v):
		d.add(kind.at, "available are "+strings.Join(nodeTypes, ", "), "nodes of type %q are not available in this version", kind.v)
	case kind.set:
		d.add(kind.at, nearest(kind.v, nodeTypes).orKeys(nodeTypes), "there is no node type %q", kind.v)
	case kind.at == place{}:
		d.add(y.at, "write type: "+strings.Join(nodeTypes, ", "), "the node has no type")
	}
	return kind, false
}

// remember notes where a key is written, and the targets below it, so that
// faults of the finished tree can be placed.
func (y *nodeYAML) remember(d *document, prefix string, e entry) {
	name := prefix + e.key.v
	y.places[name] = d.at(e.node)
	if items, ok := e.node.(*ast.SequenceNode); ok && name == "cases" {
		for i, item := range items.Values {
			inner := entry{node: item}
			inner.key.v = strconv.Itoa(i + 1)
			y.remember(d, "cases.", inner)
		}
	}
	m, ok := e.node.(*ast.MappingNode)
	if !ok {
		return
	}
	for _, v := range m.Values {
		key := v.Key.GetToken().Value
		switch {
		case slices.Contains(keyedPlaces, name):
			inner := entry{node: v.Value}
			inner.key.v = key
			y.remember(d, name+".", inner)
		case key == "goto":
			y.places[name] = d.at(v.Value)
		case key == "when":
			y.places[name+".when"] = d.at(v.Value)
		}
	}
}

// keyedPlaces are the keys of nodes below which each key is a place of its own.
var keyedPlaces = []string{"choices", "way_out", "on_status", "save", "headers"}

// treeID is the name of a tree.
func (f *treeFile) treeID() value[string] { return namedByFile(f.ID, f.at) }

// namedByFile is the id that a file gives itself, or else its own name.
func namedByFile(id value[string], at place) value[string] {
	if id.set {
		return id
	}
	base := path.Base(at.file)
	return value[string]{v: strings.TrimSuffix(base, path.Ext(base)), at: at, set: true}
}

package engine_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// cell is what a happening does in a state, in words.
type cell struct {
	refused          engine.WhyNot
	commanded, wrote []string
	then             string
	nothing          bool
}

// usual reports whether this is what happens in every state in which nobody waits, and is
// told once at the head of the table.
func (c cell) usual() bool {
	return c.then == asBefore && (len(c.wrote) == 0 && slices.Equal(c.commanded, []string{"hang up on the stranger"}) ||
		len(c.commanded) == 0 && slices.Equal(c.wrote, []string{"`offer_void` other agent"}))
}

const asBefore = "as before"

func (c *tabled) cell(base *tabled) cell {
	is := cell{then: c.where(), nothing: len(c.facts)+len(c.commands) == 0 && c.where() == base.where()}
	if c.refused != nil {
		is.refused = c.refused.Why
	}
	for _, command := range c.commands {
		if words := c.commanded(command); words != "" && !slices.Contains(is.commanded, words) {
			is.commanded = append(is.commanded, words)
		}
	}
	for _, f := range c.facts {
		is.wrote = append(is.wrote, c.written(f))
	}
	if is.then == base.where() {
		is.then = asBefore
	}
	return is
}

// where says in words where a call stands.
func (c *tabled) where() string {
	s, rec := &c.session, &c.session.Record
	words := []string{string(s.Phase)}
	switch {
	case s.Phase == engine.New:
		words[0] = "nothing"
	case s.Phase == engine.Talking:
		words[0] = talkingWords[rec.Conversation()]
		if leg := rec.Leg(); leg != "" {
			words = append(words, "the "+string(c.who[leg])+" has the call")
		}
		switch {
		case rec.Identifying:
			words = append(words, "the caller is asked who he is")
		case rec.HeldAt != 0:
			words = append(words, "on hold")
		}
		if s.Ear.Call != "" {
			words = append(words, "and a call of his own")
		}
	case rec.Leg() != "":
		words = append(words, "with the "+string(c.who[rec.Leg()]))
	}
	if s.Phase == engine.Trying && s.Whispering != "" {
		words = append(words, "who is told what it is about")
	}
	for _, p := range rec.Parties {
		words = append(words, fmt.Sprintf("the %s %s", c.who[p.ID], c.part(p)))
	}
	switch t := rec.Tape; {
	case t != nil && t.Keys:
		words = append(words, "recording paused by keys")
	case t != nil && t.Paused:
		words = append(words, "recording paused")
	case t != nil && !s.TapeRuns:
		words = append(words, "recording stopped")
	case t != nil:
		words = append(words, "recorded")
	case s.Telling > 0:
		words = append(words, "the recording is announced")
	}
	if s.WantsOut != "" {
		words = append(words, "the caller wants out")
	}
	if rec.ClosedAt != 0 {
		words = append(words, string(rec.Outcome))
	}
	if s.Over() {
		words = append(words, "over")
	}
	return strings.Join(words, ", ")
}

var talkingWords = map[engine.Conversation]string{
	engine.Apart: "apart", engine.Together: "talking", engine.OnHold: "held", engine.Asking: "asking", engine.Consulting: "consulting",
	engine.Sending: "sending", engine.Inviting: "inviting", engine.Several: "conference",
}

// part is what a party does.
func (c *tabled) part(p engine.Party) string {
	switch {
	case p.Role == fact.Leaving:
		return "is let go"
	case c.session.Asked == p.ID:
		return "is to be called (" + string(p.Role) + ")"
	case !p.Joined():
		return "rings (" + string(p.Role) + ")"
	}
	return map[fact.Role]string{
		fact.Consulted: "is consulted", fact.Target: "gets the call", fact.Member: "is in", fact.Listening: "listens",
		fact.Whispers: "whispers", fact.Barging: "has barged in",
	}[p.Role]
}

// commanded is a command in words; timers go without, and judge looks at them.
func (c *tabled) commanded(command engine.Command) string {
	switch do := command.(type) {
	case engine.Arm, engine.Disarm:
		return ""
	case engine.DropLeg:
		return "hang up on the " + c.name(do.Offer)
	case engine.AskLeg:
		return "ask after the " + c.name(do.Offer)
	case engine.Join:
		return "join the " + c.name(do.Offer)
	case engine.Ring:
		return "ring the " + c.name(do.Offer)
	case engine.CallParty:
		return "call the " + c.name(do.Party)
	case engine.CallOut:
		return "call the " + c.name(do.Transfer)
	case engine.CallBack:
		return "call the " + c.name(do.Call)
	case engine.Release:
		return "hang up on the caller"
	case engine.StartMusic:
		return "music"
	case engine.WhisperTo:
		return "tell the " + c.name(do.Offer)
	case engine.RunTape:
		return map[bool]string{true: "go on recording", false: "stop recording"}[do.Runs]
	case engine.TellBoth:
		return "tell both"
	case engine.TellPhone:
		return "tell the phone of the " + c.name(do.Offer) + ": " + string(do.News)
	case engine.Arrange:
		return c.arranged(do)
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", command), "engine.")
	return map[string]string{
		"Answer": "answer", "Play": "play", "StopPlay": "stop playing", "StopMusic": "stop the music", "FreeLine": "free the line", "StopWhisper": "stop telling",
		"RingEar": "let the agent's own call hear it ring", "EndEar": "end the agent's own call",
		"StartTape": "record", "StopTape": "end the recording",
	}[name] // a new one is an empty cell, which text.cell finds
}

func (c *tabled) arranged(a engine.Arrange) string {
	var in []string
	if a.Caller {
		in = append(in, "caller")
	}
	for _, o := range a.Legs {
		in = append(in, c.name(o))
	}
	if a.Ear != "" {
		in = append(in, "agent's own call")
	}
	var words []string
	if len(in) > 1 {
		words = append(words, strings.Join(in, "+"))
	}
	switch {
	case a.Quiet:
		words = append(words, "silence")
	case !a.Caller:
		words = append(words, "music")
	}
	for _, s := range a.Spies {
		arrow := "←"
		if s.Speaks {
			arrow = "↔"
		}
		words = append(words, c.name(s.Party)+arrow+c.name(s.On))
	}
	return strings.Join(words, ", ")
}

func (c *tabled) name(o fact.OfferID) string {
	if who := c.who[o]; who != "" {
		return string(who)
	}
	return "stranger"
}

// written is a fact in words: its kind, whom it is about, and what became of it.
func (c *tabled) written(f fact.Fact) string {
	about := ""
	switch f := f.(type) {
	case fact.Invited:
		about = c.name(f.Party) + " " + string(f.Role)
	case fact.PartyJoined:
		about = c.name(f.Party)
	case fact.PartyMoved:
		about = c.name(f.Party) + " " + string(f.Role)
	case fact.PartyLeft:
		about = strings.TrimSpace(c.name(f.Party) + " " + string(f.Result))
	case fact.HandedOver:
		about = c.name(f.Party)
	case fact.LegEnded:
		about = c.name(f.Offer)
	case fact.OfferFailed:
		about = c.name(f.Offer) + " " + string(f.Result)
	case fact.OfferVoid:
		about = c.name(f.Offer)
	case fact.TransferEnded:
		about = c.name(f.Transfer)
	case fact.TransferFailed:
		about = string(f.Result)
	case fact.CallbackFailed:
		about = string(f.Result)
	case fact.Closed:
		about = strings.TrimSpace(string(f.Outcome) + " " + string(f.Stage))
	case fact.RecordingEnded:
		about = map[bool]string{true: "failed"}[f.Failed]
	}
	if about == "" {
		return "`" + string(f.Kind()) + "`"
	}
	return "`" + string(f.Kind()) + "` " + about
}

// tableText is the documentation of the table.
type tableText struct {
	t          testingT
	out, cells strings.Builder
	refused    map[engine.WhyNot][]string
}

const tableHead = "# Whatever happens to a call\n\n" +
	"Every state of a conversation ([During the call](conversations.md)), and what each event does in it: what is commanded, which facts are\n" +
	"written ([ledger](ledger.md)) and where the call then stands. What is refused, with the code that the API answers, changes nothing.\n\n" +
	"The tests play every cell (`go test ./internal/engine -run TestEveryConversation`, which with `-update` writes this file), then let\n" +
	"everybody leave in five orders: each time nothing is left, each leg has ended once, and the contact has one outcome. A state, a role,\n" +
	"a wish, an event or a refusal of the program that is in no cell fails them.\n\n" +
	"In a cell, `a+b` hear each other, `a←b` means that a hears b unheard, `a↔b` that only b hears a. A leg that nobody expects is hung up, and\n" +
	"an agent who is offered while nobody waits is freed (`offer_void`), in every state; what has no row changes nothing. Timers are left out;\n" +
	"whoever is called has one. Only who was promised a call can be spared it: everywhere else the refusal is `no_callback`.\n\n" +
	"## What can happen\n\n"

// events lists the columns.
func (x *tableText) events(all []happening) {
	for i, h := range all {
		sep := "; "
		if i == len(all)-1 {
			sep = ".\n"
		}
		x.out.WriteString(h.name + sep)
	}
}

func (x *tableText) begin(name string, c *tabled) {
	x.t = c.t
	x.end()
	fmt.Fprintf(&x.out, "\n## %s%s\n\n", strings.ToUpper(name[:1]), name[1:])
	if where := c.where(); where != name {
		fmt.Fprintf(&x.out, "Stands: %s.\n\n", where)
	}
	x.refused = map[engine.WhyNot][]string{}
	x.cells.Reset()
}

func (x *tableText) cell(name string, c cell) {
	switch {
	case c.refused == engine.NoCallbackOpen: // told once at the head of the table
	case c.refused != "":
		x.refused[c.refused] = append(x.refused[c.refused], name)
	case !c.nothing && !c.usual():
		assert.NotContains(x.t, c.commanded, "", name)
		fmt.Fprintf(&x.cells, "| %s | %s | %s | %s |\n", name, dash(c.commanded), dash(c.wrote), c.then)
	}
}

func dash(words []string) string {
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, "; ")
}

// end finishes the section of a state.
func (x *tableText) end() {
	if x.cells.Len() > 0 {
		x.out.WriteString("| what happens | commanded | written | then |\n|---|---|---|---|\n" + x.cells.String())
	}
	if len(x.refused) > 0 {
		x.out.WriteString("\nRefused:\n\n")
	}
	for _, why := range slices.Sorted(maps.Keys(x.refused)) {
		fmt.Fprintf(&x.out, "- `%s`: %s\n", why, strings.Join(shortened(x.refused[why]), "; "))
	}
}

// shortened says in one word that every wish is among those that are refused.
func shortened(names []string) []string {
	rest := names
	for _, w := range wishes {
		if !slices.Contains(names, w.name) {
			return names
		}
		rest = slices.DeleteFunc(slices.Clone(rest), func(name string) bool { return name == w.name })
	}
	return append([]string{"every wish"}, rest...)
}

func (x *tableText) compare(t *testing.T, path string) {
	t.Helper()
	x.end()
	got := tableHead + x.out.String()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(text), got, "run with -update, and review what has changed")
}

// seen is what the table has come across, by the name of the type.
type seen struct{ values map[string]map[string]bool }

func newSeen() *seen { return &seen{values: map[string]map[string]bool{}} }

func (s *seen) add(kind, value string) {
	if s.values[kind] == nil {
		s.values[kind] = map[string]bool{}
	}
	s.values[kind][value] = true
}

func (s *seen) step(e engine.Event, next *engine.Session, out engine.Effects) {
	s.add("event", strings.TrimPrefix(fmt.Sprintf("%T", e), "engine."))
	s.add("Phase", string(next.Phase))
	if next.Phase == engine.Talking || next.Phase == engine.Leaving {
		s.add("Conversation", string(next.Record.Conversation()))
	}
	for _, p := range next.Record.Parties {
		s.add("Role", string(p.Role))
	}
	switch e := e.(type) {
	case engine.Direct:
		s.add("Deed", string(e.Do))
	case engine.AgentLeft:
		s.add("RingResult", string(e.Result))
	}
	if out.Refused != nil {
		s.add("WhyNot", string(out.Refused.Why))
	}
}

// elsewhere are states that no conversation has, and where they are proved.
var elsewhere = map[string]string{
	string(engine.Saving):    "a caller who leaves a message: message_test.go of node and e2e",
	string(contact.Returned): "of a mail: testdata/mail_taken_and_given_back.txt",
}

// complete fails for a state, role, deed, event or refusal of the engine that is in no
// cell: whoever adds one has to say what happens there.
func (s *seen) complete(t *testing.T) {
	t.Helper()
	for kind, declared := range declaredIn(t, ".", "../fact", "../contact") {
		for _, value := range declared {
			if elsewhere[value] == "" || kind == "WhyNot" {
				assert.True(t, s.values[kind][value], "%s %q is in no cell of the table", kind, value)
			}
		}
	}
}

// declaredIn are the constants of the types that the table is about, and the events.
func declaredIn(t *testing.T, folders ...string) map[string][]string {
	t.Helper()
	values := map[string][]string{"Phase": {}, "Conversation": {}, "Role": {}, "Deed": {}, "WhyNot": {}, "RingResult": {}, "event": {}}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			ast.Inspect(tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					kind, is := n.Type.(*ast.Ident)
					if is && values[kind.Name] != nil && len(n.Values) == 1 {
						value, err := strconv.Unquote(n.Values[0].(*ast.BasicLit).Value)
						require.NoError(t, err)
						values[kind.Name] = append(values[kind.Name], value)
					}
				case *ast.FuncDecl:
					if n.Name.Name == "event" && n.Recv != nil {
						values["event"] = append(values["event"], n.Recv.List[0].Type.(*ast.Ident).Name)
					}
				}
				return true
			})
		}
	}
	for kind, declared := range values {
		require.NotEmpty(t, declared, kind)
	}
	return values
}

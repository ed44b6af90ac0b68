package drawing

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/ivr"
)

// builder turns the nodes of a tree into cards.
type builder struct {
	tree  *ivr.Tree
	text  func(ivr.Prompt) string
	index map[ivr.NodeID]int
}

// arrival is the card that stands for the callers.
func (b *builder) arrival() *card {
	first, known := b.index[b.tree.Start]
	if !known {
		first = nowhere
	}
	return &card{kind: arrival, title: "Callers", rows: []row{{to: first}}}
}

func (b *builder) card(id ivr.NodeID) *card {
	node := b.tree.Nodes[id]
	about := ivr.Describe(node)
	c := &card{
		id: id, kind: kindOf(id, node), title: cmp.Or(about.Label, string(id)),
		heard: b.said(heard(node)), details: details(node, about),
	}
	for _, w := range b.tree.Ways(id) {
		c.add(b.row(id, node, w))
	}
	return c
}

// add appends a row, or joins it with one that leads to the same end. Choices
// stay apart: each is what somebody wants.
func (c *card) add(r row) {
	if r.keys == "" && r.words != "" {
		for i := range c.rows {
			same := &c.rows[i]
			if same.keys == "" && same.words != "" && same.to == r.to && same.then == r.then && same.trouble == r.trouble {
				same.words += ", " + r.words
				same.notes = append(same.notes, r.notes...)
				return
			}
		}
	}
	c.rows = append(c.rows, r)
}

func (b *builder) row(id ivr.NodeID, node ivr.Node, w ivr.Way) row {
	r := row{keys: w.Keys, words: wordsFor(node, w), to: nowhere, trouble: isTrouble(w.Name)}
	r.notes = []note{{r.words, b.note(w)}}
	to, isNode := b.index[ivr.NodeID(w.Goto)]
	switch {
	case isNode && ivr.NodeID(w.Goto) == id:
		r.then = "again"
	case isNode:
		r.to = to
	default:
		r.then = meaning(w.Goto)
	}
	if r.to == nowhere && r.words == "" && r.keys == "" {
		r.words = "then"
	}
	return r
}

func (b *builder) note(w ivr.Way) string {
	notes := attributes(w.Set)
	if said := b.said(w.Prompts); said != "" {
		notes = append(notes, "after “"+said+"”")
	}
	return strings.Join(notes, ", ")
}

// name is what a target is called in a sentence.
func (b *builder) name(to ivr.Target) string {
	node, known := b.tree.Nodes[ivr.NodeID(to)]
	if !known {
		return meaning(to)
	}
	return cmp.Or(ivr.Describe(node).Label, string(to))
}

// said is the text of prompts, one after the other.
func (b *builder) said(prompts []ivr.Prompt) string {
	var parts []string
	for _, p := range prompts {
		if text := strings.Join(strings.Fields(b.text(p)), " "); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

// heard is what a node says first. A type of node that is not known here is drawn
// without its words.
func heard(node ivr.Node) []ivr.Prompt {
	switch n := node.(type) {
	case *ivr.Play:
		return n.Prompts
	case *ivr.Menu:
		return n.Prompts
	case *ivr.Collect:
		return n.Prompts
	case *ivr.CallbackNode:
		return n.Prompts
	case *ivr.Identify:
		return n.Prompts
	case *ivr.Voicemail:
		return n.Prompts
	case *ivr.Hangup:
		return n.Prompts
	}
	return nil
}

// details are what else is to be known of a node, one a line.
func details(node ivr.Node, about ivr.Common) []string {
	var all []string
	switch n := node.(type) {
	case *ivr.Collect:
		all = append(all, digits(n)+" into "+n.Variable)
		if c := n.Confirm; c != nil {
			all = append(all, fmt.Sprintf("read back: %c confirms, %c corrects", c.Yes, c.No))
		}
		if n.Sensitive {
			all = append(all, "sensitive: in memory only")
		}
	case *ivr.CallbackNode:
		all = append(all, map[ivr.NumberSource]string{
			ivr.Confirmed: "calls the caller's number, or another", ivr.Own: "calls the caller's number", ivr.Given: "calls a number that is asked for",
		}[n.Number])
	case *ivr.Identify:
		all = append(all, "fiscal number into "+n.Variable)
		if n.BirthDate != nil {
			all = append(all, "birth date into "+n.BirthDate.Variable)
		}
		all = append(all, "sensitive: in memory only")
	case *ivr.Lookup:
		all = append(all, n.Table.Name+", by "+n.Key)
		all = append(all, fills(n.Save, func(c ivr.Column) string { return c.Variable })...)
	case *ivr.HTTP:
		all = append(all, n.Inquiry.String())
		all = append(all, fills(n.Save, func(s ivr.Saved) string { return s.Variable })...)
	case *ivr.Link:
		all = append(all, fmt.Sprintf("%s to %s by %s", n.Channel, recipient(n), n.Backend), "“"+n.Text.String()+"”")
	case *ivr.Transfer:
		all = append(all, fmt.Sprintf("%s, rings for up to %s", n.Number, n.Ring))
	case *ivr.Voicemail:
		all = append(all, "for the mailbox "+n.Mailbox, fmt.Sprintf("at most %s, ends after %s of silence", strings.Replace(n.MaxDuration.String(), "m0s", "m", 1), n.MaxSilence))
	case *ivr.Hours:
		all = append(all, cmp.Or(n.Calendar, "calendar of the number dialled"))
	}
	all = append(all, attributes(about.Set)...)
	if about.Serves {
		all = append(all, servedBy(node))
	}
	return all
}

// fills says which variables a node gives when it finds something.
func fills[S any](saves []S, variable func(S) string) []string {
	var names []string
	for _, s := range saves {
		names = append(names, variable(s))
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"gives " + strings.Join(names, ", ")}
}

func servedBy(node ivr.Node) string {
	if _, link := node.(*ivr.Link); link {
		return "whoever was sent it was served"
	}
	return "whoever heard this was served"
}

// recipient is to whom a link goes, as the site folder says it.
func recipient(n *ivr.Link) string { return strings.Trim(n.To.String(), "{}") }

func digits(n *ivr.Collect) string {
	switch {
	case n.MinDigits != n.MaxDigits:
		return fmt.Sprintf("%d to %d digits", n.MinDigits, n.MaxDigits)
	case n.MaxDigits == 1:
		return "1 digit"
	}
	return fmt.Sprintf("%d digits", n.MaxDigits)
}

// attributes are what is given to the contact, in order.
func attributes(vars ivr.Vars) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		all = append(all, name+" = "+vars[name])
	}
	return all
}

package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// tried is what somebody says of the call that he wants to lead.
type tried struct {
	dir, entry, at, caller, language, from string
	given, stubs, queues, announced        []string
	calls, authentication                  int
}

func (p *Program) ivrTryCommand() *cobra.Command {
	var t tried
	c := &cobra.Command{
		Use:   "try [TREE] [--site DIR] [--entry NUMBER] [--at TIME]",
		Short: "Walk a menu tree in the terminal",
		Long: `Leads a call through a menu tree, in virtual time: it shows each node, the texts of
what is said, and what may be pressed, and reads what the caller does. The tree is
walked by the interpreter that leads real calls, and routed by the rules of the site;
no controller and no telephone are needed, and nothing is changed.

What may be typed:
  12#            keys, one right after the other
  (nothing)      silence, up to the next time-out
  +30s           silence for that long
  identify       an invented fiscal number where one is asked for
  hangup         the caller hangs up
  refuse full    the queue refuses instead (or closed, no_agent)
  unreachable    the local service that is being called does not answer
  answer 404     what the back-end answers (or timeout, …); a body may follow
  announce queue particuliers panne until 18:00
                 an emergency message, or one at an entry: a new call hears that
  undo           take the latest of these back
  save FILE      write the walk as a test; a name alone is a file of ivr/tests/
  ?              what may be typed; quit ends

Lines may come from a pipe as well.`,
		Example: `  guichet ivr try --site examples/dgfip --entry 2014 --at 2026-12-25T10:00
  guichet ivr try accueil --site examples/dgfip --from motif_paiement --set topic=avis
  guichet ivr try --site examples/dgfip --queue particuliers.waiting=300
  printf '3\n44\n' | guichet ivr try --site examples/dgfip`,
		Args: atMostOne("TREE"),
		RunE: run(func(_ context.Context, args []string) error {
			site, err := readableSite(t.dir)
			if err != nil {
				return err
			}
			tree := ""
			if len(args) > 0 {
				tree = args[0]
			}
			scene, err := t.scene(site, tree, time.Now())
			if err != nil {
				return err
			}
			return p.newStage(site, t.dir, scene).play()
		}),
	}
	c.Flags().StringVar(&t.dir, "site", ".", "site folder")
	c.Flags().StringVar(&t.entry, "entry", "", "the number that is dialled, or the name of an entry (default the first that leads to TREE)")
	c.Flags().StringVar(&t.at, "at", "", "when, such as 2026-12-24T15:50 (default now)")
	c.Flags().StringVar(&t.caller, "caller", "", "the caller's number, or withheld (default not known)")
	c.Flags().IntVar(&t.calls, "calls-today", 1, "how often this number called today, this call included")
	c.Flags().StringVar(&t.language, "language", "", "language that the call begins in (default the first of the tree)")
	c.Flags().StringVar(&t.from, "from", "", "`NODE` that the call begins at (default the start)")
	c.Flags().StringArrayVar(&t.given, "set", nil, "attribute that the call has from the beginning, such as topic=avis")
	c.Flags().IntVar(&t.authentication, "authentication", 0, "how far the caller is identified from the beginning, as by an identify: 1 or 2")
	c.Flags().StringArrayVar(&t.announced, "announce", nil, "emergency message that is there before the call, such as 'entry 2014 panne until 18:00' (then hangup)")
	c.Flags().StringArrayVar(&t.stubs, "stub", nil, "what a back-end answers, by the node that asks, such as http.dossier=404; or what becomes of a call or a message, such as transfer.standard=busy (no_answer, error) or message.repondeur=full (error)")
	c.Flags().StringArrayVar(&t.queues, "queue", nil, "how a queue is found, such as particuliers.waiting=300 (also estimated_wait, ready, agents, open)")
	return c
}

// scene is the call that somebody means.
func (t *tried) scene(site *config.Site, tree string, now time.Time) (rehearsal.Scene, error) {
	at, err := instant(t.at, now, site.Zone)
	if err != nil {
		return rehearsal.Scene{}, err
	}
	entry, on, err := t.line(site, tree, at)
	if err != nil {
		return rehearsal.Scene{}, err
	}
	s := site.Rehearsal(entry, on, at)
	if s.Withheld = t.caller == "withheld"; !s.Withheld {
		s.Caller = t.caller
	}
	if s.CallsToday = t.calls; t.calls == 1 {
		s.CallsToday = 0
	}
	if s.From = ivr.NodeID(t.from); t.from != "" && on.Nodes[s.From] == nil {
		return s, wrong("the tree %q has no node %q%s", on.ID, t.from, orNearest(t.from, on.Nodes))
	}
	if s.Given, err = t.gives(on); err != nil {
		return s, err
	}
	if s.Authentication = t.authentication; s.Authentication < ivr.Unidentified || s.Authentication > ivr.BirthDatePlausible {
		return s, wrong("there is no authentication %d; write 0, 1 or 2", t.authentication)
	}
	for _, text := range t.announced {
		a, err := announced(site, text, at)
		if err != nil {
			return s, err
		}
		s = s.Announcing(a)
	}
	for _, text := range t.stubs {
		if s, err = stubbed(s, text); err != nil {
			return s, err
		}
	}
	for _, text := range t.queues {
		if s, err = found(site, s, text); err != nil {
			return s, err
		}
	}
	return s, nil
}

// line is the entry and the tree that answers.
func (t *tried) line(site *config.Site, tree string, at time.Time) (contact.Entry, *ivr.Tree, error) {
	on := site.Trees[tree]
	if tree != "" && on == nil {
		return "", nil, wrong("the site folder %s has no tree %q%s", t.dir, tree, orNearest(tree, site.Trees))
	}
	if t.entry == "" && on != nil {
		return site.EntryTo(on, at), on, nil
	}
	if names := slices.Sorted(maps.Keys(site.Entries)); t.entry == "" && len(names) > 0 {
		return names[0], site.TreeAt(names[0], at), nil
	}
	e, known := site.Entry(t.entry)
	if !known {
		e, known = site.Entries[contact.Entry(t.entry)]
	}
	if !known {
		return "", nil, wrong("the site folder %s has no entry %q%s", t.dir, t.entry, orNearest(t.entry, site.Entries))
	}
	if on == nil {
		on = site.TreeAt(e.Name, at)
	}
	return e.Name, on, nil
}

// orNearest ends a sentence about a name that is not there by one that is.
func orNearest[K ~string, V any](name string, all map[K]V) string {
	var known []string
	for k := range all {
		known = append(known, string(k))
	}
	if near := config.Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	slices.Sort(known)
	return "; it has " + strings.Join(known, ", ")
}

// instant is when the call comes; tests know minutes.
func instant(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if text == "" {
		return now.In(zone).Truncate(time.Minute), nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", text, zone)
	if err != nil {
		return at, wrong("%q is not a date with a time; write it like 2026-12-24T15:50", text)
	}
	if at.Format("2006-01-02T15:04") != text {
		return at, wrong("there is no %s in %s: the clocks are put forward that night", text, zone)
	}
	return at, nil
}

// gives are the attributes of the call's beginning.
func (t *tried) gives(tree *ivr.Tree) (ivr.Vars, error) {
	given := ivr.Vars{}
	for _, text := range t.given {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, wrong("%q is no attribute; write it like topic=avis", text)
		}
		given[name] = value
	}
	if t.language != "" {
		given[ivr.VarLanguage] = t.language
	}
	if said := given[ivr.VarLanguage]; said != "" && len(tree.Languages) > 1 && !slices.Contains(tree.Languages, said) {
		return nil, wrong("the tree %q does not speak %q; choose %s", tree.ID, said, strings.Join(tree.Languages, ", "))
	}
	return given, nil
}

// stubbed adds what a back-end answers.
func stubbed(s rehearsal.Scene, text string) (rehearsal.Scene, error) {
	name, what, ok := strings.Cut(text, "=")
	if !ok {
		return s, wrong("%q is no answer; write it like http.dossier=404", text)
	}
	node, known := config.StubNode(s.Tree, name)
	if node == "" {
		hint := "it has nothing to stub"
		if len(known) > 0 {
			hint = "those that can be stubbed are " + strings.Join(known, ", ")
		}
		return s, wrong("no node of the tree %q is called %q in a stub; %s", s.Tree.ID, name, hint)
	}
	answer, err := answered(what, s.Tree.Nodes[node])
	return s.Answering(node, answer), err
}

// answered reads an answer: a status or a word, and after it what the body is.
func answered(text string, node ivr.Node) (rehearsal.Answer, error) {
	what, body, _ := strings.Cut(strings.TrimSpace(text), " ")
	a, problem, hint := config.StubAnswer(what, node)
	if problem != "" {
		return a, wrong("%s; %s", problem, hint)
	}
	if body = strings.TrimSpace(body); body != "" {
		a.Body = []byte(body)
	}
	return a, nil
}

// found adds how a queue is found.
func found(site *config.Site, s rehearsal.Scene, text string) (rehearsal.Scene, error) {
	place, value, _ := strings.Cut(text, "=")
	name, part, ok := strings.Cut(place, ".")
	if !ok || value == "" {
		return s, wrong("%q says nothing of a queue; write it like particuliers.waiting=300", text)
	}
	if _, known := site.Queues[contact.Queue(name)]; !known {
		return s, wrong("there is no queue %q%s", name, orNearest(name, site.Queues))
	}
	q := s.Queue(contact.Queue(name))
	number, err := strconv.Atoi(value)
	switch part {
	case "waiting":
		q.Waiting = number
	case "ready":
		q.Ready = number
		q.Agents = max(q.Agents, number)
	case "agents":
		q.Agents = number
		q.Ready = min(q.Ready, number)
	case "estimated_wait":
		q.EstimatedWait, err = time.ParseDuration(value)
	case "open":
		var open bool
		open, err = strconv.ParseBool(value)
		q.Shut = !open
	default:
		return s, wrong("nothing of a queue is called %q; choose waiting, estimated_wait, ready, agents or open", part)
	}
	if err != nil || number < 0 || q.EstimatedWait < 0 {
		return s, wrong("%s of a queue cannot be %q", part, value)
	}
	return s.In(contact.Queue(name), q), nil
}

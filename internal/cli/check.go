package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/coverage"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) checkCommand() *cobra.Command {
	var dir, format string
	var sounds string
	var brief, strict, textsOnly bool
	c := &cobra.Command{
		Use:   "check [--site DIR] [--format text|json|github] [--strict]",
		Short: "Check a site folder, run its tests, and show who could serve whom",
		Long: `Reads a site folder as run would and prints everything that is wrong with it, all
at once, each as file:line:column: message; hint, with the line and a mark below the
place. It connects to nothing.

The routing tests of the folder and the tests of its menu trees are run: a contact
that does not go where its test says is a problem like any other.

A folder that can run is then looked at through the eyes of those who call: for
each entry, topic and department, at each time of the coming weeks at which they
are let in, how many agents of the site could serve, step by step. Who is logged
in now does not matter. NOBODY marks a hole.

A hole within the next seven days fails the check, for people would wait in vain.
Warnings do not: holes that come later, such as by the end of a center; what only
one agent could serve; hours in which callers are let in and then told that it is
closed; steps that open for nobody; and what callers would suffer from in a menu,
such as silence that is cut off. For each entry a table says how long it takes at
most to ask for an agent, and how many keys. docs/site-folder.md has them all.

--format json is for programs, and the same as --json. --format github writes what is
wrong as commands of a workflow of GitHub, which shows it beside the lines of a change.

A prompt, or a word of numbers and dates, of which there is no sound in a language of
the site, neither a recording nor a draft, fails the check too, and so does a file that
telephones cannot be played as it is: guichet prompts synth makes drafts. --texts-only
leaves the sounds alone.

--strict also refuses drafts: for what goes to callers, not for what is tried.

The exit code is 0 for a folder that may be put to use, and 2 for one that may not.`,
		Example: `  guichet check --site examples/dgfip
  guichet check --site /etc/guichet --json | jq .holes
  guichet check --site examples/dgfip --format github`,
		Args: cobra.NoArgs,
		RunE: run(func(context.Context, []string) error {
			if p.json {
				format = "json"
			}
			write, known := map[string]func(coverage.Verdict) error{
				"text":   func(v coverage.Verdict) error { return writeVerdict(p.Out, dir, v, brief) },
				"json":   func(v coverage.Verdict) error { return printJSON(p.Out, asChecked(v)) },
				"github": func(v coverage.Verdict) error { return p.annotate(dir, v) },
			}[format]
			if !known {
				return wrong("there is no format %q; choose text, json or github", format)
			}
			v := coverage.Check(dir, time.Now())
			if v.Site != nil && !textsOnly {
				v.Unheard = v.Site.Unheard(sounds)
			}
			if strict && v.Site != nil {
				if missing := unrecorded(v.Site); len(missing) > 0 {
					v = coverage.Verdict{Problems: missing}
				}
			}
			if err := write(v); err != nil || v.Fine() {
				return err
			}
			return &failure{code: exitWrong}
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	c.Flags().StringVar(&format, "format", "text", "text, json or github")
	c.Flags().BoolVar(&strict, "strict", false, "refuse what nobody has recorded: drafts")
	c.Flags().StringVar(&sounds, "sounds", "", "folder from which Asterisk plays the prompts (default: prompts/ of the site folder)")
	c.Flags().BoolVar(&textsOnly, "texts-only", false, "do not look for the sounds: for a folder that is checked where they are not")
	c.Flags().BoolVar(&brief, "brief", false, "without the tables of who could serve")
	return p.withJSON(c)
}

// checked is a verdict for programs. Its lists are never null.
type checked struct {
	OK        bool                `json:"ok"`
	Site      string              `json:"site,omitempty"`
	Version   string              `json:"version,omitempty"`
	Tests     config.RoutingTests `json:"tests"`
	Menus     config.MenuTests    `json:"menu_tests"`
	Problems  []config.Problem    `json:"problems"`
	Holes     []config.Problem    `json:"holes"`
	Unheard   []config.Problem    `json:"unheard"`
	Warnings  []config.Problem    `json:"warnings"`
	Journeys  []config.Journey    `json:"journeys"`
	Campaigns []config.Outlook    `json:"campaigns"`
	Coverage  *coverage.Coverage  `json:"coverage,omitempty"`
}

func asChecked(v coverage.Verdict) checked {
	c := checked{
		OK: v.Fine(), Coverage: v.Coverage,
		Problems: append([]config.Problem{}, v.Problems...),
		Holes:    append([]config.Problem{}, v.Holes...),
		Unheard:  append([]config.Problem{}, v.Unheard...),
		Warnings: append([]config.Problem{}, v.Warnings...),
		Journeys: []config.Journey{}, Campaigns: append([]config.Outlook{}, v.Campaigns...),
	}
	if v.Site != nil {
		c.Journeys = v.Site.Journeys()
		c.Site, c.Version, c.Tests, c.Menus = v.Site.Name, v.Site.Hash, v.Site.Tests, v.Site.MenuTests
	}
	return c
}

// writeVerdict prints for people: what is wrong first, then what is there.
func writeVerdict(w io.Writer, dir string, v coverage.Verdict, brief bool) error {
	width := widthOf(w)
	if v.Site == nil {
		return printProblems(w, dir, v.Problems)
	}
	out := newFolded(w)
	for _, group := range []struct {
		title    string
		problems []config.Problem
	}{{"sounds: what callers would not hear", v.Unheard}, {"holes: people who would wait in vain", v.Holes}, {"warnings", v.Warnings}} {
		if len(group.problems) == 0 {
			continue
		}
		out.line(group.title)
		for _, problem := range group.problems {
			out.problem("  ", problem)
		}
		out.line("")
	}
	for _, line := range summary(v) {
		out.line(line)
	}
	for _, c := range v.Campaigns {
		out.line(campaignInWords(c))
	}
	if out.err != nil {
		return out.err
	}
	if err := writeJourneys(w, v.Site.Journeys(), width); err != nil || brief {
		return err
	}
	if _, err := fmt.Fprint(w, "\nwho could serve: agents of the site at each step, one after the other\n"); err != nil {
		return err
	}
	return v.Coverage.Write(w, width)
}

// campaignInWords says when a campaign is and what is different during it.
func campaignInWords(c config.Outlook) string {
	line := fmt.Sprintf("campaign %s, %s: from %s until %s", c.Name, c.Standing, c.From.Format("2006-01-02 15:04"), c.Until.Format("2006-01-02 15:04"))
	if len(c.Entries) > 0 {
		line += "; at " + counted(len(c.Entries), "entry", "entries") + ": " + inList(c.Entries)
	}
	if len(c.Prompts) > 0 {
		line += "; " + counted(len(c.Prompts), "prompt") + ": " + inList(c.Prompts)
	}
	return line
}

// summary says what the site is, and whether it may be put to use.
func summary(v coverage.Verdict) []string {
	s := v.Site
	verdict := "is fine"
	if !v.Fine() {
		verdict = "must not be put to use: " + faults(v)
	}
	return []string{
		fmt.Sprintf("%s %s", s.Name, verdict),
		strings.Join([]string{
			counted(len(s.Entries), "entry", "entries"), counted(len(s.Trees), "tree"), counted(len(s.Queues), "queue"),
			counted(len(s.Centers), "center"), counted(len(s.Agents), "agent"),
			counted(len(s.Plan.Organisations), "organisation"),
		}, ", "),
		testsPassed(s.Tests),
		menuTestsPassed(s.MenuTests),
		fmt.Sprintf("version %.12s", s.Hash),
	}
}

// faults counts what keeps a folder that can run from being put to use.
func faults(v coverage.Verdict) string {
	var all []string
	if n := len(v.Holes); n > 0 {
		all = append(all, counted(n, "hole"))
	}
	if len(v.Unheard) > 0 {
		all = append(all, "sounds are missing or cannot be played")
	}
	return strings.Join(all, ", ")
}

func testsPassed(t config.RoutingTests) string {
	if t.Passed == 0 {
		return "no routing tests; docs/site-folder.md says how to write some"
	}
	return fmt.Sprintf("%s passed, on %s", counted(t.Passed, "routing test"), counted(t.Contacts, "contact"))
}

func menuTestsPassed(t config.MenuTests) string {
	if t.Passed == 0 {
		return "no tests of menu trees; guichet ivr try writes some"
	}
	return fmt.Sprintf("%s passed, of %s", counted(t.Passed, "test of menu trees", "tests of menu trees"), counted(t.Steps, "step"))
}

// counted writes a number with its noun.
func counted(n int, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// widthOf is the width for tables: that of the terminal, or of the usual one.
func widthOf(w io.Writer) int {
	if columns, _, ok := terminal.Size(w); ok {
		return columns
	}
	return 80
}

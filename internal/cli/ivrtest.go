package cli

import (
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/config"
)

func (p *Program) ivrTestCommand() *cobra.Command {
	var dir, junit string
	var coverage bool
	c := &cobra.Command{
		Use:   "test [--site DIR] [FILE...]",
		Short: "Run the tests of menu trees",
		Long: `Runs the tests of a site folder's menu trees: those under tests in ivr/NAME.yaml, and
those of ivr/tests/. With FILEs only theirs. Each test is a call in virtual time, led
by the interpreter that leads real calls; docs/site-folder.md says how to write one,
and guichet ivr try writes one from a walk.

guichet check runs them too, and a folder whose tests fail is not activated.

The exit code is 0 if all have passed, 1 if one has not, and 2 for a folder with
other problems.`,
		Example: `  guichet ivr test --site examples/dgfip --coverage
  guichet ivr test --site examples/dgfip ivr/accueil.yaml --junit menus.xml`,
		RunE: run(func(_ context.Context, files []string) error {
			began := time.Now()
			site, tests, problems := config.Rehearse(dir)
			if len(problems) > 0 {
				return &failure{code: exitWrong, err: &unsoundSite{dir: dir, problems: problems}}
			}
			took := time.Since(began)
			tests, err := testsOf(tests, dir, files)
			if err != nil {
				return err
			}
			if junit != "" {
				if err := writeJUnit(junit, tests, took); err != nil {
					return err
				}
			}
			return p.writeTests(site, tests, coverage, took)
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	c.Flags().StringVar(&junit, "junit", "", "also write the results to this `FILE`, as JUnit XML for build servers")
	c.Flags().BoolVar(&coverage, "coverage", false, "list the exits that no test takes")
	return c
}

// testsOf picks the tests of the files that somebody named, from the site folder or
// from where he is.
func testsOf(tests []config.Rehearsed, dir string, files []string) ([]config.Rehearsed, error) {
	if len(files) == 0 {
		return tests, nil
	}
	var picked []config.Rehearsed
	for _, file := range files {
		name := filepath.ToSlash(filepath.Clean(file))
		if inside, err := filepath.Rel(dir, file); err == nil && !strings.HasPrefix(inside, "..") {
			name = filepath.ToSlash(inside)
		}
		before := len(picked)
		for _, t := range tests {
			if t.File == name || t.File == path.Clean(filepath.ToSlash(file)) {
				picked = append(picked, t)
			}
		}
		if len(picked) == before {
			return nil, wrong("there are no tests of menu trees in %q; %s", file, testFiles(tests))
		}
	}
	return picked, nil
}

// testFiles says which files have tests.
func testFiles(tests []config.Rehearsed) string {
	var files []string
	for _, t := range tests {
		files = append(files, t.File)
	}
	slices.Sort(files)
	if files = slices.Compact(files); len(files) == 0 {
		return "no file of the folder has any"
	}
	return "they are in " + strings.Join(files, ", ")
}

// writeTests prints what has failed, then how many there were, then what is left.
func (p *Program) writeTests(site *config.Site, tests []config.Rehearsed, coverage bool, took time.Duration) error {
	out := newFolded(p.Out)
	failed, steps := 0, 0
	for _, t := range tests {
		steps += t.Steps
		if t.Failure != nil {
			failed++
			out.problem("", *t.Failure)
		}
	}
	switch {
	case len(tests) == 0:
		out.line("no tests of menu trees; docs/site-folder.md says how to write some, guichet ivr try writes them")
	case failed > 0:
		out.line(fmt.Sprintf("%d of %s failed", failed, counted(len(tests), "test")))
	default:
		out.line(fmt.Sprintf("%s passed, %s, in %d ms", counted(len(tests), "test"), counted(steps, "step"), took.Milliseconds()))
	}
	writeExits(out, config.CoverageOf(site, tests), coverage)
	if out.err == nil && failed > 0 {
		return &failure{code: exitFailed}
	}
	return out.err
}

// writeExits says how many exits were taken and, with details, which were not.
func writeExits(out *folded, trees []config.TreeCoverage, details bool) {
	for _, c := range trees {
		text := fmt.Sprintf("%s: %d of %d exits taken", c.Tree, c.Taken, c.Exits)
		if len(c.Left) > 0 && !details {
			text += "; --coverage names the others"
		}
		out.line(text)
		if !details {
			continue
		}
		width := 0
		for _, e := range c.Left {
			width = max(width, len(e.Node)+1+len(e.Exit))
		}
		for _, e := range c.Left {
			out.line(fmt.Sprintf("  %-*s → %s", width, string(e.Node)+" "+e.Exit, e.To))
		}
	}
}

// The form of results that build servers read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the results, one suite for each file.
func writeJUnit(file string, tests []config.Rehearsed, took time.Duration) error {
	all := junitSuites{Tests: len(tests), Time: fmt.Sprintf("%.3f", took.Seconds())}
	for _, t := range tests {
		i := slices.IndexFunc(all.Suites, func(s junitSuite) bool { return s.Name == t.File })
		if i < 0 {
			i = len(all.Suites)
			all.Suites = append(all.Suites, junitSuite{Name: t.File})
		}
		s := &all.Suites[i]
		s.Tests++
		c := junitCase{Name: t.Name, Class: t.Tree, File: t.File, Line: t.Line}
		if t.Failure != nil {
			s.Failures++
			all.Failures++
			c.Failure = &junitFailure{Message: t.Failure.Message, Text: t.Failure.String()}
		}
		s.Cases = append(s.Cases, c)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write the results for a build server: %w", err)
	}
	if err := os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644); err != nil {
		return fmt.Errorf("write the results for a build server: %w", err)
	}
	return nil
}

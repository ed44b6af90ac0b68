package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/terminal"
)

// How every command prints what is wrong with a site folder.

// soundSite reads a site folder for a command that needs a whole one.
func soundSite(dir string) (*config.Site, error) {
	site, problems := config.Load(dir)
	if len(problems) > 0 {
		return nil, &failure{code: exitWrong, err: &unsoundSite{dir: dir, problems: problems}}
	}
	return site, nil
}

// readableSite reads a site folder for a command that only shows it: tests of menu
// trees that fail keep nobody from looking at the trees.
func readableSite(dir string) (*config.Site, error) {
	site, _, problems := config.Rehearse(dir)
	if len(problems) > 0 {
		return nil, &failure{code: exitWrong, err: &unsoundSite{dir: dir, problems: problems}}
	}
	return site, nil
}

// unsoundSite is a folder that a command cannot use; the program prints what is
// wrong with it.
type unsoundSite struct {
	dir      string
	problems []config.Problem
}

func (u *unsoundSite) Error() string {
	return fmt.Sprintf("the site folder %s has %s; see guichet check --site %s", u.dir, counted(len(u.problems), "problem"), u.dir)
}

// printProblems writes all that is wrong with a folder, and how much that is.
func printProblems(w io.Writer, dir string, problems []config.Problem) error {
	out := listProblems(w, problems)
	out.line(counted(len(problems), "problem") + " in " + dir)
	return out.err
}

func listProblems(w io.Writer, problems []config.Problem) *folded {
	out := newFolded(w)
	for _, problem := range problems {
		out.problem("", problem)
	}
	return out
}

// folded writes lines. On a terminal it breaks long ones between words and
// indents what follows; for editors and other programs a line stays one.
type folded struct {
	w       io.Writer
	columns int
	err     error
}

func newFolded(w io.Writer) *folded {
	columns, _, _ := terminal.Size(w)
	return &folded{w: w, columns: columns}
}

func (f *folded) line(text string) {
	if f.err == nil {
		_, f.err = fmt.Fprintln(f.w, strings.Join(terminal.Fold(text, f.columns), "\n"))
	}
}

// problem writes a problem and, where there is one, the line it is about with a
// mark below the place.
func (f *folded) problem(indent string, p config.Problem) {
	f.line(indent + p.String())
	if p.Excerpt == (config.Excerpt{}) || f.err != nil {
		return
	}
	margin := indent + "    "
	line, mark := terminal.Excerpt(p.Excerpt.Text, p.Excerpt.Column, max(widthOf(f.w)-len(margin), 30))
	_, f.err = fmt.Fprintf(f.w, "%s%s\n%s%s\n", margin, line, margin, mark)
}

package coverage

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

// maxColumns is how many groups of departments a table keeps apart. If there are
// more, those with the same rules are put together, with the lowest and the
// highest number of agents.
const maxColumns = 8

// Write prints the coverage for people: a table for each entry and time, topics
// by departments, with the number of agents who could serve at each step. Tables
// are cut into pieces that fit the width.
func (c *Coverage) Write(w io.Writer, width int) error {
	var text strings.Builder
	var shown []sheet
	for i, v := range c.Views {
		s := v.sheet()
		shown = append(shown, s)
		if before := c.before(i); before >= 0 {
			s = s.without(shown[before])
		}
		if len(s.columns) > 0 {
			fmt.Fprintf(&text, "\n%s, %s\n", v.Entry, c.heading(v))
			s.grouped().write(&text, width)
		}
	}
	if text.Len() == 0 {
		text.WriteString("\nno entry leads to an agent\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// before is the latest earlier view of the entry at the same hours; -1 if there is
// none.
func (c *Coverage) before(i int) int {
	v, t := c.Views[i], c.timeline
	for i--; i >= 0; i-- {
		earlier := c.Views[i]
		if earlier.Entry == v.Entry && (earlier.Times == v.Times || t.follows(earlier.segments, v.segments)) {
			return i
		}
	}
	return -1
}

// heading says when a view holds: hours, since when if it is not so yet, and until
// when if something ends.
func (c *Coverage) heading(v View) string {
	text := v.Times
	t := c.timeline
	if phase := t.segments[v.segments[0]].phase; phase > 0 {
		text = "from " + t.date(t.turns[phase-1]) + ", " + text
	} else if v.From.Sub(c.From) >= week {
		text = "from " + t.date(v.From) + ", " + text
	}
	if last := t.segments[v.segments[len(v.segments)-1]].phase; last < len(t.turns) {
		text += ", until " + t.date(t.turns[last].Add(-time.Second))
	}
	return text
}

// sheet is a table as it is printed: a row for each topic, a column for each
// group of departments.
type sheet struct {
	rows    []string
	columns []column
}

type column struct {
	departments  []contact.Department
	organisation contact.Organisation
	// rules are those that decide, by row; figures what is printed.
	rules   []string
	figures []figure
}

// figure is a cell in short.
type figure struct {
	word  string // instead of numbers, or before them
	steps [][2]int
}

func (f figure) String() string {
	parts := make([]string, 0, len(f.steps))
	for _, s := range f.steps {
		if s[0] == s[1] {
			parts = append(parts, fmt.Sprint(s[0]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", s[0], s[1]))
		}
	}
	numbers := strings.Join(parts, "→")
	return f.word + numbers
}

func figureOf(o *Outlook) figure {
	var f figure
	switch {
	case o.Local && len(o.Steps) == 0:
		return figure{word: "local"}
	case o.Refused == contact.Closed:
		f.word = "closed"
	case o.Hole():
		f.word = "NOBODY"
	default:
		for _, s := range o.Steps {
			f.steps = append(f.steps, [2]int{s.Agents, s.Agents})
		}
	}
	if o.Local {
		f.word = "local, " + f.word
	}
	return f
}

// sheet lays out a view, a column for each department.
func (v *View) sheet() sheet {
	var s sheet
	row, at := map[string]int{}, map[contact.Department]int{}
	languages := v.languages()
	for _, c := range v.table.cells {
		label := topicWords([]contact.Topic{c.topic})
		if languages > 1 {
			label += " " + c.language
		}
		if c.authentication > 0 {
			label += fmt.Sprintf(" (authentication %d)", c.authentication)
		}
		if _, known := row[label]; !known {
			row[label] = len(s.rows)
			s.rows = append(s.rows, label)
		}
		if _, known := at[c.department]; !known {
			at[c.department] = len(s.columns)
			s.columns = append(s.columns, column{departments: []contact.Department{c.department}, organisation: c.outlook.Organisation})
		}
		col := &s.columns[at[c.department]]
		for len(col.figures) <= row[label] {
			col.figures, col.rules = append(col.figures, figure{word: terminal.Nothing}), append(col.rules, "")
		}
		col.figures[row[label]], col.rules[row[label]] = figureOf(c.outlook), c.outlook.Rule
	}
	for i := range s.columns {
		for col := &s.columns[i]; len(col.figures) < len(s.rows); {
			col.figures, col.rules = append(col.figures, figure{word: terminal.Nothing}), append(col.rules, "")
		}
	}
	slices.SortFunc(s.columns, func(a, b column) int { return compareDepartments(a.departments[0], b.departments[0]) })
	return s
}

func (v *View) languages() int {
	seen := map[string]bool{}
	for _, c := range v.table.cells {
		seen[c.language] = true
	}
	return len(seen)
}

// asked reports whether the callers of a column were asked where they live.
func (c column) asked() bool { return c.departments[0] != "" }

// same reports whether two columns are printed alike.
func (c column) same(o column) bool {
	return c.asked() == o.asked() && c.organisation == o.organisation && slices.EqualFunc(c.figures, o.figures, func(a, b figure) bool { return a.String() == b.String() })
}

// without leaves out the columns that were printed before.
func (s sheet) without(before sheet) sheet {
	s.columns = slices.DeleteFunc(slices.Clone(s.columns), func(c column) bool {
		return slices.ContainsFunc(before.columns, func(o column) bool {
			return o.departments[0] == c.departments[0] && slices.Equal(before.rows, s.rows) && o.same(c)
		})
	})
	return s
}

// grouped makes one column of those that are alike.
func (s sheet) grouped() sheet {
	s.columns = merge(s.columns, func(a, b column) bool { return a.same(b) })
	if len(s.columns) > maxColumns {
		s.columns = merge(s.columns, column.alike)
	}
	for i := range s.columns {
		slices.SortFunc(s.columns[i].departments, compareDepartments)
	}
	// Those that are named come before all others.
	slices.SortStableFunc(s.columns, func(a, b column) int { return a.last() - b.last() })
	return s
}

// last is 0 for columns that name their departments, and more for the others.
func (c column) last() int {
	switch {
	case !c.asked():
		return 2
	case strings.HasPrefix(departmentWords(c.departments), nearlyAll):
		return 1
	}
	return 0
}

// alike reports whether two columns are of the same rules and differ in numbers
// only.
func (c column) alike(o column) bool {
	return c.asked() == o.asked() && c.organisation == o.organisation && slices.Equal(c.rules, o.rules) &&
		slices.EqualFunc(c.figures, o.figures, func(a, b figure) bool { return a.word == b.word && len(a.steps) == len(b.steps) })
}

func merge(columns []column, together func(a, b column) bool) []column {
	var all []column
	for _, c := range columns {
		i := slices.IndexFunc(all, func(o column) bool { return together(o, c) })
		if i < 0 {
			c.departments = slices.Clone(c.departments)
			all = append(all, c)
			continue
		}
		all[i].departments = append(all[i].departments, c.departments...)
		all[i].figures = ranges(all[i].figures, c.figures)
	}
	return all
}

// ranges is the lowest and highest numbers of two columns.
func ranges(a, b []figure) []figure {
	all := make([]figure, len(a))
	for i := range a {
		all[i].word = a[i].word
		for n, s := range a[i].steps {
			all[i].steps = append(all[i].steps, [2]int{min(s[0], b[i].steps[n][0]), max(s[1], b[i].steps[n][1])})
		}
	}
	return all
}

// write prints the sheet in pieces, and the names that are too long for a title
// below it.
func (s sheet) write(text *strings.Builder, width int) {
	titles, notes := s.titles()
	for from := 0; from < len(s.columns); {
		to := from + 1
		for to < len(s.columns) && s.width(titles, from, to+1) <= width {
			to++
		}
		s.piece(text, titles, from, to)
		from = to
	}
	for _, note := range notes {
		text.WriteString(strings.Join(terminal.Fold("  "+note, width), "\n") + "\n")
	}
}

func (s sheet) width(titles []string, from, to int) int {
	width := 2
	for _, r := range s.rows {
		width = max(width, 2+utf8.RuneCountInString(r))
	}
	for i := from; i < to; i++ {
		c := s.columns[i]
		widest := max(utf8.RuneCountInString(titles[i]), utf8.RuneCountInString(string(c.organisation)))
		for _, f := range c.figures {
			widest = max(widest, utf8.RuneCountInString(f.String()))
		}
		width += 2 + widest
	}
	return width
}

func (s sheet) piece(text *strings.Builder, titles []string, from, to int) {
	table := terminal.NewTable(append([]string{""}, titles[from:to]...)...)
	table.Indent = "  "
	organisations := []any{""}
	for _, c := range s.columns[from:to] {
		organisations = append(organisations, c.organisation)
	}
	table.Row(organisations...)
	for i, r := range s.rows {
		cells := []any{r}
		for _, c := range s.columns[from:to] {
			cells = append(cells, c.figures[i])
		}
		table.Row(cells...)
	}
	text.WriteString(table.String())
}

// titles names the columns by their departments. Those that take too much place
// get a short name, explained by a note.
func (s sheet) titles() (titles, notes []string) {
	const longest = 14
	for _, c := range s.columns {
		title := departmentWords(c.departments)
		switch {
		case title == "" && len(s.columns) == 1:
			title = "agents"
		case title == "":
			title = "not asked"
		case strings.HasPrefix(title, nearlyAll):
			notes = append(notes, "others: "+title)
			title = "others"
		case len(title) > longest:
			short := fmt.Sprintf("(%d)", len(notes)+1)
			notes = append(notes, short+" "+title)
			title = short
		}
		titles = append(titles, title)
	}
	return titles, notes
}

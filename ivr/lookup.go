package ivr

import (
	"fmt"
	"slices"
	"strings"
)

// Lookup finds a line of a table by a variable and saves columns of it, in silence.
type Lookup struct {
	Common
	Table *Table
	// Key is the variable by which the line is found.
	Key string
	// Save are variables that take the value of a column.
	Save            []Column
	Found, NotFound Exit
}

// Column is a variable and the column it takes its value from.
type Column struct{ Variable, Name string }

// Table is one of the site folder: it is immutable, and shared by all calls.
type Table struct {
	// Name is that of its file.
	Name    string
	columns []string
	rows    map[string][]string
}

// NewTable returns an empty table with these columns.
func NewTable(name string, columns []string) *Table {
	return &Table{Name: name, columns: columns, rows: map[string][]string{}}
}

// Add puts in a line, which has a value for each column. It reports false if there
// is one with this key.
func (t *Table) Add(key string, row []string) bool {
	if _, there := t.rows[key]; there {
		return false
	}
	t.rows[key] = row
	return true
}

// Columns are the names of the columns, in order.
func (t *Table) Columns() []string { return t.columns }

// Len is the number of lines.
func (t *Table) Len() int { return len(t.rows) }

// value is that of a column in a line; empty for a column that is not there.
func (t *Table) value(row []string, column string) string {
	if i := slices.Index(t.columns, column); i >= 0 && i < len(row) {
		return row[i]
	}
	return ""
}

func (n *Lookup) exits(visit func(string, Exit)) {
	visit("found", n.Found)
	visit("not_found", n.NotFound)
}

func (n *Lookup) reads(visit func(key, variable string, use Use)) { visit("key", n.Key, Compared) }

// gives are the variables that a line fills.
func (n *Lookup) gives(exit string) []string {
	if exit != "found" {
		return nil
	}
	var names []string
	for _, c := range n.Save {
		names = append(names, c.Variable)
	}
	return names
}

// lookUp finds the line, and notes by what.
func (w *walk) lookUp(n *Lookup) Exit {
	v := &view{in: &w.in, vars: w.state.Vars}
	key := reading{name: "var." + n.Key, variable: n.Key, of: func(v *view) any { return v.vars[n.Key] }}
	d := Decision{Node: w.state.Node, Case: "not_found", Read: map[string]string{key.name: remembered(key, v)}}
	row, found := n.Table.rows[strings.TrimSpace(w.state.Vars[n.Key])]
	if !found {
		w.decided(d)
		w.takes(d.Case)
		return n.NotFound
	}
	d.Case = "found"
	w.decided(d)
	w.takes(d.Case)
	vars := make(Vars, len(n.Save))
	for _, c := range n.Save {
		vars[c.Variable] = n.Table.value(row, c.Name)
	}
	w.state.set(vars)
	return n.Found
}

// lookup checks a node.
func (c *checker) lookup(id NodeID, n *Lookup) {
	c.saves(id, n.gives("found"))
	for _, s := range n.Save {
		if !slices.Contains(n.Table.columns, s.Name) {
			c.faults = append(c.faults, Fault{Node: id, Exit: "save." + s.Variable, Unknown: s.Name, Known: n.Table.columns,
				Problem: fmt.Sprintf("the table %s has no column %q", n.Table.Name, s.Name)})
		}
	}
}

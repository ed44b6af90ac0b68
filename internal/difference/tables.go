package difference

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/guichet/guichet/config"
)

// sheet is a table of the folder: its columns, and its lines by what tells them apart.
type sheet struct {
	columns []string
	lines   mapping
}

// linesTold bounds what is said of one table: of a table that was made anew, enough to
// see that.
const linesTold = 10

// sheets compares the tables that menus and routing look into: all files of CSV, and
// those of YAML that a lookup names.
func (c *comparison) sheets(before, after config.Content) {
	keys := lookedInto(before, after)
	names := map[string]bool{}
	for _, files := range []config.Content{before, after} {
		for name := range files {
			if _, looked := keys[name]; looked || path.Ext(name) == ".csv" {
				names[name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !bytes.Equal(before[name], after[name]) {
			c.sheet(name, sheetOf(name, before[name], keys[name]), sheetOf(name, after[name], keys[name]))
		}
	}
}

// sheet compares one table, line by line.
func (c *comparison) sheet(name string, before, after *sheet) {
	place := "table " + quoted(name)
	switch {
	case before == nil && after == nil:
		return
	case before == nil:
		c.add(Added, "table", place, "is new, with "+lineCount(after))
		return
	case after == nil:
		c.add(Removed, "table", place, "is gone")
		return
	}
	whole := comparison{}
	whole.columns(place, before, after)
	for _, line := range linesOf(before.lines, after.lines) {
		whole.line(place, line, before, after)
	}
	told := whole.changes[:min(len(whole.changes), linesTold)]
	c.changes = append(c.changes, told...)
	if more := len(whole.changes) - len(told); more > 0 {
		c.add(Changed, "table", place, fmt.Sprintf("and %d more; it has %s now (was %s)", more, lineCount(after), lineCount(before)))
	}
}

// linesOf joins the lines of two tables as pairs does, of which there may be as many as
// there are communes.
func linesOf(before, after mapping) []pair {
	was, is := map[string]any{}, map[string]bool{}
	for _, line := range before {
		was[line.key] = line.value
	}
	var all []pair
	for _, line := range after {
		is[line.key] = true
		all = append(all, pair{line.key, was[line.key], line.value})
	}
	for _, line := range before {
		if !is[line.key] {
			all = append(all, pair{line.key, line.value, nil})
		}
	}
	return all
}

func lineCount(s *sheet) string {
	if len(s.lines) == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", len(s.lines))
}

// columns tells which came and went.
func (c *comparison) columns(place string, before, after *sheet) {
	for _, name := range after.columns {
		if !slices.Contains(before.columns, name) {
			c.add(Added, "table", place, "the column "+name+" is new")
		}
	}
	for _, name := range before.columns {
		if !slices.Contains(after.columns, name) {
			c.add(Removed, "table", place, "the column "+name+" is gone")
		}
	}
}

// line compares one line in the columns that both tables have.
func (c *comparison) line(place string, line pair, before, after *sheet) {
	name := "the line “" + line.name + "”"
	was, _ := line.before.(mapping)
	is, _ := line.after.(mapping)
	switch line.kind() {
	case Added:
		c.add(Added, "table", place, name+" is new")
	case Removed:
		c.add(Removed, "table", place, name+" is gone")
	default:
		var parts []string
		for _, cell := range pairs(was, is) {
			both := slices.Contains(before.columns, cell.name) && slices.Contains(after.columns, cell.name)
			if both && written(cell.before) != written(cell.after) {
				parts = append(parts, fmt.Sprintf("%s is now “%s” (was “%s”)", cell.name, written(cell.after), written(cell.before)))
			}
		}
		if len(parts) > 0 {
			c.add(Changed, "table", place, "in "+name+" "+strings.Join(parts, ", "))
		}
	}
}

// lookedInto are the files that lookup nodes name, with the column by which they look;
// empty is the first.
func lookedInto(all ...config.Content) map[string]string {
	keys := map[string]string{}
	for _, files := range all {
		folder := folderOf(files, nil)
		for _, dir := range []string{"ivr/", "flows/"} {
			for _, tree := range folder.menus(dir) {
				m, _ := tree.value.(mapping)
				nodes, _ := m.get("nodes").(mapping)
				for _, n := range nodes {
					node, _ := n.value.(mapping)
					if table, is := node.get("table").(string); is {
						column, _ := node.get("column").(string)
						keys[table] = column
					}
				}
			}
		}
	}
	return keys
}

// sheetOf reads a table; nil for none, or one that cannot be read. Its lines are known
// by the column by which they are looked for, or by as many of the first columns as it
// takes to tell them apart.
func sheetOf(name string, content []byte, key string) *sheet {
	var rows [][]string
	if len(content) == 0 {
		return nil
	}
	if content = bytes.TrimPrefix(content, []byte("\ufeff")); path.Ext(name) == ".csv" {
		r := csv.NewReader(bytes.NewReader(content))
		r.FieldsPerRecord = -1
		r.Comma = separator(content)
		rows, _ = r.ReadAll()
	} else {
		rows = rowsOf(content)
	}
	if len(rows) == 0 {
		return nil
	}
	s := &sheet{columns: rows[0]}
	used := keyColumns(rows, slices.Index(rows[0], key))
	for _, row := range rows[1:] {
		line := mapping{}
		for i, cell := range row[:min(len(row), len(s.columns))] {
			line = append(line, field{s.columns[i], cell})
		}
		s.lines = append(s.lines, field{keyOf(row, used), line})
	}
	return s
}

// separator is the one that the header uses.
func separator(content []byte) rune {
	header, _, _ := bytes.Cut(content, []byte("\n"))
	if bytes.Count(header, []byte(";")) > bytes.Count(header, []byte(",")) {
		return ';'
	}
	return ','
}

// rowsOf are the lines by key of a table in YAML, under a header.
func rowsOf(content []byte) [][]string {
	var root any
	if err := yaml.UnmarshalWithOptions(content, &root, yaml.UseOrderedMap()); err != nil {
		return nil
	}
	lines, ok := plain(root).(mapping)
	if !ok {
		return nil
	}
	rows := [][]string{{"key"}}
	if len(lines) > 0 { // the others have the same columns
		first, _ := lines[0].value.(mapping)
		for _, cell := range first {
			rows[0] = append(rows[0], cell.key)
		}
	}
	for _, line := range lines {
		cells, _ := line.value.(mapping)
		row := []string{line.key}
		for _, column := range rows[0][1:] {
			text := ""
			if v := cells.get(column); v != nil {
				text = written(v)
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	return rows
}

// keyColumns are the columns that tell lines apart.
func keyColumns(rows [][]string, key int) (used []int) {
	if key >= 0 {
		return []int{key}
	}
	for i := range rows[0] {
		used = append(used, i)
		seen := map[string]bool{}
		for _, row := range rows[1:] {
			seen[keyOf(row, used)] = true
		}
		if len(seen) == len(rows)-1 {
			break
		}
	}
	return used
}

func keyOf(row []string, used []int) string {
	var parts []string
	for _, i := range used {
		if i < len(row) {
			parts = append(parts, row[i])
		}
	}
	return strings.Join(parts, ", ")
}

package config

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/guichet/guichet/ivr"
)

// What lookup nodes look into: tables whose columns their authors choose.

// maxCell bounds a value of such a table: it may become a variable of a contact.
const (
	maxCell    = ivr.MaxSavedChars
	maxColumns = 50
)

// readLookups reads the tables that nodes of trees and flows name, each once.
func (f *folder) readLookups() {
	f.tables = map[string]*csvTable{}
	read := map[string]bool{}
	look := func(nodes table[nodeYAML]) {
		for _, r := range nodes {
			if y, is := r.v.body.(*lookupYAML); is && y.Table.set && !read[y.Table.v] {
				read[y.Table.v] = true
				if t := f.readOpenTable(y.Table); t != nil {
					f.tables[y.Table.v] = t
				}
			}
		}
	}
	for _, t := range f.trees {
		look(t.Nodes)
	}
	for _, flow := range f.flows {
		look(flow.Nodes)
	}
}

// readOpenTable reads a table whose columns are whatever it says they are.
func (f *folder) readOpenTable(named value[string]) *csvTable {
	ext := path.Ext(named.v)
	if !fs.ValidPath(named.v) || ext != ".csv" && ext != ".yaml" || ext == ".yaml" && !strings.HasPrefix(named.v, "tables/") {
		f.add(named.at, "name a file of this folder such as tables/bureaux.csv or tables/bureaux.yaml", "%q cannot be a table", named.v)
		return nil
	}
	content, read := f.tableContent(named)
	if !read {
		return nil
	}
	var t *csvTable
	if ext == ".csv" {
		t = f.readOpenCSV(named.v, content)
	} else {
		t = f.readYAMLTable(named.v, content)
	}
	if t != nil {
		f.cells(t)
	}
	return t
}

func (f *folder) readOpenCSV(file string, content []byte) *csvTable {
	if at, ok := firstBadByte(content); !ok {
		f.add(place{file, at.line, at.column}, "save the file as UTF-8", "this byte is not UTF-8 text")
		return nil
	}
	r := newCSVReader(f.report, file, bytes.TrimPrefix(content, []byte("\ufeff")))
	t := &csvTable{file: file}
	names, ok := r.next()
	if !ok {
		if !r.broken {
			f.add(place{file: file, line: 1, column: 1}, "begin with the names of the columns", "the table is empty")
		}
		return nil
	}
	order := make([]int, len(names))
	for i, name := range names {
		order[i] = i
		switch {
		case !identifier.MatchString(name.v):
			f.add(name.at, "begin with a letter, then use letters without accents, digits, - and _", "%q cannot name a column", name.v)
			return nil
		case slices.Contains(t.columns, name.v):
			f.add(name.at, "keep one of them", "the column %q is there already", name.v)
			return nil
		}
		t.columns = append(t.columns, name.v)
	}
	if len(names) > maxColumns {
		f.add(names[0].at, "", "the table has more than %d columns", maxColumns)
		return nil
	}
	r.rows(t, order)
	t.gaps = t.gaps || r.broken
	return t
}

// readYAMLTable reads lines by key, each with a text for the same columns.
func (f *folder) readYAMLTable(file string, content []byte) *csvTable {
	d := f.parse(file, content)
	if d == nil {
		return nil
	}
	var lines table[table[value[string]]]
	lines.read(d, d.root)
	t := &csvTable{file: file, columns: []string{"key"}}
	for i, line := range lines {
		row := []value[string]{line.key}
		if i == 0 {
			t.columns = append(t.columns, columnsOf(line.v)...)
		}
		for _, column := range t.columns[1:] {
			cell, written := line.v.find(column)
			if !written {
				f.add(line.key.at, `write `+column+`: "" where there is nothing`, "the line has no %q, which the first has", column)
			}
			cell.at = line.key.at
			row = append(row, cell)
		}
		for _, r := range line.v {
			if !slices.Contains(t.columns[1:], r.key.v) {
				f.add(r.key.at, nearest(r.key.v, t.columns[1:]).orKeys(t.columns[1:]), "the first line has no %q", r.key.v)
			}
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func columnsOf(line table[value[string]]) []string {
	var names []string
	for _, r := range line {
		names = append(names, r.key.v)
	}
	return names
}

// cells checks the values: each may become a variable.
func (f *folder) cells(t *csvTable) {
	for _, row := range t.rows {
		for _, v := range row {
			if utf8.RuneCountInString(v.v) > maxCell {
				f.add(v.at, "", "the value has more than %d characters", maxCell)
			}
			if strings.IndexFunc(v.v, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
				f.add(v.at, "delete it", "the value contains a control character")
			}
		}
	}
}

package config

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds on a table: the country has about 6,300 postal codes.
const (
	maxTableSize = 8 << 20
	maxRecords   = 200_000
)

// csvTable is a CSV file with a header. Comma and semicolon both separate, as
// spreadsheets of both countries do; lines that begin with # are for people.
type csvTable struct {
	file string
	// columns are those that the reader of the table knows, rows have their
	// values in that order.
	columns []string
	rows    [][]value[string]
	// gaps is set when some of it could not be read.
	gaps bool
}

// records are the rows of a table that may not be there.
func (t *csvTable) records() [][]value[string] {
	if t == nil {
		return nil
	}
	return t.rows
}

// tableContent reads the file that a setting names; it becomes part of the version.
func (f *folder) tableContent(named value[string]) (content []byte, ok bool) {
	content, err := f.content(named.v, maxTableSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.add(named.at, "write it, or correct the name", "there is no file %s", named.v)
	case err != nil:
		f.add(place{file: named.v}, "", "%s", reason(err))
	default:
		f.contents[named.v] = content
	}
	return content, err == nil
}

// readTable reads the CSV file that a setting names; nil without one, or if it
// cannot be read.
func (f *folder) readTable(named value[string], columns ...string) *csvTable {
	if !named.set {
		return nil
	}
	if !fs.ValidPath(named.v) || path.Ext(named.v) != ".csv" {
		f.add(named.at, "name a file of this folder that ends in .csv", "%q cannot be a table", named.v)
		return nil
	}
	content, read := f.tableContent(named)
	if !read {
		return nil
	}
	if at, ok := firstBadByte(content); !ok {
		f.add(place{named.v, at.line, at.column}, "save the file as UTF-8", "this byte is not UTF-8 text")
		return nil
	}
	t := &csvTable{file: named.v, columns: columns}
	r := newCSVReader(f.report, named.v, bytes.TrimPrefix(content, []byte("\ufeff")))
	order, ok := r.header(columns)
	if !ok {
		return nil
	}
	r.rows(t, order)
	t.gaps = t.gaps || r.broken
	return t
}

// csvReader reads one file and knows where each value is.
type csvReader struct {
	*report
	file  string
	lines [][]byte
	csv   *csv.Reader
	// broken is set when the rest cannot be read.
	broken bool
}

func newCSVReader(r *report, file string, content []byte) *csvReader {
	reader := csv.NewReader(bytes.NewReader(content))
	reader.Comment, reader.FieldsPerRecord = '#', -1
	lines := bytes.Split(content, []byte("\n"))
	for _, line := range lines {
		if !bytes.HasPrefix(line, []byte("#")) && len(bytes.TrimSpace(line)) > 0 {
			if bytes.ContainsRune(line, ';') {
				reader.Comma = ';'
			}
			break
		}
	}
	return &csvReader{report: r, file: file, lines: lines, csv: reader}
}

// at translates a line and a byte of it into a place.
func (r *csvReader) at(line, column int) place {
	p := place{file: r.file, line: max(line, 1), column: max(column, 1)}
	if p.line <= len(r.lines) {
		p.column = 1 + utf8.RuneCount(r.lines[p.line-1][:min(p.column-1, len(r.lines[p.line-1]))])
	}
	return p
}

// next returns the values of the next line that is not empty.
func (r *csvReader) next() ([]value[string], bool) {
	record, err := r.csv.Read()
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, false
	case errors.As(err, &wrong):
		r.broken = true
		r.add(r.at(wrong.Line, wrong.Column), `put the whole value in quotes, and write a quote in it as ""`, "not valid CSV: %s", wrong.Err)
		return nil, false
	}
	values := make([]value[string], len(record))
	for i, text := range record {
		values[i] = value[string]{v: strings.TrimSpace(text), at: r.at(r.csv.FieldPos(i)), set: true}
	}
	return values, true
}

// header says where each wanted column is.
func (r *csvReader) header(columns []string) (order []int, ok bool) {
	names, ok := r.next()
	if !ok {
		if !r.broken {
			r.add(place{file: r.file, line: 1, column: 1}, "begin with "+strings.Join(columns, ","), "the table is empty")
		}
		return nil, false
	}
	order = make([]int, len(columns))
	for i := range order {
		order[i] = -1
	}
	for i, name := range names {
		switch column := slices.Index(columns, name.v); {
		case column < 0:
			r.add(name.at, nearest(name.v, columns).orKeys(columns), "unknown column %q", name.v)
		case order[column] >= 0:
			r.add(name.at, "keep one of them", "the column %q is there already", name.v)
		default:
			order[column] = i
		}
	}
	for i, at := range order {
		if at < 0 {
			r.add(names[0].at, "the columns are "+strings.Join(columns, ","), "the column %q is missing", columns[i])
			return nil, false
		}
	}
	return order, true
}

func (r *csvReader) rows(t *csvTable, order []int) {
	width := slices.Max(order) + 1
	for values, ok := r.next(); ok; values, ok = r.next() {
		if len(t.rows) == maxRecords {
			r.add(values[0].at, "", "the table has more than %d lines", maxRecords)
			return
		}
		if len(values) < width {
			r.add(values[0].at, "write "+strings.Join(t.columns, ",")+"; leave a value empty, but not its separator", "the line has %d values instead of %d", len(values), width)
			t.gaps = true
			continue
		}
		row := make([]value[string], len(order))
		for i, at := range order {
			row[i] = values[at]
		}
		t.rows = append(t.rows, row)
	}
}

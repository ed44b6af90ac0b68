package config

import (
	"slices"

	"github.com/guichet/guichet/ivr"
)

// lookupYAML finds a line of a table of the folder, in silence.
type lookupYAML struct {
	commonYAML
	// Table is a file of the folder: .csv with a header, or .yaml with lines by key.
	Table value[string] `yaml:"table,required"`
	// Key is the variable by which the line is found.
	Key value[string] `yaml:"key,required"`
	// Column is the one that holds the keys, each once; the first by default. In a
	// .yaml file it is called key.
	Column value[string] `yaml:"column"`
	// Save are variables that take the value of a column.
	Save table[value[string]] `yaml:"save"`
	// Found and NotFound say where it goes on.
	Found    exitYAML `yaml:"found,required"`
	NotFound exitYAML `yaml:"not_found,required"`
}

func (y *lookupYAML) build(b *treeBuilder) ivr.Node {
	node := &ivr.Lookup{
		Common: b.common(y.commonYAML), Key: y.Key.v, Found: b.exit(y.Found), NotFound: b.exit(y.NotFound),
	}
	for _, r := range y.Save {
		b.name(r.key, "a variable")
		node.Save = append(node.Save, ivr.Column{Variable: r.key.v, Name: r.v.v})
	}
	written := b.tables[y.Table.v]
	if written == nil {
		b.whole = false // reported where it was read
		return node
	}
	if node.Table = b.keyed(written, y.Column); node.Table == nil {
		b.whole = false
	}
	return node
}

// keyed is a table by the values of a column. Several nodes share one.
func (b *builder) keyed(t *csvTable, column value[string]) *ivr.Table {
	at := 0
	if column.set {
		if at = slices.Index(t.columns, column.v); at < 0 {
			b.add(column.at, nearest(column.v, t.columns).orKeys(t.columns), "the table %s has no column %q", t.file, column.v)
			return nil
		}
	}
	name := t.columns[at]
	if made := b.keyedBy[t.file][name]; made != nil {
		return made
	}
	made := ivr.NewTable(t.file, t.columns)
	lines := map[string]place{}
	for _, row := range t.rows {
		key := row[at]
		texts := make([]string, len(row))
		for i, v := range row {
			texts[i] = v.v
		}
		switch {
		case key.v == "":
			b.add(key.at, "write a key, or delete the line", "the line has no %s", name)
		case !made.Add(key.v, texts):
			b.add(key.at, "keep one of them", "the key %q is already at %s", key.v, lines[key.v].label())
		default:
			lines[key.v] = key.at
		}
	}
	if b.keyedBy[t.file] == nil {
		b.keyedBy[t.file] = map[string]*ivr.Table{}
	}
	b.keyedBy[t.file][name] = made
	return made
}

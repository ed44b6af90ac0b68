// Package schema holds the JSON Schemas of the files of a site folder, for editors.
// They are generated from the types that package config reads those files with, by
//
//	go test ./config -run TestTheSchemas -update
//
// and are no second check: guichet check knows more than any schema can say.
package schema

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.json
var files embed.FS

const ending = ".schema.json"

// Names lists the schemas in order, such as tree.
func Names() []string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		panic("schema: the embedded folder cannot be read: " + err.Error()) // it is part of the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ending))
	}
	return names
}

// Of returns a schema by name, and whether there is one.
func Of(name string) ([]byte, bool) {
	content, err := files.ReadFile(File(name))
	return content, err == nil
}

// File is what the file of a schema is called.
func File(name string) string { return name + ending }

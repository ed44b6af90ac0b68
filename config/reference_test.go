package config

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The reference for admins names every key that a site folder may use.
func TestTheReferenceNamesEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/site-folder.md")
	require.NoError(t, err)
	documented := map[string]bool{}
	for _, code := range regexp.MustCompile("`[^`\n]+`").FindAllString(string(text), -1) {
		for _, word := range regexp.MustCompile(`[a-z_]+`).FindAllString(code, -1) {
			documented[word] = true
		}
	}
	keys := map[string]bool{}
	for _, file := range []any{
		siteFile{}, entriesFile{}, treeFile{}, routingFile{}, queuesFile{}, centersFile{}, agentsFile{}, accountsFile{}, floorFile{}, calendarsFile{}, promptsFile{}, testsFile{},
		playYAML{}, setNodeYAML{}, menuYAML{}, languageYAML{}, collectYAML{}, hoursYAML{}, branchYAML{}, flowFile{}, subflowYAML{}, returnYAML{}, queueNodeYAML{}, hangupYAML{}, lookupYAML{}, httpYAML{}, saveYAML{}, linkYAML{}, messageYAML{}, identifyYAML{}, birthDateYAML{}, confirmYAML{}, backendYAML{}, departmentYAML{},
	} {
		keysUnder(reflect.TypeOf(file), keys, map[reflect.Type]bool{})
	}
	require.Contains(t, keys, "serve_waiting")
	require.Greater(t, len(keys), 90)
	for key := range keys {
		assert.True(t, documented[key], "docs/site-folder.md does not say what %q means", key)
	}
}

// keysUnder collects the keys of a type and of the types below it, without those
// of later versions.
func keysUnder(t reflect.Type, keys map[string]bool, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		keysUnder(t.Elem(), keys, seen)
	case reflect.Struct:
		for i := range t.NumField() {
			field := t.Field(i)
			if field.Type == reflect.TypeFor[later]() {
				continue
			}
			if tag, tagged := field.Tag.Lookup("yaml"); tagged {
				keys[regexp.MustCompile(`^[a-z_]+`).FindString(tag)] = true
			}
			keysUnder(field.Type, keys, seen)
		}
	}
}

package api

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheDescriptionHasEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	var described struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	require.NoError(t, yaml.Unmarshal(openapi, &described))
	var inYAML, inCode []string
	for path, item := range described.Paths {
		for method := range item {
			if method != "parameters" {
				inYAML = append(inYAML, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, r := range New(Options{}).routes() {
		inCode = append(inCode, r.method+" "+strings.ReplaceAll(r.path, "{$}", ""))
	}
	assert.ElementsMatch(t, inCode, inYAML)
}

func TestEveryReferenceOfTheDescriptionLeadsSomewhere(t *testing.T) {
	t.Parallel()
	var described map[string]any
	require.NoError(t, yaml.Unmarshal(openapi, &described))
	found := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				found++
				var at any = described
				for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
					m, _ := at.(map[string]any)
					at = m[key]
				}
				assert.NotNil(t, at, ref)
			}
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(described)
	assert.Greater(t, found, 50)
}

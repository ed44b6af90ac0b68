package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/fact"
)

// decidedInWords tells which branches of the menu were passed, and by what.
func decidedInWords(branches []fact.Decided) string {
	var text strings.Builder
	for _, d := range branches {
		fmt.Fprintf(&text, "; at %s: %s", d.Node, d.Case)
		var read []string
		for _, name := range slices.Sorted(maps.Keys(d.Read)) {
			read = append(read, fmt.Sprintf("%s is %s", name, orNothing(d.Read[name])))
		}
		if len(read) > 0 {
			text.WriteString(", since " + strings.Join(read, ", "))
		}
		if d.Failed != "" {
			text.WriteString("; it could not be computed whether " + d.Failed)
		}
	}
	return text.String()
}

func orNothing(value string) string {
	if value == "" {
		return "empty"
	}
	return value
}

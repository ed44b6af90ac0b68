package drawing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tint is the color of a kind: frame and filling, on light and on dark.
type tint struct{ frame, filling, darkFrame, darkFilling string }

var tints = map[string]tint{
	"arrival": {"#3d4451", "#eef0f3", "#aab2c0", "#272c35"},
	"play":    {"#1f5fa8", "#eaf2fb", "#7db4ee", "#14263a"},
	"set":     {"#5c6370", "#f4f5f7", "#a4acba", "#22262d"},
	"flow":    {"#5c6370", "#f4f5f7", "#a4acba", "#22262d"},
	"menu":    {"#4b3fa3", "#efedfb", "#aaa0f5", "#221e3d"},
	"collect": {"#0f6b73", "#e5f4f5", "#5cc3cc", "#0f2a2d"},
	"hours":   {"#8a5a00", "#fdf4e0", "#e0ab4d", "#32260d"},
	"branch":  {"#8a5a00", "#fdf4e0", "#e0ab4d", "#32260d"},
	"queue":   {"#1b6e34", "#e7f6eb", "#6fc98a", "#10301b"},
	"hangup":  {"#9c2b23", "#fcebe9", "#f0948c", "#3a1714"},
	"other":   {"#5c6370", "#f4f5f7", "#a4acba", "#22262d"},
}

// style is for light paper, and at its end for dark.
var style = func() string {
	var s strings.Builder
	s.WriteString(`
text{font-family:sans-serif;fill:#1b1f27}
.paper{fill:#fff}
.heading{font-size:19px;font-weight:bold}
.title{font-size:15px;font-weight:bold}
.kind,.then{font-size:11px}
.heard,.detail,.legend{font-size:12px}
.heard{font-style:italic}
.way{font-size:13px}
.key{font-size:13px;font-weight:bold}
.kind,.heard,.detail,.trouble,.then,.legend{fill:#4c5361}
.then{font-style:italic}
.frame{stroke-width:1.5}
.thick{stroke-width:3.5}
.mark,.rule,.line{fill:none}
.mark{stroke-width:1.2}
.rule{stroke-width:1;opacity:.35}
.cap{fill:#fff;stroke-width:1.2}
.icon{stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.line{stroke:#2d3440;stroke-width:1.7}
.faint{stroke:#8a92a0;stroke-width:1.2}
.back{stroke-dasharray:7 4}
.arrow{fill:#2d3440}
`)
	colors(&s, func(t tint) (string, string) { return t.frame, t.filling })
	s.WriteString(`@media (prefers-color-scheme:dark){
text{fill:#eceff4}
.paper{fill:#14171c}
.kind,.heard,.detail,.trouble,.then,.legend{fill:#b3bac7}
.cap{fill:#14171c}
.line{stroke:#ccd2dc}
.faint{stroke:#79818f}
.arrow{fill:#ccd2dc}
`)
	colors(&s, func(t tint) (string, string) { return t.darkFrame, t.darkFilling })
	s.WriteString("}\n")
	return s.String()
}()

func colors(s *strings.Builder, of func(tint) (frame, filling string)) {
	for _, class := range slices.Sorted(maps.Keys(tints)) {
		frame, filling := of(tints[class])
		fmt.Fprintf(s, ".%s .frame{fill:%s}.%s .frame,.%s .mark,.%s .rule,.%s .cap,.%s .icon{stroke:%s}.%s .icon{fill:%s}\n",
			class, filling, class, class, class, class, class, frame, class, frame)
	}
}

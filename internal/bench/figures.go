package bench

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// columns is a table of figures that come from another program, as text.
type columns struct {
	heads []string // the first is the title
	rows  [][]string
}

// markdown has the figures at the right.
func (c columns) markdown() string {
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(c.heads)
	fmt.Fprintf(&b, "|---|%s\n", strings.Repeat("--:|", len(c.heads)-1))
	for _, row := range c.rows {
		line(row)
	}
	return b.String() + "\n"
}

// named is a metric of a Go benchmark, and what it is in words.
type named struct{ metric, words string }

// section is how the figures of one Go benchmark are shown.
type section struct {
	benchmark, title string
	// spread are metrics with p50, p90 and p99; single those of one figure.
	spread, single []named
}

var dialled = []named{
	{"event-to-dial", "event → `dial`"},
	{"event-to-create", "of which: event → `create`, with the append"},
	{"fake-create", "→ *StasisStart*: the fake Asterisk"},
	{"start-to-dial", "→ `dial`"},
	{"floor-append", "floor: a round trip of the append script"},
	{"floor-post", "floor: an HTTP request"},
}

// aloneSections are in the order of the page.
var aloneSections = []section{
	{"Dial/agent_free", "(c) the agent's leg ends while somebody waits", dialled, nil},
	{"Dial/caller_routed", "(c) the last key of a caller while the agent is ready", dialled, nil},
	{
		"Crowd/burst", "(e) 10,000 agents get ready, 50,000 people wait",
		[]named{{"ready-to-offer", "an agent is ready → his offer is accepted"}},
		[]named{
			{"from-last-ready-ms", "the last agent is ready → the last offer is accepted"},
			{"from-first-ready-ms", "the first agent is ready → the last offer is accepted"},
			{"all-ready-ms", "of which: until the last agent is ready"},
			{"own-cpu-ms", "processor time of the controller meanwhile"},
			{"floor-redis-ms", "floor: the same batches to Redis alone"},
			{"floor-fold-ms", "floor: folding them"},
			{"durable-facts/s", "durable facts, in batches of 256"},
		},
	},
	{
		"Crowd/cold_start", "(e) a controller starts, 50,000 wait, 10,000 agents", nil,
		[]named{
			{"snapshot-and-tail-ms", "with a snapshot and 24,000 facts behind it → its first decision is accepted"},
			{"whole-ledger-ms", "without a snapshot"},
			{"own-cpu-ms", "processor time of the former"},
			{"floor-snapshot-bytes-ms", "floor: the bytes of the snapshot are read"},
			{"controller-B/contact", "memory of the controller for each waiting contact, after a collection"},
			{"redis-ledger-B/contact", "memory of Redis for each: its facts"},
			{"redis-snapshot-B/contact", "memory of Redis for each: its part of the snapshot"},
		},
	},
	{
		"Takeover/5000", "5,000 callers in their menus at five nodes, and their controller is gone",
		[]named{{"owned-again", "→ the next one plays to the caller"}}, nil,
	},
	{"Events", "(f) events of one link", nil, []named{
		{"events/s", "read, decoded and given to 1,000 channels, in order, none lost"},
		{"floor-frames/s", "floor: the frames are read"},
	}},
}

// languageSections are those of part (g).
var languageSections = []section{
	{"Estate", "a site folder with 2,000 nodes more than the sample's", nil, []named{
		{"load-ms", "it is read"}, {"check-ms", "it is checked"}, {"floor-parse-ms", "floor: the same files are parsed as YAML"},
		{"check-x-floor", "checked, × floor"},
	}},
	{"Step", "events of callers through the sample's tree", nil, []named{
		{"steps/s", "on one core"}, {"B/op", "bytes allocated for each"}, {"allocs/op", "allocations for each"},
	}},
}

// metrics are what a benchmark measured, by unit.
type metrics map[string]float64

var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// parseBenchmarks reads the lines of `go test -bench`.
func parseBenchmarks(printed string) map[string]metrics {
	all := map[string]metrics{}
	for _, line := range benchmarkLine.FindAllStringSubmatch(printed, -1) {
		m := metrics{}
		fields := strings.Fields(line[2])
		for i := 0; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil && fields[i+1] != "ns/op" {
				m[fields[i+1]] = v
			}
		}
		all[line[1]] = m
	}
	return all
}

// tablesOf shows the figures of Go benchmarks by these sections. What no section names is
// shown by its own name.
func tablesOf(printed string, sections []section) (tables []columns, notes []string) {
	all := parseBenchmarks(printed)
	for _, s := range sections {
		m := all[s.benchmark]
		if m == nil {
			continue
		}
		delete(all, s.benchmark)
		tables = append(tables, s.tables(m)...)
		if rounds := m.rounds(); len(rounds) > 0 {
			notes = append(notes, fmt.Sprintf("%s: p99 of each round, the quietest of which has the target: %s ms.", s.title, strings.Join(rounds, ", ")))
		}
		tables = append(tables, m.rest(s.title+", beside")...)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		tables = append(tables, all[name].rest(name)...)
	}
	return tables, notes
}

// tables takes out of the metrics what the section names.
func (s section) tables(m metrics) (tables []columns) {
	spread := columns{heads: []string{s.title + ", ms", "p50", "p90", "p99"}}
	for _, n := range s.spread {
		row := []string{n.words}
		for _, q := range []string{"-p50-ms", "-p90-ms", "-p99-ms"} {
			if text, is := m.take(n.metric + q); is {
				row = append(row, strings.TrimSuffix(text, " ms"))
			}
		}
		if len(row) == len(spread.heads) {
			spread.rows = append(spread.rows, row)
		}
	}
	single := columns{heads: []string{s.title, "measured"}}
	for _, n := range s.single {
		if text, is := m.take(n.metric); is {
			single.rows = append(single.rows, []string{n.words, text})
		}
	}
	for _, t := range []columns{spread, single} {
		if len(t.rows) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}

// take removes a metric and tells it with its unit.
func (m metrics) take(unit string) (text string, is bool) {
	v, is := m[unit]
	delete(m, unit)
	_, kind, cut := strings.Cut(unit, "-B/")
	switch {
	case strings.HasSuffix(unit, "-ms") && v < 10: // some targets are near to 1 ms
		return fmt.Sprintf("%.2f ms", v), is
	case strings.HasSuffix(unit, "-ms"):
		return ms(time.Duration(v*float64(time.Millisecond))) + " ms", is
	case cut && kind == "contact":
		return fmt.Sprintf("%.0f B", v), is
	case strings.HasSuffix(unit, "/s"):
		return fmt.Sprintf("%.0f/s", v), is
	}
	return strconv.FormatFloat(v, 'g', 4, 64), is
}

// rounds takes out the p99 of each round.
func (m metrics) rounds() (all []string) {
	for i := 1; ; i++ {
		text, is := m.take(fmt.Sprintf("round-%d-p99-ms", i))
		if !is {
			return all
		}
		all = append(all, strings.TrimSuffix(text, " ms"))
	}
}

// rest is what nothing has taken out.
func (m metrics) rest(title string) []columns {
	t := columns{heads: []string{title, "measured"}}
	for _, unit := range slices.Sorted(maps.Keys(m)) {
		text, _ := m.take(unit)
		t.rows = append(t.rows, []string{"`" + unit + "`", text})
	}
	if t.rows == nil {
		return nil
	}
	return []columns{t}
}

var verdictLine = regexp.MustCompile(`(?m)^(kept|missed): (.*): ([0-9.]+) ms, the target is ([0-9.]+) ms`)

// verdictsIn tables what Go benchmarks say of their targets at the end.
func verdictsIn(printed string) []columns {
	t := columns{heads: []string{"target", "measured", "allowed", ""}}
	for _, v := range verdictLine.FindAllStringSubmatch(printed, -1) {
		verdict := v[1]
		if verdict == "missed" {
			verdict = "**missed**"
		}
		t.rows = append(t.rows, []string{v[2], v[3] + " ms", v[4] + " ms", verdict})
	}
	if t.rows == nil {
		return nil
	}
	return []columns{t}
}

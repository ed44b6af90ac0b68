package bench

import (
	"fmt"
	"slices"
	"time"
)

// result is what one part has to show.
type result struct {
	part, title, settings string
	rest                  pulse // the machine when nothing of ours ran
	tables                []table
	notes                 []string // sentences below the tables
	gates                 []gate
	broken                []string // what else keeps this from being good
	curves                []curve
	picture               string // of the curves, a file beside the page
	columns               []columns
}

// table is one figure of several systems, or several of one.
type table struct {
	title string
	rows  []row
	// floor is the name of the row that the others are divided by; none: no ratio.
	floor string
}

type row struct {
	name   string
	values sample
}

// gate is a figure with what it must not exceed.
type gate struct {
	name          string
	values        sample
	median, worst time.Duration // of p50 and p99; zero is no gate
}

// compare tables one figure of each system. Those that do not know it are left out.
func (r *result) compare(title string, bouts []*bout, of measure) {
	t := table{title: title, floor: createName}
	for _, b := range bouts {
		if values := b.durations(of); len(values) > 0 {
			t.rows = append(t.rows, row{b.name, values})
		}
	}
	r.tables = append(r.tables, t)
}

// pulses tables how quiet the machine was during the blocks of each system.
func (r *result) pulses(bouts []*bout) {
	options := table{title: "an OPTIONS answered by Asterisk meanwhile"}
	timer := table{title: "a timer of 1 ms of the phones was late by"}
	for _, b := range bouts {
		options.rows = append(options.rows, row{b.name, b.felt.options})
		timer.rows = append(timer.rows, row{b.name, b.felt.timer})
		r.rest.add(b.rest)
	}
	r.tables = append(r.tables, options, timer)
}

// measure is a duration of a call; false: this call has none.
type measure func(call) (time.Duration, bool)

// between measures the time from one moment to another, in µs; zero is unknown.
func between(moments func(call) (from, to int64)) measure {
	return func(c call) (time.Duration, bool) {
		from, to := moments(c)
		return time.Duration(to-from) * time.Microsecond, from != 0 && to != 0
	}
}

// stretch is a piece of a call's way.
type stretch struct {
	name  string
	takes measure
}

// parts tables what a figure of one system is made of.
func (r *result) parts(title string, b *bout, stretches ...stretch) {
	t := table{title: title}
	for _, s := range stretches {
		t.rows = append(t.rows, row{s.name, b.durations(s.takes)})
	}
	r.tables = append(r.tables, t)
}

func (r *result) gate(name string, values sample, median, worst time.Duration) {
	r.gates = append(r.gates, gate{name, values, median, worst})
}

// limit is one bound of a gate.
type limit struct {
	name          string
	figure, bound time.Duration
}

func (g gate) limits() []limit {
	var all []limit
	for _, l := range []limit{{"p50", g.values.at(0.5), g.median}, {"p99", g.values.at(0.99), g.worst}} {
		if l.bound > 0 {
			all = append(all, l)
		}
	}
	return all
}

// missed says which figure exceeds its target; nothing if all keep to it.
func (r *result) missed() []string {
	said := slices.Clone(r.broken)
	for _, g := range r.gates {
		if len(g.values) == 0 {
			said = append(said, fmt.Sprintf("(%s) %s was not measured once", r.part, g.name))
			continue
		}
		for _, l := range g.limits() {
			if l.figure > l.bound {
				said = append(said, fmt.Sprintf("(%s) %s: %s is %s ms, the target is %s ms%s", r.part, g.name, l.name, ms(l.figure), ms(l.bound), r.noise()))
			}
		}
	}
	return said
}

// What a quiet machine keeps to while nothing of ours runs.
const (
	quietOptions = 3 * time.Millisecond
	quietTimer   = 3 * time.Millisecond
)

// noise tells that the machine was busy with something else; nothing if it was not.
func (r *result) noise() string {
	options, timer := r.rest.options.at(0.99), r.rest.timer.at(0.99)
	if options <= quietOptions && timer <= quietTimer {
		return ""
	}
	return fmt.Sprintf("; but the machine was not quiet: at rest, an OPTIONS took %s ms and a timer of 1 ms was %s ms late (p99), so this says nothing about guichet", ms(options), ms(timer))
}

// ms is a duration in milliseconds, with as many digits as mean something.
func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v < 1:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

// curve is one system's latency at several loads.
type curve struct {
	name   string
	points []point
}

type point struct {
	load          float64 // calls per second
	median, worst time.Duration
}

// plot adds a point to the curve of each system.
func (r *result) plot(load float64, bouts []*bout, of measure) {
	for _, b := range bouts {
		values := b.durations(of)
		i := slices.IndexFunc(r.curves, func(c curve) bool { return c.name == b.name })
		if i < 0 {
			i = len(r.curves)
			r.curves = append(r.curves, curve{name: b.name})
		}
		r.curves[i].points = append(r.curves[i].points, point{load, values.at(0.5), values.at(0.99)})
	}
}

package config

import (
	"time"
)

// floorFile is floor.yaml, which a site need not have: the agents' day, whatever their
// center and the queue.
type floorFile struct {
	// Pauses are the reasons for a pause that agents choose from, by name. Without any,
	// each writes a reason in own words.
	Pauses table[pauseYAML] `yaml:"pauses"`
	// WrapUp is by how much agents make a running wrap-up longer.
	WrapUp struct {
		// Extend is by how much each time, 60s by default.
		Extend value[time.Duration] `yaml:"extend"`
		// Longest is how long a wrap-up may last in all, 10m by default; 0s: none is made
		// longer.
		Longest value[time.Duration] `yaml:"longest"`
	} `yaml:"wrap_up"`
}

// pauseYAML is one reason: what people read, or {label: …}.
type pauseYAML struct {
	// Label is what people read, the name by default.
	Label value[string] `yaml:"label"`
}

// Floor is the agents' day.
type Floor struct {
	// Pauses are the reasons for a pause, in the order in which they were written; none
	// is any words.
	Pauses []Pause
	// Extend is by how much a running wrap-up is made longer each time, and Longest how
	// long it may last in all.
	Extend, Longest time.Duration
}

// Pause is one reason for a pause.
type Pause struct{ Name, Label string }

// Of what floor.yaml does not say.
const (
	defaultExtend  = time.Minute
	defaultLongest = 10 * time.Minute
)

func (b *builder) buildFloor(f floorFile) {
	b.lasts(f.WrapUp.Extend, 5*time.Second, time.Hour)
	b.lasts(f.WrapUp.Longest, 0, 4*time.Hour)
	floor := Floor{Extend: f.WrapUp.Extend.or(defaultExtend), Longest: f.WrapUp.Longest.or(defaultLongest)}
	for _, r := range f.Pauses {
		b.name(r.key, "a reason for a pause")
		floor.Pauses = append(floor.Pauses, Pause{Name: r.key.v, Label: r.v.Label.or(r.key.v)})
	}
	b.site.Floor = floor
}

// Pause finds a reason by its name. Without a list, every text is one.
func (f Floor) Pause(name string) (Pause, bool) {
	for _, p := range f.Pauses {
		if p.Name == name {
			return p, true
		}
	}
	return Pause{Name: name, Label: name}, len(f.Pauses) == 0
}

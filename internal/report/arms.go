package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// Arm says who answered the people of one organisation, so that what one
// organisation does for another is seen beside its rate. Its contacts are those
// whose department was in it when they were queued, whoever answered.
type Arm struct {
	Name contact.Organisation `json:"name"`
	// Home are the centers of its contacts' first steps.
	Home []contact.Center `json:"home"`
	// Out is overflow from here: of those answered, by another center than one
	// at home.
	Out Ratio `json:"overflow_out"`
	// In is overflow to here: of those that its home centers answered, contacts
	// of another organisation, in which the center is not at home.
	In       Ratio    `json:"overflow_in"`
	ServedBy []Served `json:"served_by"`
}

// Served is what one center answered of an organisation's contacts.
type Served struct {
	Center contact.Center `json:"center"`
	Home   bool           `json:"home"`
	// Share is of those answered.
	Share Ratio `json:"share"`
}

// served are contacts answered, by organisation and center.
type served map[contact.Organisation]map[contact.Center]uint64

func armsOf(lives []*life) []Arm {
	homes, by := map[contact.Organisation]map[contact.Center]bool{}, served{}
	for _, l := range lives {
		if l.organisation == "" {
			continue
		}
		if homes[l.organisation] == nil {
			homes[l.organisation], by[l.organisation] = map[contact.Center]bool{}, map[contact.Center]uint64{}
		}
		for _, c := range l.home {
			homes[l.organisation][c] = true
		}
		if l.outcome == contact.Answered {
			by[l.organisation][l.center]++
		}
	}
	arms := []Arm{}
	for _, name := range slices.Sorted(maps.Keys(homes)) {
		arms = append(arms, armOf(name, homes, by))
	}
	return arms
}

func armOf(name contact.Organisation, homes map[contact.Organisation]map[contact.Center]bool, by served) Arm {
	a := Arm{Name: name, Home: slices.Sorted(maps.Keys(homes[name])), ServedBy: []Served{}}
	var answered, out, in, atHome uint64
	for _, n := range by[name] {
		answered += n
	}
	for center, n := range by[name] {
		home := homes[name][center]
		if !home {
			out += n
		}
		a.ServedBy = append(a.ServedBy, Served{Center: center, Home: home, Share: RatioOf(n, answered)})
	}
	slices.SortFunc(a.ServedBy, func(a, b Served) int {
		return cmp.Or(cmp.Compare(b.Share.Numerator, a.Share.Numerator), cmp.Compare(a.Center, b.Center))
	})
	for _, center := range a.Home {
		for other, centers := range by {
			atHome += centers[center]
			if other != name && !homes[other][center] {
				in += centers[center]
			}
		}
	}
	a.Out, a.In = RatioOf(out, answered), RatioOf(in, atHome)
	return a
}

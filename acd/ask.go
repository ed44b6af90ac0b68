package acd

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/guichet/guichet/internal/contact"
)

// Card is what of an agent decides whom he may serve.
type Card struct {
	Center   contact.Center        `json:"center"`
	Skills   map[contact.Skill]int `json:"skills,omitempty"`
	Files    []contact.Department  `json:"files,omitempty"`
	AllFiles bool                  `json:"all_files,omitempty"`
	// Media are those the agent serves; none written means voice only.
	Media []contact.Medium `json:"media,omitempty"`
	// Capacity is how many contacts of a medium the agent has at hand beside his calls; of
	// one that is not there he serves one at a time, and nobody else meanwhile.
	Capacity map[contact.Medium]int `json:"capacity,omitempty"`
}

// MayOpen reports whether the agent has the right to the files of d.
func (c *Card) MayOpen(d contact.Department) bool {
	return c.AllFiles || slices.Contains(c.Files, d)
}

func (c *Card) serves(m contact.Medium) bool {
	if len(c.Media) == 0 {
		return m == contact.Voice
	}
	return slices.Contains(c.Media, m)
}

// Ask is what a contact asks of whoever serves it.
type Ask struct {
	Medium     contact.Medium
	Centers    []contact.Center
	Need       contact.Need
	Files      bool
	Department contact.Department
}

// AskOf is what one step of a contact asks, of agents of the given centers.
func AskOf(m contact.Medium, d contact.Department, s contact.Step, centers []contact.Center) Ask {
	return Ask{Medium: m, Centers: centers, Need: s.Need, Files: s.Files, Department: d}
}

// Refusal is why an agent cannot serve a contact; empty means that he can.
type Refusal string

// The reasons for which an agent is passed over, in the order they are tried.
const (
	NoRefusal   Refusal = ""
	OtherMedium Refusal = "other_medium"
	OtherCenter Refusal = "other_center"
	LacksSkill  Refusal = "lacks_skill"
	NoFileRight Refusal = "no_file_right"
	// NoSpareCapacity is of those who could serve, and have as much of it at hand as they may.
	NoSpareCapacity Refusal = "no_spare_capacity"
)

// Serves judges medium, center, need and file right, whatever the agent does
// now.
func Serves(c *Card, k Ask) Refusal {
	switch {
	case !c.serves(k.Medium):
		return OtherMedium
	case !slices.Contains(k.Centers, c.Center):
		return OtherCenter
	case !k.Need.Met(c.Skills):
		return LacksSkill
	case k.Files && !c.MayOpen(k.Department):
		return NoFileRight
	}
	return NoRefusal
}

// appendKey writes what is the same for two asks that the same agents can serve. It
// is written for every contact that waits, at each start for all of them, and so
// without fmt; names carry their length, so that no two ways to read it are left.
func (k Ask) appendKey(key []byte) []byte {
	key = appendName(key, k.Medium)
	key = strconv.AppendInt(key, int64(len(k.Centers)), 10)
	for _, c := range k.Centers {
		key = appendName(append(key, ' '), c)
	}
	for _, r := range k.Need {
		key = appendName(append(key, '>'), r.Skill)
		key = strconv.AppendInt(key, int64(r.Level), 10)
	}
	if k.Files {
		// Said even of an empty department: nobody asked, and yet only those
		// who may open all files can serve.
		key = appendName(append(key, '/'), k.Department)
	}
	return append(key, ';')
}

func appendName[T ~string](key []byte, name T) []byte {
	key = strconv.AppendInt(key, int64(len(name)), 10)
	return append(append(key, ':'), name...)
}

// key is the same for two cards that are the same to every contact.
func (c *Card) key() string {
	var key strings.Builder
	fmt.Fprintf(&key, "%q %q %t %q", c.Center, c.Files, c.AllFiles, c.Media)
	skills := make([]contact.Skill, 0, len(c.Skills))
	for s := range c.Skills {
		skills = append(skills, s)
	}
	slices.SortFunc(skills, cmp.Compare)
	for _, s := range skills {
		fmt.Fprintf(&key, " %q=%d", s, c.Skills[s])
	}
	for _, m := range slices.Sorted(maps.Keys(c.Capacity)) {
		fmt.Fprintf(&key, " %q:%d", m, c.Capacity[m])
	}
	return key.String()
}

package coverage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/geography"
)

// departments is every department a caller can be from, in the order of their
// codes, then Corsica as long as nobody knows which, and people who are from none.
var departments = append(geography.Departments(), geography.Corsica, contact.Unknown)

// region is departments that nothing in the site tells apart: no rule, no
// assignment, no right to files names one without naming all.
type region []contact.Department

// regionsOf divides the departments.
func regionsOf(site *config.Site) []region {
	lists := departmentLists(site)
	byMark := map[string]int{}
	var all []region
	for _, d := range departments {
		var mark strings.Builder
		for _, list := range lists {
			if list[d] {
				mark.WriteByte('1')
			} else {
				mark.WriteByte('0')
			}
		}
		i, known := byMark[mark.String()]
		if !known {
			i = len(all)
			byMark[mark.String()] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], d)
	}
	return all
}

// departmentLists is every list of departments in the site, once each.
func departmentLists(site *config.Site) []map[contact.Department]bool {
	var lists []map[contact.Department]bool
	seen := map[string]bool{}
	add := func(list []contact.Department) {
		key := fmt.Sprintf("%q", list)
		if len(list) == 0 || seen[key] {
			return
		}
		seen[key] = true
		set := make(map[contact.Department]bool, len(list))
		for _, d := range list {
			set[d] = true
		}
		lists = append(lists, set)
	}
	for _, a := range site.Plan.Assign {
		add(a.Departments)
	}
	for _, r := range site.Plan.Always {
		add(r.Match.Departments)
	}
	for _, rules := range site.Plan.Organisations {
		for _, r := range rules {
			add(r.Match.Departments)
		}
	}
	for _, c := range site.Centers {
		add(c.Files.Departments)
	}
	for _, a := range site.Agents {
		add(a.Files.Departments)
	}
	return lists
}

// rank orders departments as the list above; who was not asked comes last.
var rank = func() map[contact.Department]int {
	at := map[contact.Department]int{"": len(departments)}
	for i, d := range departments {
		at[d] = i
	}
	return at
}()

func compareDepartments(a, b contact.Department) int { return rank[a] - rank[b] }

// nearlyAll begins the words for most departments.
const nearlyAll = "everywhere except "

// departmentWords names departments briefly: runs of codes as 01-34, most of
// them by those that are missing. It is empty for callers who were not asked.
func departmentWords(some []contact.Department) string {
	if i := slices.Index(some, ""); i >= 0 && len(some) > 1 {
		return departmentWords(slices.Concat(some[:i], some[i+1:])) + " and not asked"
	}
	var missing []contact.Department
	for _, d := range departments {
		if !slices.Contains(some, d) {
			missing = append(missing, d)
		}
	}
	words := runs(some)
	switch {
	case len(missing) == 0:
		return "everywhere"
	case len(missing) < len(departments)/3:
		words = nearlyAll + runs(missing)
	}
	return words
}

// runs writes departments in order; three and more in a row by the first and
// the last.
func runs(some []contact.Department) string {
	var words []string
	for i := 0; i < len(some); {
		last := i
		for last+1 < len(some) && rank[some[last+1]] == rank[some[last]]+1 && some[last+1] != geography.Corsica && some[last+1] != contact.Unknown {
			last++
		}
		if last > i+1 {
			words = append(words, string(some[i])+"-"+string(some[last]))
		} else {
			for _, d := range some[i : last+1] {
				words = append(words, string(d))
			}
		}
		i = last + 1
	}
	return strings.Join(words, " ")
}

package contact

import "strings"

// mobile begin the French numbers that take SMS, with how many digits follow: 06 and
// 073 to 079 in the national plan, and those of overseas by their own country codes.
// 0700 to 0703 belong to machines, whom nobody sends anything.
var mobile = map[string]int{
	"+336": 8, "+3373": 7, "+3374": 7, "+3375": 7, "+3376": 7, "+3377": 7, "+3378": 7, "+3379": 7,
	"+590690": 6, "+590691": 6, // Guadeloupe, Saint-Martin, Saint-Barthélemy
	"+594694": 6,               // Guyane
	"+596696": 6, "+596697": 6, // Martinique
	"+262692": 6, "+262693": 6, "+262639": 6, // Réunion, Mayotte
	"+68987": 6, "+68989": 6, // Polynésie française
	"+6877": 5, "+6878": 5, "+6879": 5, // Nouvelle-Calédonie
}

// Mobile reports whether the number is a French one that takes SMS.
func (n Number) Mobile() bool {
	for prefix, more := range mobile {
		if rest, is := strings.CutPrefix(string(n), prefix); is && len(rest) == more {
			return true
		}
	}
	return false
}

package coverage

import (
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/config"
)

// Verdict is everything there is to say about a site folder.
type Verdict struct {
	// Site is nil when the folder has Problems, and nothing else is known then.
	Site     *config.Site
	Problems []config.Problem
	// Holes are callers whom nobody could serve within the next week: the folder
	// can run, but should not be put to use.
	Holes []config.Problem
	// Unheard are the sounds that callers would not hear, for whoever looked for them.
	Unheard []config.Problem
	// Warnings are worth knowing.
	Warnings []config.Problem
	Coverage *Coverage
	// Campaigns of the site, the earliest first.
	Campaigns []config.Outlook
}

// Fine reports whether the folder may be put to use.
func (v *Verdict) Fine() bool { return len(v.Problems)+len(v.Holes)+len(v.Unheard) == 0 }

// Check reads a site folder and looks at all of it, as of the day of at.
func Check(dir string, at time.Time) Verdict {
	site, problems := config.Load(dir)
	if len(problems) > 0 {
		return Verdict{Problems: problems}
	}
	return Examine(site, at)
}

// Examine looks at a site that was read without problems.
func Examine(site *config.Site, at time.Time) Verdict {
	v := Verdict{Site: site, Coverage: Of(site, at), Campaigns: site.Ahead(at)}
	for _, f := range v.Coverage.Findings(site) {
		if f.Grave {
			v.Holes = append(v.Holes, f.Problem)
		} else {
			v.Warnings = append(v.Warnings, f.Problem)
		}
	}
	v.Warnings = append(slices.Clip(site.Warnings), v.Warnings...)
	for _, c := range v.Campaigns {
		if c.Standing == config.Over {
			p := c.Place
			p.Message = fmt.Sprintf("the campaign %q has been over since %s", c.Name, c.Until.In(site.Zone).Format("2006-01-02 15:04"))
			p.Hint = "give it its next dates, or delete it with what is said under during"
			v.Warnings = append(v.Warnings, p)
		}
	}
	return v
}

// Load reads a site folder that is to replace one in use. Unlike config.Load,
// which decides whether a controller can start at all, it refuses a folder with
// holes: the version in use has none, or the old ones.
func Load(dir string, at time.Time) (*config.Site, []config.Problem) {
	v := Check(dir, at)
	if !v.Fine() {
		return nil, append(v.Problems, v.Holes...)
	}
	return v.Site, nil
}

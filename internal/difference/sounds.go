package difference

import (
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
)

// Sounds lists what callers hear otherwise although the manifest says the same: sounds
// that were recorded anew, or at last. Drafts are made anew on each machine, and no
// difference among themselves; what came to the manifest or went is told by Of.
func Sounds(before, after []config.SoundPrint) []Change {
	known := map[string]config.SoundPrint{}
	for _, p := range before {
		known[soundPlace(p.Recording)] = p
	}
	var changes []Change
	for _, now := range after {
		place := soundPlace(now.Recording)
		was, there := known[place]
		if text := otherSound(was, now); there && text != "" {
			changes = append(changes, Change{Changed, "sound", place, text})
		}
	}
	return changes
}

// otherSound says what is another about a sound, if callers hear it.
func otherSound(was, now config.SoundPrint) string {
	recorded := now.Digest != "" && !now.Draft
	switch {
	case now.Digest == was.Digest:
		return ""
	case now.Digest == "":
		return "has no sound any more"
	case recorded && was.Digest != "" && !was.Draft:
		return "is recorded anew" + lasting(was, now)
	case recorded && was.Draft:
		return "is recorded now" + lasting(was, now) + "; it was a draft"
	case recorded:
		return "is recorded now" + lasting(config.SoundPrint{}, now) + "; it had no sound"
	case !was.Draft && was.Digest != "":
		return "is a draft now; it was recorded"
	}
	return ""
}

// lasting is how long a sound is, and was if that is another time.
func lasting(was, now config.SoundPrint) string {
	brief := func(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }
	switch {
	case now.Lasts == 0:
		return ""
	case was.Lasts == 0 || brief(was.Lasts) == brief(now.Lasts):
		return ", " + brief(now.Lasts) + " long"
	}
	return ", " + brief(now.Lasts) + " long (was " + brief(was.Lasts) + ")"
}

// soundPlace names a sound: prompt 'langue', in en.
func soundPlace(r config.Recording) string {
	place := "prompt " + quoted(string(r.Name))
	if r.Word != "" {
		place = "word " + quoted(r.Word)
	}
	var where []string
	if r.Campaign != "" {
		where = append(where, "during "+r.Campaign)
	}
	if r.Language != "" {
		where = append(where, "in "+r.Language)
	}
	if len(where) == 0 {
		return place
	}
	return fmt.Sprintf("%s, %s", place, strings.Join(where, ", "))
}

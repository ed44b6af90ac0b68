package explanation

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/geography"
	"github.com/guichet/guichet/routing"
)

// Ask is a contact that somebody imagines, as it was written.
type Ask struct {
	Entry      string `json:"entry"`
	Topic      string `json:"topic,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Department string `json:"department,omitempty"`
	Language   string `json:"language,omitempty"`
	// Authentication is 0, 1 or 2, how far the person is identified; empty is 0.
	Authentication string `json:"authentication,omitempty"`
	// Medium is voice unless it is given.
	Medium string `json:"medium,omitempty"`
	// At is a time in the site's zone; empty is now.
	At string `json:"at,omitempty"`
}

// Wrong is the error of an ask that names what the site has not, or that is
// written wrongly.
type Wrong struct {
	// What is the part that is wrong, Value what was written there.
	What, Value string
	// Nearest is the known name that was probably meant, if one is near.
	Nearest string
	// Hint says what can be written.
	Hint string
}

// Error names what is wrong.
func (w *Wrong) Error() string {
	if w.Value == "" {
		return "no " + w.What + " is given"
	}
	return fmt.Sprintf("there is no %s %q", w.What, w.Value)
}

// Advice is what to write instead.
func (w *Wrong) Advice() string {
	if w.Nearest != "" {
		return fmt.Sprintf("did you mean %q?", w.Nearest)
	}
	return w.Hint
}

// unknown is the error of a name that is not among the known ones.
func unknown[T ~string](what, value string, known []T) *Wrong {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	slices.Sort(names)
	w := &Wrong{What: what, Value: value, Hint: "the site has " + strings.Join(names, ", ")}
	if value != "" {
		w.Nearest = config.Nearest(value, names)
	}
	return w
}

// unknownMedium is the error of a medium that contacts do not come by. Which there
// are is not for the site to say.
func unknownMedium(value string) *Wrong {
	w := unknown("medium", value, media)
	w.Hint = "write voice or email"
	return w
}

var (
	postalCode = regexp.MustCompile(`^([0-9]{2}|[0-9]{3}|[0-9]{5})$`) // or what is keyed of one
	language   = regexp.MustCompile(`^[a-z]{2,3}$`)
	media      = []contact.Medium{contact.Voice, contact.Email}
	levels     = []string{"0", "1", "2"} // of authentication
)

// read checks an ask against the site.
func (a Ask) read(site *config.Site, now time.Time) (routing.Attributes, time.Time, error) {
	entry, known := site.Entry(a.Entry)
	if !known {
		entry, known = site.Entries[contact.Entry(a.Entry)]
	}
	if !known {
		return routing.Attributes{}, now, unknown("entry", a.Entry, slices.Collect(maps.Keys(site.Entries)))
	}
	r := routing.Attributes{
		Entry: entry.Name, Medium: contact.Medium(cmp.Or(a.Medium, string(contact.Voice))), Topic: contact.Topic(a.Topic),
		Department: contact.Department(a.Department), PostalCode: a.PostalCode, Language: a.Language,
		Authentication: max(0, slices.Index(levels, cmp.Or(a.Authentication, levels[0]))),
	}
	at, err := readTime(a.At, now)
	switch {
	case r.Topic != "" && !slices.Contains(site.Topics, r.Topic):
		return r, at, unknown("topic", a.Topic, site.Topics)
	case !slices.Contains(media, r.Medium):
		return r, at, unknownMedium(a.Medium)
	case r.Department != "" && r.Department != contact.Unknown && !geography.Is(r.Department):
		return r, at, &Wrong{What: "department", Value: a.Department, Hint: "write it like 44, 01, 2A or 971, or unknown"}
	case r.PostalCode != "" && !postalCode.MatchString(r.PostalCode):
		return r, at, &Wrong{What: "postal code", Value: a.PostalCode, Hint: "write five digits, like 44000, or the first two, overseas three"}
	case r.Language != "" && !language.MatchString(r.Language):
		return r, at, &Wrong{What: "language", Value: a.Language, Hint: "write its code, like fr"}
	case a.Authentication != "" && !slices.Contains(levels, a.Authentication):
		return r, at, &Wrong{What: "authentication", Value: a.Authentication, Hint: "write 0, 1 or 2: how far an identify has identified the person"}
	}
	return r, at, err
}

// timeForms are what a time may be written like, beside RFC 3339.
var timeForms = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"}

func readTime(text string, now time.Time) (time.Time, error) {
	if text == "" || text == "now" {
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(now.Location()), nil
	}
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", text); err == nil {
		y, m, d := now.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, now.Location()), nil
	}
	return now, &Wrong{What: "time", Value: text, Hint: "write it like 2026-12-24T15:50, or 15:50 for today"}
}

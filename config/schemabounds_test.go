package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// lasting are the durations between which a key is held, by type and key.
var lasting = map[string][2]time.Duration{
	"person.wrap_up":               {0, time.Hour},
	"backend.timeout":              {100 * time.Millisecond, 30 * time.Second},
	"callback.retry_after":         {time.Minute, 24 * time.Hour},
	"callback.ring":                {10 * time.Second, 2 * time.Minute},
	"mailbox.within":               {10 * time.Minute, 30 * 24 * time.Hour},
	"callback.expires_after":       {10 * time.Minute, maxExpiry},
	"answerFields.after":           {0, time.Hour},
	"queueView.estimated_wait":     {0, 24 * time.Hour},
	"menuStepFields.wait":          {0, 24 * time.Hour},
	"menuStepFields.speaks":        {time.Second, 10 * time.Minute},
	"appointments.every":           {10 * time.Minute, 4 * time.Hour},
	"full.estimated_wait":          {10 * time.Second, 4 * time.Hour},
	"comfort.first":                {0, time.Hour},
	"comfort.every":                {15 * time.Second, time.Hour},
	"satisfaction.timeout":         {time.Second, 30 * time.Second},
	"close.serve_waiting":          {0, 12 * time.Hour},
	"close.nobody_left":            {0, time.Hour},
	"times.ring":                   {3 * time.Second, 2 * time.Minute},
	"times.wrap_up":                {0, time.Hour},
	"timesYAML.SetAside.no_answer": {0, 12 * time.Hour},
	"timesYAML.SetAside.busy":      {0, 12 * time.Hour},
	"timesYAML.SetAside.refused":   {0, 12 * time.Hour},
	"timesYAML.Target.within":      {time.Second, time.Hour},
	"times.redial":                 {0, contact.MaxRedial},
	"floorFile.WrapUp.extend":      {5 * time.Second, time.Hour},
	"floorFile.WrapUp.longest":     {0, 4 * time.Hour},
	"ageing.level":                 {time.Second, 24 * time.Hour},
	"ageing.mail":                  {0, 30 * 24 * time.Hour},
	"step.after":                   {0, 24 * time.Hour},
	"step.estimated_wait":          {10 * time.Second, 4 * time.Hour},
	"tries.no_input_timeout":       {100 * time.Millisecond, 2 * time.Minute},
	"tries.inter_digit_timeout":    {100 * time.Millisecond, 2 * time.Minute},
	"inquiry.timeout":              {100 * time.Millisecond, 30 * time.Second},
	"message.max_duration":         {5 * time.Second, 10 * time.Minute},
	"message.max_silence":          {time.Second, 30 * time.Second},
	"message.min_duration":         {0, 30 * time.Second},
	"transfer.timeout":             {ivr.MinRing, ivr.MaxRing},
}

func init() {
	for name, bounds := range lasting {
		narrower[name] = schema{"type": "string", "pattern": durationBetween(bounds[0], bounds[1])}
	}
}

// unitsOfDurations are those that people write, with what is odd left to durationForm.
var unitsOfDurations = []struct {
	name string
	is   time.Duration
}{{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}}

// durationBetween is a pattern that takes every duration between two, and no number of
// one unit that is outside. A text of several numbers, or with a fraction, is taken
// whatever it comes to: the decoder adds up.
func durationBetween(low, high time.Duration) string {
	several := `([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)`
	forms := []string{`(` + several + `){2,}`, `[0-9]*\.[0-9]*(ns|us|µs|μs|ms|s|m|h)`, `[0-9]+(ns|us|µs|μs)`}
	if low <= 0 {
		forms = append(forms, "0")
	}
	for _, u := range unitsOfDurations {
		from, to := int(math.Ceil(float64(low)/float64(u.is))), int(high/u.is)
		if from <= to {
			forms = append(forms, "0*("+strings.Join(numbersBetween(from, to), "|")+")"+u.name)
		}
	}
	return `^[-+]?(` + strings.Join(forms, "|") + `)$`
}

// numbersBetween are patterns that together are the whole numbers between two, both of
// them included and neither below 0, without leading zeros.
func numbersBetween(low, high int) []string {
	var all []string
	if low == 0 {
		all, low = append(all, "0"), 1
	}
	for low <= high {
		// The longest run of numbers from low on that differ in their last digits only.
		end, free := low, 0
		for size := 10; low%size == 0 && low+size-1 <= high && len(strconv.Itoa(low)) == len(strconv.Itoa(low+size-1)); size *= 10 {
			end, free = low+size-1, free+1
		}
		// As many of those runs as differ in the digit before, too.
		size := int(math.Pow10(free))
		last := low / size
		for last%10 < 9 && (last+2)*size-1 <= high {
			last++
		}
		end = (last+1)*size - 1
		head, digit := strconv.Itoa(low/size), ""
		head, digit = head[:len(head)-1], head[len(head)-1:]
		if until := strconv.Itoa(last % 10); until != digit {
			digit = "[" + digit + "-" + until + "]"
		}
		switch free {
		case 0:
		case 1:
			digit += "[0-9]"
		default:
			digit += fmt.Sprintf("[0-9]{%d}", free)
		}
		all = append(all, head+digit)
		low = end + 1
	}
	return all
}

func TestPatternsOfNumbersTakeExactlyThoseBetween(t *testing.T) {
	t.Parallel()
	for _, bounds := range [][2]int{{0, 0}, {0, 9}, {0, 10}, {1, 10}, {3, 120}, {7, 7}, {10, 19}, {99, 101}, {100, 30000}, {5, 1440}, {599, 1001}, {0, 65535}} {
		pattern := regexp.MustCompile("^(" + strings.Join(numbersBetween(bounds[0], bounds[1]), "|") + ")$")
		for n := range bounds[1] + 2000 {
			if inside := n >= bounds[0] && n <= bounds[1]; pattern.MatchString(strconv.Itoa(n)) != inside {
				t.Errorf("%v: %d is taken %v: %s", bounds, n, !inside, pattern)
				break
			}
		}
		assert.False(t, pattern.MatchString(""))
	}
}

// durationsToTry are the ways to write both bounds, and numbers of one unit outside.
func durationsToTry(low, high time.Duration) (inside, outside []any) {
	inside = []any{brief(low), brief(high), low.String(), high.String()}
	for _, u := range unitsOfDurations {
		if most := int(high / u.is); most > 0 {
			inside = append(inside, fmt.Sprint(most, u.name))
		}
		outside = append(outside, fmt.Sprint(int(high/u.is)+1, u.name), fmt.Sprint(10*int(high/u.is)+10, u.name))
		if least := int(math.Ceil(float64(low) / float64(u.is))); least > 1 {
			inside, outside = append(inside, fmt.Sprint(least, u.name)), append(outside, fmt.Sprint(least-1, u.name))
		}
	}
	if low > 0 {
		outside = append(outside, "0s")
	}
	return inside, outside
}

func TestPatternsOfDurationsTakeWhatIsBetween(t *testing.T) {
	t.Parallel()
	for name, bounds := range lasting {
		pattern := regexp.MustCompile(narrower[name]["pattern"].(string))
		inside, outside := durationsToTry(bounds[0], bounds[1])
		for _, v := range inside {
			assert.True(t, pattern.MatchString(v.(string)), "%s: %s", name, v)
		}
		for _, v := range outside {
			assert.False(t, pattern.MatchString(v.(string)), "%s: %s", name, v)
		}
		for _, odd := range []string{"1m0.5s", "0.1s", "1h0m0s", "100000µs"} {
			assert.True(t, pattern.MatchString(odd), "the decoder adds up %s", odd)
		}
		for _, none := range []string{"", "s", "5", "5x", "5s5"} {
			assert.False(t, pattern.MatchString(none), "%s: %q", name, none)
		}
	}
}

// The levels of a table are held to the same everywhere, by a rule for what is in it.
func TestLevelsOfSkillsAreHeldToTheirBounds(t *testing.T) {
	t.Parallel()
	for level := -1; level <= 7; level++ {
		site := goodSite(t)
		content := fmt.Sprintf("agents:\n  a1001: {center: cis_ouest, phone: PJSIP/a1001, skills: {topic: %d}}\n", level)
		site["agents.yaml"] = &fstest.MapFile{Data: []byte(content)}
		_, problems := load(".", site, noVariables)
		refused := slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.Message, "is not between") })
		assert.Equal(t, level < 1 || level > 5, refused, "%d: %v", level, problems)
		validates(t, compiledSchemas(t), fmt.Sprint(level), "agents.yaml", []byte(content), refused)
	}
}

func TestCapacitiesAreHeldToTheirBounds(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, 1, 50, 51} {
		site := goodSite(t)
		content := fmt.Sprintf("agents:\n  a1001: {center: cis_ouest, phone: PJSIP/a1001, skills: {topic: 1}, media: [voice, email], capacity: {email: %d}}\n", n)
		site["agents.yaml"] = &fstest.MapFile{Data: []byte(content)}
		loaded, problems := load(".", site, noVariables)
		refused := slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.Message, "is not between") })
		assert.Equal(t, n < 1 || n > 50, refused, "%d: %v", n, problems)
		validates(t, compiledSchemas(t), fmt.Sprint(n), "agents.yaml", []byte(content), refused)
		if !refused {
			assert.Equal(t, map[contact.Medium]int{contact.Email: n}, loaded.Agents["a1001"].Capacity)
		}
	}
}

// Every number and every duration of a file is held to bounds that the schemas tell, or
// is listed here with the reason.
func TestEveryNumberAndDurationHasItsBoundsInTheSchemas(t *testing.T) {
	t.Parallel()
	free := map[string]string{
		"treeFile.version": "there is one version", "flowFile.version": "there is one version",
		"expectedStep.after": "it is compared, and bounded where steps are written",
	}
	found := 0
	eachBoundable(func(owner, key string) {
		name := strings.TrimSuffix(owner, "YAML") + "." + key
		found++
		_, held := narrower[name]
		_, listed := free[name]
		assert.True(t, held || listed, "%s has no bounds: write them in lasting or narrower", name)
		assert.False(t, held && listed, "%s has bounds", name)
	})
	assert.Greater(t, found, 50)
}

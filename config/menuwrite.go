package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// MenuTestText writes a rehearsal as a test for ivr/tests/: the scene, and the
// steps in their order.
func MenuTestText(name string, s rehearsal.Scene, steps []rehearsal.Step) string {
	var out strings.Builder
	line := func(indent int, key, value string) {
		fmt.Fprintf(&out, "%s%s: %s\n", strings.Repeat("  ", indent), key, value)
	}
	line(1, "- name", quoted(name))
	line(2, "tree", quoted(s.Tree.ID))
	if s.Entry != "" {
		line(2, "entry", quoted(string(s.Entry)))
	}
	line(2, "at", s.At.Format(instantForm))
	switch {
	case s.Withheld:
		line(2, "caller", "withheld")
	case s.Caller != "":
		line(2, "caller", quoted(s.Caller))
	}
	if s.CallsToday > 0 {
		line(2, "calls_today", strconv.Itoa(s.CallsToday))
	}
	if s.From != "" {
		line(2, "from", quoted(string(s.From)))
	}
	if len(s.Given) > 0 {
		line(2, "with", pairs(s.Given))
	}
	if s.Authentication > 0 {
		line(2, "authentication", strconv.Itoa(s.Authentication))
	}
	if len(s.Queues) > 0 {
		fmt.Fprintf(&out, "    queues:\n")
		for _, q := range slices.Sorted(maps.Keys(s.Queues)) {
			line(3, quoted(string(q)), viewText(s.Queues[q]))
		}
	}
	if names := stubbedNodes(s.Tree); len(s.Answers) > 0 {
		fmt.Fprintf(&out, "    stub:\n")
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if a, said := s.Answers[names[name]]; said {
				line(3, name, answerText(a))
			}
		}
	}
	fmt.Fprintf(&out, "    steps:\n")
	for _, a := range s.Announced {
		fmt.Fprintf(&out, "      - %s\n", announceText(a))
	}
	for _, step := range steps {
		fmt.Fprintf(&out, "      - %s\n", stepText(step))
	}
	return out.String()
}

func viewText(q rehearsal.Queue) string {
	text := fmt.Sprintf("waiting: %d, estimated_wait: %s, agents: %d, ready: %d", q.Waiting, brief(q.EstimatedWait), q.Agents, q.Ready)
	if q.Shut {
		text += ", open: false"
	}
	return "{" + text + "}"
}

func answerText(a rehearsal.Answer) string {
	status := cmp.Or(a.Instead, string(a.Failure))
	if status == "" {
		status = strconv.Itoa(a.Status)
	}
	if a.After == 0 && len(a.Body) == 0 {
		return status
	}
	text := "status: " + status
	if a.After != 0 {
		text += ", after: " + brief(a.After)
	}
	if len(a.Body) > 0 {
		text += ", body: " + strconv.Quote(string(a.Body))
	}
	return "{" + text + "}"
}

func stepText(step rehearsal.Step) string {
	switch s := step.(type) {
	case rehearsal.Hears:
		return "hears: " + flow(s.Prompts)
	case rehearsal.Press:
		return "press: " + strconv.Quote(s.Keys)
	case rehearsal.Wait:
		return "wait: " + brief(s.For)
	case rehearsal.Speaks:
		return "speaks: " + brief(s.For)
	case rehearsal.Announce:
		return announceText(s.Announcement)
	case rehearsal.Identifies:
		return "identifies: " + strconv.Itoa(s.Level)
	case rehearsal.IsIdentified:
		return "authentication: " + strconv.Itoa(s.Level)
	case rehearsal.HangsUp:
		return "hangs_up"
	case rehearsal.NotReached:
		if s.Why != "" {
			return "not_reached: " + string(s.Why)
		}
		return "not_reached"
	case rehearsal.GivenUp:
		return "given_up: " + string(s.Why)
	case rehearsal.IsRefused:
		return "refused: " + string(s.Why)
	case rehearsal.Path:
		return "path: " + flow(s.Nodes)
	case rehearsal.Has:
		return "set: " + pairs(s.Vars)
	case rehearsal.Ends:
		return "ends: " + string(s.As)
	case rehearsal.Arrives:
		if s.Service != "" {
			return "local_service: " + quoted(s.Service)
		}
		return "queued: " + quoted(string(s.Queue))
	}
	return "silence"
}

// flow writes names on one line, without brackets if there is one.
func flow[T ~string](names []T) string {
	all := make([]string, 0, len(names))
	for _, n := range names {
		all = append(all, quoted(string(n)))
	}
	if len(all) == 1 {
		return all[0]
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func pairs(vars ivr.Vars) string {
	all := make([]string, 0, len(vars))
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		all = append(all, name+": "+quoted(vars[name]))
	}
	return "{" + strings.Join(all, ", ") + "}"
}

// quoted puts quotes around what YAML might take for something else than this
// text, as people do.
func quoted(text string) string {
	if identifier.MatchString(text) && !slices.Contains(notText, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}

// notText are words that some reader of YAML takes for truth or nothing.
var notText = []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n"}

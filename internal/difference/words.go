package difference

import (
	"strings"
)

// exits are what the ways out of a node are called in a sentence.
var exits = map[string]string{
	"goto":           "",
	"open":           "when open, ",
	"closed":         "when closed, ",
	"holiday":        "on holidays, ",
	"exception":      "when exceptionally closed, ",
	"else":           "otherwise ",
	"on_no_input":    "when nothing is pressed, ",
	"on_invalid":     "after a wrong answer, ",
	"on_failure":     "when all attempts are used, ",
	"on_full":        "when the queue is full, ",
	"on_closed":      "when the queue is closed, ",
	"on_no_agent":    "when no agent is there, ",
	"on_unreachable": "when the local service does not answer, ",
	"on_busy":        "when it is busy, ",
	"on_no_answer":   "when nobody answers, ",
	"on_success":     "after a good answer, ",
	"on_timeout":     "when no answer comes in time, ",
	"on_error":       "when that fails, ",
	"found":          "when it is found, ",
	"not_found":      "when it is not found, ",
	"sent":           "when it is sent, ",
	"refused":        "when it is refused, ",
}

// exitWords names an exit; one of a type of node that is not known here has the name
// of the site folder.
func exitWords(name string) string {
	if words, known := exits[name]; known {
		return words
	}
	if status, is := strings.CutPrefix(name, "on_status "); is {
		return "when the answer is " + status + ", "
	}
	return "by " + name + ", "
}

// target is what a sentence calls the end of a way.
func target(v any) string {
	switch to := written(v); to {
	case "nothing":
		return "the usual end"
	case "repeat":
		return "the same question again"
	case "back":
		return "the question before"
	case "start":
		return "the start"
	case "hangup":
		return "the end of the call"
	default:
		return quoted(to)
	}
}

func quoted(name string) string { return "'" + name + "'" }

func was(words string) string { return " (was " + words + ")" }

func wasTarget(v any) string {
	if v == nil {
		return ""
	}
	return was(target(v))
}

func wasQuoted(v any) string {
	if v == nil {
		return ""
	}
	return was(quoted(written(v)))
}

func labelled(name string, p pair) string {
	switch {
	case p.after == nil:
		return name + " has no label any more (was “" + written(p.before) + "”)"
	case p.before == nil:
		return name + " is now called “" + written(p.after) + "”"
	}
	return name + " is now called “" + written(p.after) + "” (was “" + written(p.before) + "”)"
}

// heard says which prompts callers hear.
func heard(when string, before, after any) string {
	if after == nil {
		return when + "callers no longer hear " + prompts(before)
	}
	text := when + "callers now hear " + prompts(after)
	if before != nil {
		text += was(prompts(before))
	}
	return text
}

// prompts are names in quotes.
func prompts(v any) string {
	var names []string
	for _, e := range listOf(v) {
		names = append(names, quoted(written(e)))
	}
	return strings.Join(names, " then ")
}

// isSpoken tells the keys under which the text of a prompt stands: the only one, or
// that of a language or a campaign.
func isSpoken(key string) bool {
	return key == "text" || strings.HasSuffix(key, " text") && (strings.HasPrefix(key, "in ") || strings.HasPrefix(key, "during "))
}

// says tells a text and what it was: during été, in fr, it now says ….
func says(key string, before, after any) string {
	when := strings.TrimSuffix(strings.TrimSuffix(key, "text"), " ")
	if when != "" {
		when = strings.ReplaceAll(when, " in ", ", in ") + ", "
	}
	text := when + "now says " + spoken(after)
	if before != nil {
		text += was(spoken(before))
	}
	return text
}

// spoken is the text of a prompt, or how it is written if it has none by itself.
func spoken(v any) string {
	m, long := v.(mapping)
	if !long {
		return "“" + written(v) + "”"
	}
	if text := m.get("text"); text != nil {
		return "“" + written(text) + "”"
	}
	return written(m)
}

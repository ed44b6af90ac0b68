package routing

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
)

// TopicSkill is the word that stands, in a need, for the skill named by the
// contact's topic. For a contact without a topic it keeps its own meaning: the
// general level that agents have as skill "topic".
const TopicSkill contact.Skill = "topic"

// The levels a skill can have.
const (
	MinLevel = 1
	MaxLevel = 5
)

// NeedError says where in the text of a need something is wrong.
type NeedError struct {
	// Column counts characters from 1.
	Column        int
	Problem, Hint string
}

// Error returns the problem with its column.
func (e *NeedError) Error() string {
	return fmt.Sprintf("column %d: %s", e.Column, e.Problem)
}

// ParseNeed reads a need such as "recouvrement >= 2 and anglais >= 1". The
// error, if any, is a *NeedError.
func ParseNeed(text string) (contact.Need, error) {
	p := needParser{rest: text, column: 1}
	var need contact.Need
	for {
		r, err := p.requirement(need)
		if err != nil {
			return nil, err
		}
		need = append(need, r)
		switch more, err := p.another(); {
		case err != nil:
			return nil, err
		case !more:
			return need, nil
		}
	}
}

// needParser cuts the text into words; at is the column of the latest.
type needParser struct {
	rest       string
	column, at int
}

func (p *needParser) fail(hint, format string, args ...any) error {
	return &NeedError{Column: p.at, Problem: fmt.Sprintf(format, args...), Hint: hint}
}

// another reads what may stand between two requirements.
func (p *needParser) another() (bool, error) {
	const hint = "join requirements by the word and"
	switch word := p.next(); word {
	case "":
		return false, nil
	case "and":
		return true, nil
	case "or", "not", "||", "&&", "(", ")":
		return false, p.fail(hint, "%q is not available in this version", word)
	default:
		return false, p.fail(hint, "expected \"and\" or the end, found %q", word)
	}
}

// requirement reads one comparison, of a skill that earlier ones do not name.
func (p *needParser) requirement(earlier contact.Need) (contact.Requirement, error) {
	const example = "write it like recouvrement >= 2"
	skill := p.next()
	switch {
	case skill == "":
		return contact.Requirement{}, p.fail(example, "expected the name of a skill, found the end")
	case !IsName(skill):
		return contact.Requirement{}, p.fail(example, "expected the name of a skill, found %q", skill)
	case indexSkill(earlier, contact.Skill(skill)) >= 0:
		return contact.Requirement{}, p.fail("keep the higher level", "the skill %q is asked for twice", skill)
	}
	switch op := p.next(); op {
	case ">=":
	case "":
		return contact.Requirement{}, p.fail(example, "expected >= after %q, found the end", skill)
	default:
		return contact.Requirement{}, p.fail(example, "expected >= after %q, found %q", skill, op)
	}
	level := p.next()
	if len(level) != 1 || level[0] < '0'+MinLevel || level[0] > '0'+MaxLevel {
		return contact.Requirement{}, p.fail("levels go from 1 to 5", "expected a level, found %q", level)
	}
	return contact.Requirement{Skill: contact.Skill(skill), Level: int(level[0] - '0')}, nil
}

// next returns the next word: a run of letters, digits and underscores, a run of
// comparison signs, or any other single character.
func (p *needParser) next() string {
	p.skip(len(p.rest) - len(strings.TrimLeftFunc(p.rest, unicode.IsSpace)))
	p.at = p.column
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !wordRune(r) })
	if end < 0 {
		end = len(p.rest)
	}
	if end == 0 {
		end = len(p.rest) - len(strings.TrimLeft(p.rest, "<>=!&|"))
	}
	if end == 0 && p.rest != "" {
		_, end = utf8.DecodeRuneInString(p.rest)
	}
	word := p.rest[:end]
	p.skip(end)
	return word
}

func (p *needParser) skip(bytes int) {
	p.column += utf8.RuneCountInString(p.rest[:bytes])
	p.rest = p.rest[bytes:]
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// IsName reports whether text can name a skill, topic, queue or center: a letter
// followed by letters, digits and underscores.
func IsName(text string) bool {
	for i, r := range text {
		if !wordRune(r) || i == 0 && !unicode.IsLetter(r) {
			return false
		}
	}
	return text != "" && utf8.ValidString(text)
}

// NeedFor replaces the word topic by the contact's topic. If the need names that
// skill itself too, the higher level stays.
func NeedFor(need contact.Need, topic contact.Topic) contact.Need {
	if topic == "" {
		return need
	}
	var resolved contact.Need
	for _, r := range need {
		if r.Skill == TopicSkill {
			r.Skill = contact.Skill(topic)
		}
		if i := indexSkill(resolved, r.Skill); i >= 0 {
			resolved[i].Level = max(resolved[i].Level, r.Level)
			continue
		}
		resolved = append(resolved, r)
	}
	return resolved
}

func indexSkill(need contact.Need, skill contact.Skill) int {
	for i, r := range need {
		if r.Skill == skill {
			return i
		}
	}
	return -1
}

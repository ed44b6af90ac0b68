package config

import (
	"bytes"
	"regexp"
)

// Excerpt is the line that a problem is about, for whoever shows it. It is empty
// where no line is, or where the line may hold a secret that stands in the folder
// by mistake.
type Excerpt struct {
	// Text is the line as it is written, or of a very long one what surrounds the
	// place. Column is that of the place in the text; it counts from 1.
	Text   string `json:"text"`
	Column int    `json:"column"`
}

// longestExcerpt bounds the text of an excerpt, in characters.
const longestExcerpt = 240

// mayBeSecret tells lines that are quoted nowhere: problems travel to terminals,
// logs of build servers and programs that speak to a controller. In site.yaml the
// secret is called key, or stands on a line of its own below its name.
var (
	mayBeSecret     = regexp.MustCompile(`(?i)\b(password|passwd|secret|pin|token|authorization)\b["']?\s*:|://[^/\s]*@`)
	mayBeSiteSecret = regexp.MustCompile(`\bkey["']?\s*:|^[^:]*$`)
)

// hide keeps the lines of the problems reported since then from being quoted.
func (r *report) hide(since int) {
	for i := range r.problems[since:] {
		r.problems[since+i].unquoted = true
	}
}

// quote gives the problems, which are in reading order, the lines they are about.
func (c Content) quote(problems []Problem) {
	var at cursor
	for i, p := range problems {
		if content, read := c[p.File]; read && p.Line > 0 && !p.unquoted {
			problems[i].Excerpt = excerpt(p.File, at.line(p.File, content, p.Line), p.Column)
		}
	}
}

// cursor walks through the lines of a file, and begins again where it must.
type cursor struct {
	file string
	next int
	rest []byte
}

// line returns the line of that number without its end.
func (c *cursor) line(file string, content []byte, number int) []byte {
	if c.file != file || c.next > number {
		*c = cursor{file: file, next: 1, rest: bytes.TrimPrefix(content, []byte("\ufeff"))}
	}
	for ; c.next < number; c.next++ {
		_, c.rest, _ = bytes.Cut(c.rest, []byte("\n"))
	}
	line, _, _ := bytes.Cut(c.rest, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

func excerpt(file string, line []byte, column int) Excerpt {
	if mayBeSecret.Match(line) || file == "site.yaml" && mayBeSiteSecret.Match(line) {
		return Excerpt{}
	}
	text := []rune(string(line)) // a byte that is no text is one character, as where columns are counted
	at := min(max(column-1, 0), len(text))
	if len(text) <= longestExcerpt {
		return Excerpt{Text: string(text), Column: at + 1}
	}
	from := max(0, min(at-longestExcerpt/2, len(text)-longestExcerpt))
	to := from + longestExcerpt
	part := append([]rune{}, text[from:to]...)
	if from > 0 {
		part[0] = '…'
	}
	if to < len(text) {
		part[len(part)-1] = '…'
	}
	return Excerpt{Text: string(part), Column: at - from + 1}
}

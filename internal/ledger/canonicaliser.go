package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nesting, so that garbage cannot exhaust the stack.
const maxDepth = 64

func canonicalise(text []byte) ([]byte, error) {
	c := canonicaliser{in: text, out: make([]byte, 0, len(text))}
	if err := c.value(0); err != nil {
		return nil, fmt.Errorf("%w: byte %d: %w", errNotCanonical, c.at, err)
	}
	if c.space(); c.at != len(c.in) {
		return nil, fmt.Errorf("%w: byte %d: something after the value", errNotCanonical, c.at)
	}
	return c.out, nil
}

// canonicaliser copies one JSON value from in to out in canonical form.
type canonicaliser struct {
	in  []byte
	at  int
	out []byte
	err error // of reading fields; see fields.go
}

func (c *canonicaliser) space() {
	for c.at < len(c.in) {
		switch c.in[c.at] {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return
		}
	}
}

// next skips white space and returns the byte there, 0 at the end.
func (c *canonicaliser) next() byte {
	if c.space(); c.at == len(c.in) {
		return 0
	}
	return c.in[c.at]
}

func (c *canonicaliser) value(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	switch b := c.next(); {
	case b == '{':
		return c.object(depth)
	case b == '[':
		return c.array(depth)
	case b == '"':
		_, err := c.copyText()
		return err
	case b == '-' || '0' <= b && b <= '9':
		return c.integer()
	case b == 0:
		return io.ErrUnexpectedEOF
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(c.in[c.at:], []byte(word)) {
			c.at += len(word)
			c.out = append(c.out, word...)
			return nil
		}
	}
	return fmt.Errorf("unexpected %q", c.in[c.at])
}

func (c *canonicaliser) array(depth int) error {
	c.at++
	c.out = append(c.out, '[')
	for more := c.next() != ']'; more; {
		if err := c.value(depth + 1); err != nil {
			return err
		}
		var err error
		if more, err = c.goesOn(']'); err != nil {
			return err
		}
	}
	c.at++
	c.out = append(c.out, ']')
	return nil
}

// goesOn copies a comma, or stops before the end.
func (c *canonicaliser) goesOn(end byte) (bool, error) {
	switch c.next() {
	case ',':
		c.at++
		c.out = append(c.out, ',')
		return true, nil
	case end:
		return false, nil
	}
	return false, fmt.Errorf("want ',' or %q", end)
}

// member is one key and value of an object, as it stands in out.
type member struct {
	key        []byte
	start, end int
}

// object copies its members as they come. Mostly they come sorted; otherwise
// they are put in order at the end.
func (c *canonicaliser) object(depth int) error {
	c.at++
	c.out = append(c.out, '{')
	begin := len(c.out)
	var few [12]member // no allocation for most objects
	members, sorted := few[:0], true
	for more := c.next() != '}'; more; {
		m, err := c.member(depth)
		if err != nil {
			return err
		}
		sorted = sorted && (len(members) == 0 || bytes.Compare(members[len(members)-1].key, m.key) < 0)
		members = append(members, m)
		if more, err = c.goesOn('}'); err != nil {
			return err
		}
	}
	c.at++
	if !sorted {
		if err := c.sort(members, begin); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

func (c *canonicaliser) member(depth int) (m member, err error) {
	if c.next() != '"' {
		return m, errors.New("want a key")
	}
	m.start = len(c.out)
	if m.key, err = c.copyText(); err != nil {
		return m, err
	}
	if c.next() != ':' {
		return m, errors.New("want ':'")
	}
	c.at++
	c.out = append(c.out, ':')
	err = c.value(depth + 1)
	m.end = len(c.out)
	return m, err
}

// sort puts the members, which stand in out from begin, in the order of their keys.
func (c *canonicaliser) sort(members []member, begin int) error {
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.key, b.key) })
	ordered := make([]byte, 0, len(c.out)-begin)
	for i, m := range members {
		if i > 0 {
			if bytes.Equal(members[i-1].key, m.key) {
				return fmt.Errorf("key %q twice", m.key)
			}
			ordered = append(ordered, ',')
		}
		ordered = append(ordered, c.out[m.start:m.end]...)
	}
	c.out = append(c.out[:begin], ordered...)
	return nil
}

func partOfNumber(b byte) bool {
	return '0' <= b && b <= '9' || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E'
}

func (c *canonicaliser) integer() error {
	start := c.at
	for c.at < len(c.in) && partOfNumber(c.in[c.at]) {
		c.at++
	}
	text := c.in[start:c.at]
	digits := bytes.TrimPrefix(text, []byte("-"))
	switch {
	case !plainDigits(digits), digits[0] == '0' && len(text) > 1:
		return fmt.Errorf("number %s is not a plain integer", text)
	case len(digits) > safeDigits && !fits(string(text)):
		return fmt.Errorf("number %s is not an integer of 64 bits", text)
	}
	c.out = append(c.out, text...)
	return nil
}

// safeDigits are so few that any number of them has 64 bits.
const safeDigits = 18

func fits(number string) bool {
	_, err := strconv.ParseInt(number, 10, 64)
	if number[0] != '-' {
		_, err = strconv.ParseUint(number, 10, 64)
	}
	return err == nil
}

func plainDigits(text []byte) bool {
	for _, b := range text {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(text) > 0
}

// copyText copies the string that comes next and returns its value, which is part of
// in if it needs no escape: most do not, and are copied as they are.
func (c *canonicaliser) copyText() ([]byte, error) {
	quoted, plain, err := c.quoted()
	if err != nil {
		return nil, err
	}
	if plain {
		c.out = append(c.out, quoted...)
		return quoted[1 : len(quoted)-1], nil
	}
	text, err := unescape(quoted)
	c.out = appendString(c.out, text)
	return []byte(text), err
}

// text reads the string at at, which is a quote.
func (c *canonicaliser) text() (string, error) {
	quoted, plain, err := c.quoted()
	switch {
	case err != nil:
		return "", err
	case plain:
		return string(quoted[1 : len(quoted)-1]), nil
	}
	return unescape(quoted)
}

// quoted passes over the string at at, which is a quote, and reports whether it
// stands for itself.
func (c *canonicaliser) quoted() (quoted []byte, plain bool, err error) {
	start := c.at
	plain = true
	for c.at++; c.at < len(c.in); c.at++ {
		switch b := c.in[c.at]; {
		case b == '"':
			c.at++
			if quoted = c.in[start:c.at]; !utf8.Valid(quoted) {
				return nil, false, errors.New("string is not UTF-8")
			}
			return quoted, plain, nil
		case b == '\\':
			plain = false
			c.at++
		case b < ' ':
			return nil, false, errors.New("control character in a string")
		}
	}
	return nil, false, io.ErrUnexpectedEOF
}

func unescape(quoted []byte) (string, error) {
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return "", err
	}
	// encoding/json turns half a surrogate pair into U+FFFD: two texts, one value.
	if strings.ContainsRune(text, utf8.RuneError) && !bytes.ContainsRune(quoted, utf8.RuneError) && !bytes.Contains(bytes.ToLower(quoted), []byte(`\ufffd`)) {
		return "", errors.New("half a surrogate pair in a string")
	}
	return text, nil
}

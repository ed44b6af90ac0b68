package ledger

import (
	"bytes"
	"strconv"
)

// The methods below read one field of an entry's body if it comes next, and the
// zero value if it does not. The first error stays in err and ends the reading.

func (c *canonicaliser) comes(name string) bool {
	if c.err != nil || !bytes.HasPrefix(c.in[c.at:], []byte(name)) {
		return false
	}
	c.at += len(name)
	return true
}

// number reads an integer of 64 bits, with or without sign, as its bits.
func (c *canonicaliser) number(name string) uint64 {
	if !c.comes(name) {
		return 0
	}
	start := c.at
	for c.at < len(c.in) && (c.in[c.at] == '-' || '0' <= c.in[c.at] && c.in[c.at] <= '9') {
		c.at++
	}
	text := string(c.in[start:c.at])
	if unsigned, err := strconv.ParseUint(text, 10, 64); err == nil {
		return unsigned
	}
	signed, err := strconv.ParseInt(text, 10, 64)
	c.err = err
	return uint64(signed)
}

func (c *canonicaliser) name(name string) string {
	if !c.comes(name) {
		return ""
	}
	if c.next() != '"' {
		c.err = errNotCanonical
		return ""
	}
	text, err := c.text()
	c.err = err
	return text
}

// raw reads a value of any type that is in canonical form.
func (c *canonicaliser) raw(name string) []byte {
	if !c.comes(name) {
		return nil
	}
	start := c.at
	c.out = make([]byte, 0, len(c.in)-start)
	c.err = c.value(0)
	if value := c.in[start:c.at]; c.err != nil || bytes.Equal(value, c.out) {
		return value
	}
	c.err = errNotCanonical
	return nil
}

package ari

// scanType finds the string value of the top-level member "type" of a JSON
// object without decoding the rest, so that the frame can be decoded straight
// into the right struct. It allocates nothing and does not recurse. It checks
// no more syntax than it needs, since the decoder does; what it cannot follow,
// an escaped name included, is reported as not found.
func scanType(frame []byte) ([]byte, bool) {
	i := skipSpace(frame, 0)
	if i >= len(frame) || frame[i] != '{' {
		return nil, false
	}
	for i = skipSpace(frame, i+1); i < len(frame) && frame[i] == '"'; {
		key, next, ok := scanString(frame, i)
		if !ok {
			return nil, false
		}
		i = skipSpace(frame, next)
		if i >= len(frame) || frame[i] != ':' {
			return nil, false
		}
		i = skipSpace(frame, i+1)
		if string(key) == "type" {
			name, _, ok := scanString(frame, i)
			return name, ok
		}
		i = skipSpace(frame, skipValue(frame, i))
		if i >= len(frame) || frame[i] != ',' {
			return nil, false
		}
		i = skipSpace(frame, i+1)
	}
	return nil, false
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// scanString reads the string that opens at i and returns what stands between
// its quotes, escapes untouched, and the place after it.
func scanString(b []byte, i int) (content []byte, next int, ok bool) {
	if i >= len(b) || b[i] != '"' {
		return nil, i, false
	}
	for j := i + 1; j < len(b); j++ {
		switch b[j] {
		case '\\':
			j++
		case '"':
			return b[i+1 : j], j + 1, true
		}
	}
	return nil, len(b), false
}

// skipValue returns the place after the value that begins at i: a string, an
// object or array with all it holds, or a number or word up to the next
// delimiter.
func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			_, next, ok := scanString(b, i)
			if !ok || depth == 0 {
				return next
			}
			i = next
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of the object around a number or word
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

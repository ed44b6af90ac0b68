package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Canonical encodes v as the one JSON text of its value: keys sorted by their
// bytes, integers only, no white space, only the escapes that JSON demands. The
// same value gives the same bytes on every controller, so that digests and
// folds can be compared. Fractions, exponents and numbers beyond 64 bits are
// refused: they are not the same everywhere.
func Canonical(v any) (json.RawMessage, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T canonically: %w", v, err)
	}
	canonical, err := canonicalise(bytes.TrimSuffix(plain.Bytes(), []byte("\n")))
	if err != nil {
		return nil, fmt.Errorf("encode %T canonically: %w", v, err)
	}
	return canonical, nil
}

// Decode reads canonical JSON into v. It refuses text that Canonical would not
// have written, keys that v does not know, and anything after the value.
func Decode(data json.RawMessage, v any) error {
	if err := checkCanonical(data); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}

// errNotCanonical is wrapped by every refusal of checkCanonical.
var errNotCanonical = errors.New("not canonical JSON")

func checkCanonical(data []byte) error {
	canonical, err := canonicalise(data)
	if err != nil {
		return err
	}
	if !bytes.Equal(canonical, data) {
		return fmt.Errorf("%w: keys unsorted, white space or needless escapes", errNotCanonical)
	}
	return nil
}

const hexDigits = "0123456789abcdef"

// appendString writes text as JSON with the escapes that JSON demands, no more.
func appendString(to []byte, text string) []byte {
	to = append(to, '"')
	plain := 0 // text from here needs no escape
	for i := range len(text) {
		b := text[i]
		if b >= ' ' && b != '"' && b != '\\' {
			continue
		}
		to = append(to, text[plain:i]...)
		plain = i + 1
		if b >= ' ' {
			to = append(to, '\\', b)
		} else {
			to = append(to, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
	}
	to = append(to, text[plain:]...)
	return append(to, '"')
}

func appendInt(to []byte, n int64) []byte   { return strconv.AppendInt(to, n, 10) }
func appendUint(to []byte, n uint64) []byte { return strconv.AppendUint(to, n, 10) }

// checkName refuses a name that could not be read back as it was written.
func checkName(name string) error {
	if len(name) > maxName {
		return fmt.Errorf("%d bytes, at most %d fit", len(name), maxName)
	}
	if !utf8.ValidString(name) {
		return errors.New("not UTF-8")
	}
	return nil
}

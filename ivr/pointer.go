package ivr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pointer is a place in a JSON document, as RFC 6901 writes it: /dossier/etat.
type Pointer struct {
	text  string
	steps []string
}

// maxPointer bounds the text of a pointer.
const maxPointer = 200

// ParsePointer reads a pointer, or says what is wrong with it.
func ParsePointer(text string) (Pointer, *Flaw) {
	switch {
	case len(text) > maxPointer:
		return Pointer{}, &Flaw{Problem: fmt.Sprintf("the pointer has %d bytes", len(text)), Hint: fmt.Sprintf("at most %d", maxPointer)}
	case text == "":
		return Pointer{}, nil
	case text[0] != '/':
		return Pointer{}, &Flaw{Problem: fmt.Sprintf("%q does not say where in the answer", text), Hint: "begin with /, as in /dossier/etat"}
	}
	p := Pointer{text: text}
	for step := range strings.SplitSeq(text[1:], "/") {
		rest := strings.NewReplacer("~0", "", "~1", "").Replace(step)
		if strings.Contains(rest, "~") {
			return Pointer{}, &Flaw{
				Offset:  utf8.RuneCountInString(text[:strings.Index(text, step)]),
				Problem: fmt.Sprintf("%q has a ~ that stands for nothing", step), Hint: "write ~0 for ~ and ~1 for /",
			}
		}
		// In this order: ~01 is ~1, not /.
		p.steps = append(p.steps, strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~"))
	}
	return p, nil
}

// String is the pointer as it was written.
func (p Pointer) String() string { return p.text }

// find follows the pointer; it is nil for what is not there.
func (p Pointer) find(document any) any {
	for _, step := range p.steps {
		switch at := document.(type) {
		case map[string]any:
			document = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != step {
				return nil
			}
			document = at[i]
		default:
			return nil
		}
	}
	return document
}

// Saved is a variable that takes a value of an answer.
type Saved struct {
	Variable string
	From     Pointer
	// Max is how many characters the value may have.
	Max int
}

var errUnreadable = errors.New("the answer is not what the node reads")

// readAnswer takes the values to save from a JSON document: all, or none and why.
// What is not there is empty text.
func readAnswer(body []byte, saves []Saved) (Vars, error) {
	if len(saves) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var document any
	if err := d.Decode(&document); err != nil {
		return nil, fmt.Errorf("%w: no JSON", errUnreadable)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something after the JSON", errUnreadable)
	}
	found := make(Vars, len(saves))
	for _, s := range saves {
		text, ok := saidText(s.From.find(document))
		if !ok || utf8.RuneCountInString(text) > s.Max {
			return nil, fmt.Errorf("%w: %s", errUnreadable, s.From)
		}
		found[s.Variable] = text
	}
	return found, nil
}

// saidText is a single value as text, without what nobody could say or show.
func saidText(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, v), true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

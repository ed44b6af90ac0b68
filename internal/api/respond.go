package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
)

// Error is what a caller of the API gets instead of an answer, as
// {"error": {"code", "message", "hint"}}.
type Error struct {
	Status int `json:"-"`
	// Code is for programs, of a closed list (openapi.yaml).
	Code string `json:"code"`
	// Message says what went wrong, Hint what to do about it.
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Problems are those of a site folder that was refused.
	Problems []config.Problem `json:"problems,omitempty"`
}

// Error is the message with the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// Failure is the body of every answer that is an error.
type Failure struct {
	Error *Error `json:"error"`
}

func notFound(what, name, hint string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "not_found", Message: fmt.Sprintf("there is no %s %q", what, name), Hint: hint}
}

func badRequest(message, hint string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "bad_request", Message: message, Hint: hint}
}

// fail writes an error. What is not an *Error is ours: it is logged and shown
// without its inside.
func (s *Server) fail(w http.ResponseWriter, err error) {
	var known *Error
	if !errors.As(err, &known) {
		s.Log.Error("http answer failed", zap.Error(err))
		known = &Error{Status: http.StatusInternalServerError, Code: "internal", Message: err.Error(), Hint: "the controller's log has more"}
	}
	_ = reply(w, known.Status, Failure{known}) // nobody is left to tell if it cannot be written
}

// reply writes v as JSON. The answer is encoded before anything is sent, so
// that an error can still become one.
func reply(w http.ResponseWriter, status int, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the caller has gone: nothing to do
	return nil
}

// readBody reads a small JSON object into v; an empty body is an empty object.
func readBody(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var large *http.MaxBytesError
	switch {
	case err == nil && d.Decode(&struct{}{}) == io.EOF, errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &large):
		return tooLong(fmt.Sprintf("the body is longer than %d bytes", large.Limit))
	case err == nil:
		return badRequest("there is something after the JSON object", "send one object")
	}
	return notExpected(err)
}

// notExpected says what is wrong with a body in the words of JSON, not of Go.
func notExpected(err error) *Error {
	what := "it does not end"
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	field, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case unknown:
		what = "there is no field " + field
	case errors.As(err, &syntax):
		what = fmt.Sprintf("%s, at byte %d", syntax, syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "":
		what = kind.Value + " where the object should be"
	case errors.As(err, &kind):
		what = fmt.Sprintf("%s in the field %q", kind.Value, kind.Field)
	}
	return badRequest("the body is not the JSON that is expected: "+what, "send one object, as /api/v1/openapi.yaml says")
}

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/api"
)

// patience of a question to the controller; a report reads the whole ledger.
const (
	patience       = 10 * time.Second
	reportPatience = 2 * time.Minute
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 1 << 30
)

// get asks for path and decodes the JSON of the answer into v.
func (p *Program) get(ctx context.Context, path string, v any) error {
	text, err := p.fetch(ctx, patience, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	return p.decode(path, text, v)
}

func (p *Program) decode(path string, text []byte, v any) error {
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("read the answer of %s%s: %w; is this a guichet of the same version?", p.url, path, err)
	}
	return nil
}

// show prints what is at path: as JSON if that was asked for, otherwise as
// write does with the decoded v.
func (p *Program) show(ctx context.Context, path string, v any, write func(io.Writer) error) error {
	text, err := p.fetch(ctx, reportPatience, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if p.json {
		_, err = p.Out.Write(text)
		return err
	}
	if err := p.decode(path, text, v); err != nil {
		return err
	}
	return write(p.Out)
}

// fetch exchanges one request; the error is a sentence for the operator.
func (p *Program) fetch(ctx context.Context, within time.Duration, method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	answer, err := p.ask(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s%s: %w", p.url, path, err)
	}
	return text, nil
}

// ask sends a request and returns an answer that is no error.
func (p *Program) ask(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	if err := p.checkURL(); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(p.url, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the controller at %s: %w", p.url, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, p.unreachable(ctx, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		defer func() { _ = answer.Body.Close() }()
		return nil, p.refused(path, answer)
	}
	return answer, nil
}

// checkURL finds a wrong --url before it is used.
func (p *Program) checkURL() error {
	u, err := url.Parse(p.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return &failure{code: exitWrong, err: fmt.Errorf("--url %q is no address of a controller; write it like %s", p.url, defaultURL)}
	}
	return nil
}

// unreachable says what was tried and what to do.
func (p *Program) unreachable(ctx context.Context, err error) error {
	var op *net.OpError
	reason := err
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the controller at %s did not answer in time; see its log, and guichet doctor", p.url)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &op):
		reason = op.Err
	}
	return fmt.Errorf("cannot reach the controller at %s: %w; is it running (guichet run --site DIR)? give its address with --url or GUICHET_URL", p.url, reason)
}

// refused is the error that the controller answered.
func (p *Program) refused(path string, answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // without a body the status must do
	var body api.Failure
	if json.Unmarshal(text, &body) == nil && body.Error != nil {
		body.Error.Status = answer.StatusCode
		body.Error.Hint = typed(body.Error.Hint)
		if answer.StatusCode == http.StatusBadRequest { // as it is without a controller
			return &failure{code: exitWrong, err: body.Error}
		}
		return body.Error
	}
	return fmt.Errorf("%s%s answered %s; is this a guichet controller?", p.url, path, answer.Status)
}

// order sends a command to the controller and reads what it answers. shown: programs
// were to have the answer, and it is printed.
func (p *Program) order(ctx context.Context, path string, body map[string]any, answer any) (shown bool, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return false, fmt.Errorf("write the request: %w", err)
	}
	said, err := p.fetch(ctx, patience, http.MethodPost, path, text)
	if err != nil {
		return false, err
	}
	if p.json {
		_, err = p.Out.Write(said)
		return true, err
	}
	return false, p.decode(path, said, answer)
}

package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// fetchSound fetches what was recorded, in the name of whoever asks, into a file that he
// alone may read, or to the standard output. It takes the time it takes.
func (p *Program) fetchSound(ctx context.Context, path, output string) error {
	answer, err := p.ask(ctx, http.MethodGet, path+"?by="+url.QueryEscape(p.author()), nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if output == "" {
		_, err = keepSound(p.Out, answer.Body)
		return err
	}
	size, err := writeSound(output, answer.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Out, "%s: %d bytes\n", output, size)
	return err
}

// writeSound writes a file that appears when it is whole. One that was there is replaced
// and not written over, so that the rights it had are not those of what was recorded.
func writeSound(output string, sound io.Reader) (size int64, err error) {
	if there, err := os.Stat(output); err == nil && !there.Mode().IsRegular() {
		return writeInto(output, sound)
	}
	part, err := os.CreateTemp(filepath.Dir(output), "."+filepath.Base(output)+".*") // mode 0600
	if err != nil {
		return 0, fmt.Errorf("write the recording: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	size, err = keepSound(part, sound)
	if closed := part.Close(); err == nil && closed != nil {
		err = fmt.Errorf("write the recording: %w", closed)
	}
	if err == nil {
		if err = os.Rename(part.Name(), output); err != nil {
			err = fmt.Errorf("write the recording: %w", err)
		}
	}
	return size, err
}

// writeInto writes to what is no file, such as a pipe, which stays what it is.
func writeInto(output string, sound io.Reader) (size int64, err error) {
	into, err := os.OpenFile(output, os.O_WRONLY, 0)
	if err != nil {
		return 0, fmt.Errorf("write the recording: %w", err)
	}
	size, err = keepSound(into, sound)
	if closed := into.Close(); err == nil && closed != nil {
		err = fmt.Errorf("write the recording: %w", closed)
	}
	return size, err
}

func keepSound(into io.Writer, sound io.Reader) (int64, error) {
	size, err := io.Copy(into, sound)
	if err != nil {
		return size, fmt.Errorf("fetch the recording: broken off after %d bytes: %w; try again", size, err)
	}
	return size, nil
}

package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
)

// fetchSound fetches what was recorded, in the name of whoever asks, into a file that he
// alone may read, or to the standard output.
func (p *Program) fetchSound(ctx context.Context, path, output string) error {
	sound, err := p.fetch(ctx, reportPatience, http.MethodGet, path+"?by="+url.QueryEscape(p.author()), nil)
	if err != nil {
		return err
	}
	if output == "" {
		_, err = p.Out.Write(sound)
		return err
	}
	if err := os.WriteFile(output, sound, 0o600); err != nil {
		return fmt.Errorf("write the recording: %w", err)
	}
	_, err = fmt.Fprintf(p.Out, "%s: %d bytes\n", output, len(sound))
	return err
}

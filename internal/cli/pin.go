package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/password"
)

// pinForm is what can be keyed in, and not be guessed within the attempts allowed.
var pinForm = regexp.MustCompile(`^[0-9]{4,12}$`)

func (p *Program) pinCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "pin ID",
		Short: "Make an agent's line for the file of PINs",
		Long: `Asks for a PIN of 4 to 12 digits twice, or reads it from the first line of a pipe,
and prints the agent's line, with its argon2id hash, for the file that pins in
floor.yaml names. Nothing is sent or kept.`,
		Example: "  guichet agents pin a1001 >> /etc/guichet/pins",
		Args:    cobra.ExactArgs(1),
		RunE: run(func(_ context.Context, ids []string) error {
			pin, err := p.readPassword()
			if err == nil && !pinForm.MatchString(pin) {
				err = errors.New("a PIN has 4 to 12 digits, and nothing else")
			}
			if err != nil {
				return &failure{code: exitWrong, err: err}
			}
			hash, err := password.Make(pin)
			if err != nil {
				return &failure{code: exitWrong, err: err}
			}
			_, err = fmt.Fprintf(p.Out, "%s:%s\n", ids[0], hash)
			return err
		}),
	}
}

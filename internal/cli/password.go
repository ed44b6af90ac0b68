package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/guichet/guichet/internal/password"
)

// minPassword is the length of a password in characters. What is only slowed down when
// it is guessed needs length more than signs that nobody remembers.
const minPassword = 12

func (p *Program) passwordCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "password",
		Short: "Make the hash of a password for accounts.yaml",
		Long: `Asks for a password twice, or reads it from the first line of a pipe, and prints
its argon2id hash for accounts.yaml. Nothing is sent or kept.`,
		Example: "  guichet agents password\n  pwgen 16 1 | tee /dev/stderr | guichet agents password",
		Args:    cobra.NoArgs,
		RunE: run(func(context.Context, []string) error {
			secret, err := p.askPassword()
			if err != nil {
				return &failure{code: exitWrong, err: err}
			}
			hash, err := password.Make(secret)
			if err != nil {
				return &failure{code: exitWrong, err: err}
			}
			_, err = fmt.Fprintln(p.Out, hash)
			return err
		}),
	}
}

// askPassword reads without showing what is typed.
func (p *Program) askPassword() (string, error) {
	secret, err := p.readPassword()
	switch {
	case err != nil:
		return "", err
	case !utf8.ValidString(secret):
		return "", errors.New("the password is not UTF-8 text")
	case utf8.RuneCountInString(secret) < minPassword:
		return "", fmt.Errorf("the password has fewer than %d characters; some words in a row are easy to remember", minPassword)
	}
	return secret, nil
}

func (p *Program) readPassword() (string, error) {
	file, is := p.In.(*os.File)
	if !is || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(p.In).ReadString('\n')
		if err != nil && line == "" {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var said [2]string
	for i, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(p.Err, prompt)
		typed, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(p.Err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		said[i] = string(typed)
	}
	if said[0] != said[1] {
		return "", errors.New("the two are not the same; try again")
	}
	return said[0], nil
}

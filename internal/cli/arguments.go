package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// What cobra itself says of a missing argument counts words; these name it.

// one asks for exactly one argument.
func one(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fmt.Errorf("%q is too much: give one argument, %s", args[1], what)
		}
		return several(what)(c, args)
	}
}

// two asks for exactly two arguments.
func two(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) > 2:
			return fmt.Errorf("%q is too much: give two arguments, %s", args[2], what)
		case len(args) < 2:
			return fmt.Errorf("an argument is missing: give %s", what)
		}
		return nil
	}
}

// several asks for one argument or more.
func several(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("an argument is missing: give %s", what)
		}
		return nil
	}
}

// atMostOne allows for one argument.
func atMostOne(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fmt.Errorf("%q is too much: name one %s, or none", args[1], what)
		}
		return nil
	}
}

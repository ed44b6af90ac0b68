package config

import (
	"fmt"
	"os"
	"strings"
)

// Secret refers to a value that never stands in the site folder: a file of its
// own or an environment variable. It is read when it is needed, so that a
// changed password needs no new version of the site.
type Secret struct {
	// File is a path; relative paths were resolved against the site folder.
	File string
	// Env is the name of an environment variable.
	Env string
	// plain is a value that need not be secret, such as a user name.
	plain string
}

// Given reports whether the site names this secret at all.
func (s Secret) Given() bool { return s.File != "" || s.Env != "" || s.plain != "" }

// Read returns the value without trailing line breaks. The error names the
// file or the variable, never a value.
func (s Secret) Read() (string, error) {
	switch {
	case s.File != "":
		content, err := os.ReadFile(s.File)
		if err != nil {
			return "", fmt.Errorf("read secret: %w", err)
		}
		return strings.TrimRight(string(content), "\r\n"), nil
	case s.Env != "":
		value, ok := os.LookupEnv(s.Env)
		if !ok {
			return "", fmt.Errorf("read secret: the environment variable %s is not set", s.Env)
		}
		return value, nil
	}
	return s.plain, nil
}

// String hides the value, so that a printed site shows nothing.
func (s Secret) String() string { return "<secret>" }

// GoString hides the value from %#v too.
func (s Secret) GoString() string { return "<secret>" }

package stage

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/lab"
)

// secrets makes what does not exist yet: they are of this machine, readable by
// its owner, and never leave it.
func (s *Stage) secrets(site *config.Site) error {
	for _, dir := range []string{s.secretDir(), s.phoneDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the folder of secrets: %w", err)
		}
	}
	for _, name := range []string{"ari-password", "site-key"} {
		if _, err := s.secret(name); err != nil {
			return err
		}
	}
	return s.passwordsOf(append(agentUsers(site), s.options.Extra...))
}

// passwordsOf reads the phones' passwords, or makes them.
func (s *Stage) passwordsOf(users []string) error {
	for _, user := range users {
		password, err := secretIn(s.phoneDir(), "sip-"+user)
		if err != nil {
			return err
		}
		s.passwords[user] = password
	}
	return nil
}

func (s *Stage) secretDir() string { return filepath.Join(s.options.Dir, "secrets") }

func (s *Stage) phoneDir() string { return cmp.Or(s.options.Phones, s.secretDir()) }

func (s *Stage) secret(name string) (string, error) { return secretIn(s.secretDir(), name) }

// secretIn reads a secret, or makes it of 128 random bits.
func secretIn(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	value := hex.EncodeToString(random)
	if err := os.WriteFile(path, []byte(value+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("make secret %s: %w", name, err)
	}
	return value, nil
}

// agentUsers are the SIP users of the site's phones.
func agentUsers(site *config.Site) []string {
	var users []string
	for _, a := range site.Agents {
		if user, sip := strings.CutPrefix(a.Phone, "PJSIP/"); sip {
			users = append(users, user)
		}
	}
	return users
}

// accounts are the phones that may register, in a stable order.
func (s *Stage) accounts() []lab.Account {
	var accounts []lab.Account
	for _, user := range slices.Sorted(maps.Keys(s.passwords)) {
		accounts = append(accounts, lab.Account{
			User: user, Password: s.passwords[user], Calls: slices.Contains(s.options.Extra, user),
		})
	}
	return accounts
}

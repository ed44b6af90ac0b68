package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/lab"
)

// Furnish writes below o.Dir what parts that somebody else starts need, containers
// for one: secrets/ that do not exist yet, prompts/ anew, and in asterisk/ the files
// that deploy/asterisk includes from its folder local/. Accounts, entries and the
// ARI password of node are filled in from the site and the secrets; the rest of it
// stands as given.
func Furnish(ctx context.Context, o Options, node lab.AsteriskOptions) error {
	s, site, err := open(o)
	if err != nil {
		return err
	}
	if err := s.secrets(site); err != nil {
		return err
	}
	for _, dir := range []string{s.promptDir(), s.nodeDir()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("furnish %s: %w", o.Dir, err)
		}
	}
	if node.ARIPassword, err = s.secret("ari-password"); err != nil {
		return err
	}
	node.Agents, node.Entries = s.accounts(), dialled(site)
	if err := s.speakAnew(ctx, site); err != nil {
		return err
	}
	return s.writeNode(node)
}

// Join is a stage whose parts run already, furnished below o.Dir: its phones and
// command lines, and nothing to start or stop. SIPAddr and HTTPAddr are required.
func Join(o Options) (*Stage, error) {
	s, site, err := open(o)
	if err != nil {
		return nil, err
	}
	s.sip, s.URL = o.SIPAddr, "http://"+o.HTTPAddr
	return s, s.passwordsOf(append(agentUsers(site), o.Extra...))
}

// open loads the site of a stage on which nothing runs yet.
func open(o Options) (*Stage, *config.Site, error) {
	if o.Progress == nil {
		o.Progress = lab.Silent
	}
	s := &Stage{options: o, passwords: map[string]string{}}
	// Before they are read: what changes meanwhile has changed since.
	s.texts, _ = config.Fingerprint(o.Site)
	site, err := s.site()
	if err != nil {
		return nil, nil, err
	}
	s.Entry, s.Agent = first(site.Entries), first(site.Agents)
	return s, site, nil
}

// first is the first key of a map, empty if there is none.
func first[K cmp.Ordered, V any](m map[K]V) (key K) {
	for _, key = range slices.Sorted(maps.Keys(m)) {
		break
	}
	return key
}

func (s *Stage) nodeDir() string { return filepath.Join(s.options.Dir, "asterisk") }

// furnished begins each file of ours. One without it is the operator's own.
const furnished = "; Written at each start. Remove this line, and the file is yours.\n"

func (s *Stage) writeNode(node lab.AsteriskOptions) error {
	for name, content := range node.Local() {
		path := filepath.Join(s.nodeDir(), name)
		old, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("look at %s: %w", name, err)
		}
		if err == nil && !strings.HasPrefix(string(old), furnished) {
			continue
		}
		// Passwords are in some of them.
		if err := os.WriteFile(path, []byte(furnished+content), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

var number = regexp.MustCompile(`^[0-9]+$`)

// dialled are the numbers that lead to the site's entries.
func dialled(site *config.Site) []string {
	var numbers []string
	for name, e := range site.Entries {
		for _, n := range append([]string{string(name)}, e.Aliases...) {
			if number.MatchString(n) {
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

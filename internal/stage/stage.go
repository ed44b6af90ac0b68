// Package stage puts the whole product on this machine: a real Redis, a real
// Asterisk, guichet itself as a process, and SIP phones around them. The demo,
// `make run` and the end-to-end tests stand on it.
//
// It is for set-up only; what is played on it is the demo's and the tests'. Read
// Options and Raise.
package stage

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// Options describe a stage. Program, Site and Dir are required.
type Options struct {
	// Program is the guichet binary.
	Program string
	// Site is the site folder.
	Site string
	// Dir holds everything the parts write: secrets, logs, data, prompts.
	Dir string
	// SIPAddr and HTTPAddr are where SIP and guichet's HTTP are heard. Default:
	// 127.0.0.1 and a free port.
	SIPAddr, HTTPAddr string
	// Extra are phones that may register besides the agents', by user: they call
	// the entries as people do from outside.
	Extra []string
	// Env is added to guichet's environment.
	Env []string
	// Progress is told what is being done. Default: nobody.
	Progress lab.Progress
}

// Stage is everything that runs.
type Stage struct {
	Lab        *lab.Lab
	Controller *lab.Controller
	// URL is guichet's HTTP.
	URL string

	options   Options
	passwords map[string]string
}

// Where the simulated phones are: Asterisk tells callers from agents by address.
const (
	callersIP = lab.DefaultTrunk
	agentsIP  = "127.0.0.3"
)

// Raise prepares what is missing and starts Redis, Asterisk and guichet, in this
// order. What it started before an error is stopped again.
func Raise(ctx context.Context, o Options) (_ *Stage, err error) {
	if o.Progress == nil {
		o.Progress = lab.Silent
	}
	s := &Stage{options: o, passwords: map[string]string{}}
	defer func() {
		if err != nil {
			s.Lower()
		}
	}()
	// The agents and prompts of the site are asked for before anything runs.
	site, err := s.site()
	if err != nil {
		return nil, err
	}
	if err := s.secrets(site); err != nil {
		return nil, err
	}
	// Refused before the slow parts start, and again just before it is used.
	if _, err := freeAddress(o.HTTPAddr); err != nil {
		return nil, err
	}
	if err := s.startLab(ctx, site); err != nil {
		return nil, err
	}
	return s, s.startController(ctx)
}

// Lower stops everything that was started, in reverse order.
func (s *Stage) Lower() {
	if s.Controller != nil {
		s.Controller.Stop()
	}
	if s.Lab != nil {
		s.Lab.Stop()
	}
}

// site loads the site folder as guichet will.
func (s *Stage) site() (*config.Site, error) {
	site, problems := config.Load(s.options.Site)
	if len(problems) == 0 {
		return site, nil
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	return nil, fmt.Errorf("site folder %s is not valid:\n%s", s.options.Site, strings.Join(lines, "\n"))
}

// secrets makes what does not exist yet: they are of this machine, readable by
// its owner, and never leave it.
func (s *Stage) secrets(site *config.Site) error {
	if err := os.MkdirAll(s.secretDir(), 0o700); err != nil {
		return fmt.Errorf("make the folder of secrets: %w", err)
	}
	for _, name := range []string{"ari-password", "site-key"} {
		if _, err := s.secret(name); err != nil {
			return err
		}
	}
	for _, user := range append(agentUsers(site), s.options.Extra...) {
		password, err := s.secret("sip-" + user)
		if err != nil {
			return err
		}
		s.passwords[user] = password
	}
	return nil
}

// Dir is the folder of everything the parts write.
func (s *Stage) Dir() string { return s.options.Dir }

func (s *Stage) secretDir() string { return filepath.Join(s.options.Dir, "secrets") }

// secret reads one, or makes it of 128 random bits.
func (s *Stage) secret(name string) (string, error) {
	path := filepath.Join(s.secretDir(), name)
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

func (s *Stage) startLab(ctx context.Context, site *config.Site) error {
	prompts := filepath.Join(s.options.Dir, "prompts")
	password, err := s.secret("ari-password")
	if err != nil {
		return err
	}
	var accounts []lab.Account
	for user, password := range s.passwords {
		accounts = append(accounts, lab.Account{
			User: user, Password: password, Calls: slices.Contains(s.options.Extra, user),
		})
	}
	if err := os.MkdirAll(prompts, 0o755); err != nil {
		return fmt.Errorf("make the folder of prompts: %w", err)
	}
	s.Lab, err = lab.Start(ctx, lab.Options{
		Dir: s.options.Dir, Progress: s.options.Progress,
		Asterisk: lab.AsteriskOptions{
			SIPAddr: s.options.SIPAddr, Agents: accounts, Prompts: prompts, ARIPassword: password,
		},
	})
	if err != nil {
		return err
	}
	return s.speak(ctx, site, prompts)
}

// speak synthesises the prompts that nobody has recorded, as drafts.
func (s *Stage) speak(ctx context.Context, site *config.Site, dir string) error {
	texts := map[string]string{}
	for name, p := range site.Prompts {
		if p.File == "" || p.Text == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(site.Dir, p.File)); err == nil {
			continue
		}
		texts[string(name)] = p.Text
	}
	done := s.options.Progress.Step(fmt.Sprintf("speak %d prompts (drafts by espeak-ng)", len(texts)))
	err := lab.SynthesisePrompts(ctx, dir, texts)
	done(err)
	return err
}

func (s *Stage) startController(ctx context.Context) error {
	address, err := freeAddress(s.options.HTTPAddr)
	if err != nil {
		return err
	}
	s.URL = "http://" + address
	done := s.options.Progress.Step("start guichet run --site " + s.options.Site)
	s.Controller, err = lab.StartController(ctx, lab.ControllerOptions{
		Program: s.options.Program, Dir: filepath.Join(s.options.Dir, "guichet"), URL: s.URL,
		Args: []string{"run", "--site", s.options.Site, "--instance", "stage",
			"--lock-file", filepath.Join(s.options.Dir, "guichet", "lock")},
		Env: append([]string{
			"GUICHET_ARI_URL=" + s.Lab.Asterisk.ARIURL(),
			"GUICHET_ARI_USER=" + s.Lab.Asterisk.ARIUser(),
			"GUICHET_SECRETS=" + s.secretDir(),
			"GUICHET_REDIS=" + s.Lab.Redis.Addr(),
			"GUICHET_HTTP=" + address,
			"GUICHET_CALENDAR=demo",
		}, s.options.Env...),
	})
	done(err)
	return err
}

// freeAddress is where guichet's HTTP will be heard. An address that is taken is
// told before anything else answers there in guichet's place.
func freeAddress(asked string) (string, error) {
	if asked == "" {
		asked = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", asked)
	if err != nil {
		return "", fmt.Errorf("listen on %s for guichet's HTTP: %w; stop what uses it (`ss -lntp` names it) or choose another with --http", asked, err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Guichet is a command line of guichet against this stage.
func (s *Stage) Guichet(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.options.Program, args...)
	cmd.Env = append(os.Environ(), "GUICHET_URL="+s.URL)
	return cmd
}

// Callers opens the operator's side, from which callers call.
func (s *Stage) Callers(ctx context.Context, o phone.Options) (*phone.Exchange, error) {
	o.LocalIP, o.Server = callersIP, s.Lab.Asterisk.SIPAddr()
	return phone.Open(ctx, o)
}

// Phones opens the agents' side.
func (s *Stage) Phones(ctx context.Context, o phone.Options) (*phone.Exchange, error) {
	o.LocalIP, o.Server = agentsIP, s.Lab.Asterisk.SIPAddr()
	return phone.Open(ctx, o)
}

// Account is the SIP account of a user of this stage.
func (s *Stage) Account(user string) phone.Account {
	return phone.Account{User: user, Password: s.passwords[user]}
}

// Package stage puts the whole product on this machine: a real Redis, a real
// Asterisk, guichet itself as a process, and SIP phones around them. The demo,
// `make run` and the end-to-end tests stand on it.
//
// It is for set-up only; what is played on it is the demo's and the tests'. Read
// Options and Raise.
package stage

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
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
	// Phones is the folder of the phones' passwords. Default: that of the other
	// secrets, below Dir.
	Phones string
	// Extra are phones that may register besides the agents', by user: they call
	// the entries as people do from outside.
	Extra []string
	// TransferKey hands the Transfer key of agents' phones to guichet.
	TransferKey bool
	// Operator is where calls to the outside go, host:port. Default: nowhere.
	Operator string
	// Env is added to guichet's environment.
	Env []string
	// Detour puts something between guichet and the lab, which runs already, and
	// returns what to add to guichet's environment. Default: nothing.
	Detour func(*lab.Lab) ([]string, error)
	// Progress is told what is being done. Default: nobody.
	Progress lab.Progress
}

// Stage is everything that runs.
type Stage struct {
	Lab        *lab.Lab
	Controller *lab.Controller
	// URL is guichet's HTTP.
	URL string
	// Entry and Agent are the first of the site, for whoever wants to try it.
	Entry contact.Entry
	Agent contact.Agent

	options   Options
	texts     string // the fingerprint of the site folder when it was read
	sip       string // where Asterisk hears SIP
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
	// The agents and prompts of the site are asked for before anything runs.
	s, site, err := open(o)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Lower()
		}
	}()
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

// Dir is the folder of everything the parts write.
func (s *Stage) Dir() string { return s.options.Dir }

func (s *Stage) startLab(ctx context.Context, site *config.Site) error {
	password, err := s.secret("ari-password")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.promptDir(), 0o755); err != nil {
		return fmt.Errorf("make the folder of prompts: %w", err)
	}
	s.Lab, err = lab.Start(ctx, lab.Options{
		Dir: s.options.Dir, Progress: s.options.Progress,
		Asterisk: lab.AsteriskOptions{
			SIPAddr: s.options.SIPAddr, Agents: s.accounts(), Prompts: s.promptDir(), ARIPassword: password,
			TrunkContact: s.options.Operator, TransferKey: s.options.TransferKey,
		},
	})
	if err != nil {
		return err
	}
	s.sip = s.Lab.Asterisk.SIPAddr()
	return s.speak(ctx, site, s.promptDir())
}

// instance is the name of the first controller.
const instance = "stage"

func (s *Stage) startController(ctx context.Context) error {
	var detour []string
	if s.options.Detour != nil {
		var err error
		if detour, err = s.options.Detour(s.Lab); err != nil {
			return fmt.Errorf("put something before the lab: %w", err)
		}
	}
	address, err := freeAddress(s.options.HTTPAddr)
	if err != nil {
		return err
	}
	s.URL = "http://" + address
	done := s.options.Progress.Step("start guichet run --site " + s.options.Site)
	s.Controller, err = s.control(ctx, instance, address, detour)
	done(err)
	return err
}

// Another starts one more controller of the same site, which stands by for the
// first. Whoever started it stops it.
func (s *Stage) Another(ctx context.Context, name string, env ...string) (c *lab.Controller, url string, err error) {
	address, err := freeAddress("")
	if err != nil {
		return nil, "", err
	}
	c, err = s.control(ctx, name, address, env)
	return c, "http://" + address, err
}

func (s *Stage) control(ctx context.Context, name, address string, env []string) (*lab.Controller, error) {
	dir := filepath.Join(s.options.Dir, "guichet")
	first := []string{"--new-site"} // nobody else can have what our own Redis lacks
	if name != instance {
		dir, first = filepath.Join(s.options.Dir, "guichet-"+name), nil
	}
	return lab.StartController(ctx, lab.ControllerOptions{
		Program: s.options.Program, Dir: dir, URL: "http://" + address,
		Args:  []string{"run", "--site", s.options.Site, "--sounds", s.promptDir(), "--instance", name, "--lock-file", filepath.Join(dir, "lock")},
		First: first,
		Env: slices.Concat([]string{
			"GUICHET_ARI_URL=" + s.Lab.Asterisk.ARIURL(),
			"GUICHET_ARI_USER=" + s.Lab.Asterisk.ARIUser(),
			"GUICHET_SECRETS=" + s.secretDir(),
			"GUICHET_REDIS=" + s.Lab.Redis.Addr(),
			"GUICHET_HTTP=" + address,
			"GUICHET_CALENDAR=demo",
		}, s.options.Env, env),
	})
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
	o.LocalIP, o.Server = callersIP, s.sip
	return phone.Open(ctx, o)
}

// Phones opens the agents' side.
func (s *Stage) Phones(ctx context.Context, o phone.Options) (*phone.Exchange, error) {
	o.LocalIP, o.Server = agentsIP, s.sip
	return phone.Open(ctx, o)
}

// Account is the SIP account of a user of this stage.
func (s *Stage) Account(user string) phone.Account {
	return phone.Account{User: user, Password: s.passwords[user]}
}

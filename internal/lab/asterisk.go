package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AsteriskOptions describe one Asterisk. The zero value of everything but Dir is
// useful.
type AsteriskOptions struct {
	// Name is the node's name, letters and digits; channel ids begin with it.
	// Default "lab".
	Name string
	// Dir holds its configuration, logs, recordings and database: a mirror of
	// /etc/asterisk, /var/log/asterisk and so on. Created when missing.
	Dir string
	// ConfigDir is the operator's configuration. Default: deploy/asterisk of the
	// repository around the working directory.
	ConfigDir string
	// SIPAddr is where SIP is heard, by UDP. Default "127.0.0.1:0"; port 0 means
	// a free one.
	SIPAddr string
	// HTTPPort carries ARI, on 127.0.0.1; 0 means a free one.
	HTTPPort int
	// RTPFirst and RTPLast bound the voice ports. Default 20000 to 29999; several
	// instances may share a range, each takes the ports that are free.
	RTPFirst, RTPLast int
	// Entries are the numbers that callers may dial, in the form the site's
	// entries.yaml gives them. Default: those of the sample site.
	Entries []string
	// Trunks are the addresses whose calls come from the operator. Default
	// 127.0.0.2: callers speak from there, agents from any other address.
	Trunks []string
	// TrunkContact is where calls to the operator go, host:port. Default: none.
	TrunkContact string
	// Agents are the phones that may register.
	Agents []Account
	// TransferKey hands the Transfer key of agents' phones to the controller. An Asterisk
	// before 22.11 dies of a REFER whose Refer-Sub is not true.
	TransferKey bool
	// Prompts is a folder of sound files, played as sound:guichet/NAME. Files may
	// be added while Asterisk runs. Default: none.
	Prompts string
	// Globals are set for the dialplan, for instance RETRY_FOR or FALLBACK.
	Globals map[string]string
	// ARIPassword is the controller's. Default: a new random one.
	ARIPassword string
}

// Account is a phone that may register: the user part of its SIP address, which
// is also its PJSIP endpoint, and its password.
type Account struct {
	User, Password string
	// Calls tells that it is nobody's at work: it calls the entries, as people do
	// from outside. An agent's own calls go to the controller.
	Calls bool
}

// SampleEntries are the entries of examples/dgfip.
var SampleEntries = []string{"2014", "0199002014", "2015", "0199002015", "0261910044"}

// DefaultTrunk is the address from which callers' phones speak, unless told
// otherwise.
const DefaultTrunk = "127.0.0.2"

// ariUser is the name in ari.conf; only its password is a secret.
const ariUser = "guichet"

// Asterisk is a process of ours with a configuration of its own.
type Asterisk struct {
	*process
	parts   *Parts
	options AsteriskOptions
	ariAddr string
}

// StartAsterisk starts an Asterisk and returns when it is fully booted and ARI
// answers. Several may run at a time.
func (p *Parts) StartAsterisk(ctx context.Context, options AsteriskOptions) (*Asterisk, error) {
	a := &Asterisk{process: &process{name: "Asterisk"}, parts: p}
	if err := a.settle(options); err != nil {
		return nil, fmt.Errorf("start Asterisk: %w", err)
	}
	if err := a.begin(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// settle replaces what the options leave open by definite values.
func (a *Asterisk) settle(o AsteriskOptions) (err error) {
	o = o.withDefaults()
	o.ARIPassword = or(o.ARIPassword, rand.Text())
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return err
	}
	if o.Prompts != "" {
		if o.Prompts, err = filepath.Abs(o.Prompts); err != nil {
			return err
		}
	}
	if o.ConfigDir == "" {
		if o.ConfigDir, err = repositoryConfig(); err != nil {
			return err
		}
	}
	if o.SIPAddr, err = freeUDP(or(o.SIPAddr, "127.0.0.1:0")); err != nil {
		return err
	}
	if a.ariAddr, err = freeTCP(loopback(o.HTTPPort)); err != nil {
		return err
	}
	o.HTTPPort, err = strconv.Atoi(portOf(a.ariAddr))
	a.options = o
	return err
}

func (o AsteriskOptions) withDefaults() AsteriskOptions {
	o.Name = or(o.Name, "lab")
	if o.RTPFirst == 0 {
		o.RTPFirst, o.RTPLast = 20000, 29999
	}
	if o.Entries == nil {
		o.Entries = SampleEntries
	}
	if o.Trunks == nil {
		o.Trunks = []string{DefaultTrunk}
	}
	return o
}

// repositoryConfig looks for deploy/asterisk upwards from the working directory,
// which for a test is the folder of its package.
func repositoryConfig() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for start := dir; ; dir = filepath.Dir(dir) {
		found := filepath.Join(dir, "deploy", "asterisk")
		if exists(filepath.Join(found, "extensions.conf")) {
			return found, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no deploy/asterisk above %s; name the configuration folder", start)
		}
	}
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// SIPAddr is the host and port where SIP is heard.
func (a *Asterisk) SIPAddr() string { return a.options.SIPAddr }

// ARIURL is the base of the REST interface, without a slash at its end:
// http://127.0.0.1:8088/ari.
func (a *Asterisk) ARIURL() string { return "http://" + a.ariAddr + "/ari" }

// ARIUser is the controller's user name.
func (a *Asterisk) ARIUser() string { return ariUser }

// ARIPassword is the controller's password.
func (a *Asterisk) ARIPassword() string { return a.options.ARIPassword }

// LogFile is the path of Asterisk's own log.
func (a *Asterisk) LogFile() string {
	return filepath.Join(a.options.Dir, "var/log/asterisk/full")
}

// Exec runs a command of Asterisk's command line and returns what it printed.
func (a *Asterisk) Exec(ctx context.Context, cli string) (string, error) {
	// Its control socket lives in the mount namespace of that one process.
	cmd := exec.CommandContext(ctx, "nsenter", "--target", strconv.Itoa(a.PID()), "--mount", "--root", "--wd",
		"asterisk", "-r", "-x", cli)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ask Asterisk %q: %w: %s", cli, err, strings.TrimSpace(string(said)))
	}
	return string(said), nil
}

// Restart starts again an Asterisk that was stopped or killed, with the same
// addresses, secrets and registered phones, and returns when it answers.
func (a *Asterisk) Restart(ctx context.Context) error {
	a.Stop()
	return a.begin(ctx)
}

func (a *Asterisk) begin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := a.writeConfig(); err != nil {
		return fmt.Errorf("configure Asterisk: %w", err)
	}
	out := filepath.Join(a.options.Dir, "asterisk.out")
	if err := a.run(ctx, a.command(), out, a.booted); err != nil {
		return fmt.Errorf("%w; %s", err, a.whyNot(out))
	}
	return nil
}

// booted asks ARI for a boot time: until every module is loaded it answers 503,
// and a stranger on our port would refuse our password.
func (a *Asterisk) booted(ctx context.Context, _ int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.ARIURL()+"/asterisk/info?only=status", nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth(a.ARIUser(), a.ARIPassword())
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New("ARI answers " + answer.Status)
	}
	return nil
}

// whyNot quotes the last complaint of an Asterisk that did not start, but for
// its farewell, which says nothing.
func (a *Asterisk) whyNot(out string) string {
	for _, path := range []string{out, a.LogFile()} {
		said, err := os.ReadFile(path)
		if err != nil || len(said) == 0 {
			continue
		}
		if containsAny(string(said), "unshare failed", "mount: ") {
			return "this machine refuses mount namespaces; run as root, in a container with --privileged"
		}
		lines := slices.DeleteFunc(strings.Split(string(said), "\n"), func(line string) bool {
			return strings.Contains(line, "ASTERISK EXITING")
		})
		return fmt.Sprintf("%s says: %s", path, lastComplaint(strings.Join(lines, "\n")))
	}
	return "look at " + out
}

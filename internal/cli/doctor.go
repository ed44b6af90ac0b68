package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/ledger/redis"
	"github.com/guichet/guichet/internal/terminal"
)

// Grades of a finding.
const (
	gradeOK   = "ok"
	gradeWarn = "warn"
	gradeFail = "fail"
)

// finding is one line of the doctor.
type finding struct {
	Grade string `json:"grade"`
	What  string `json:"what"`
	// Found says how it is, Do what to do about it.
	Found string `json:"found"`
	Do    string `json:"do,omitempty"`
}

func ok(what, format string, args ...any) finding {
	return finding{Grade: gradeOK, What: what, Found: fmt.Sprintf(format, args...)}
}

func (p *Program) doctorCommand() *cobra.Command {
	var dir string
	d := doctor{program: p, redis: redisHealth}
	c := &cobra.Command{
		Use:   "doctor [--site DIR]",
		Short: "Find out what is wrong, and what to do about it",
		Long: `Looks at everything a controller needs: the site folder, each Asterisk (reachable,
credentials, version, application, what it does when an agent presses the Transfer key of
his phone, and whether it can record the messages of callers, if the site has mailboxes), Redis (reachable, what it does when memory is
full, whether it survives a restart), the prompts, the back-ends that menus ask (reachable,
certificate, time taken; nothing of any call is sent there), and the controller itself.

Each line is ok, warn or fail, with what to do. The exit code is 1 if one fails.
It changes nothing; the recording that it makes is empty, and deleted.`,
		Example: `  guichet doctor --site examples/dgfip`,
		Args:    cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			findings := d.examine(ctx, dir)
			if err := p.printFindings(findings); err != nil {
				return err
			}
			for _, f := range findings {
				if f.Grade == gradeFail {
					return &failure{code: exitFailed}
				}
			}
			return nil
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	return p.withJSON(c)
}

func (p *Program) printFindings(findings []finding) error {
	if p.json {
		return printJSON(p.Out, findings)
	}
	return writeFindings(p.Out, findings)
}

func writeFindings(w io.Writer, findings []finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%-4s  %s: %s\n", f.Grade, f.What, terminal.Plain(f.Found)); err != nil {
			return err
		}
		if f.Do == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "      → %s\n", f.Do); err != nil {
			return err
		}
	}
	return nil
}

// doctor examines a site and what it needs.
type doctor struct {
	program *Program
	redis   func(context.Context, *config.Site) (redis.Health, error)
}

// examine reads the site; without it only the controller can be looked at.
func (d *doctor) examine(ctx context.Context, dir string) []finding {
	site, problems := config.Load(dir)
	if len(problems) > 0 {
		more := ""
		if len(problems) > 1 {
			more = fmt.Sprintf(" (and %d more)", len(problems)-1)
		}
		return []finding{
			{gradeFail, "site " + dir, problems[0].String() + more, "guichet check --site " + dir + " lists all; nothing else of the site can be examined before"},
			d.controller(ctx),
		}
	}
	findings := []finding{ok("site "+dir, "%s, %d entries, %d queues, %d agents", site.Name, len(site.Entries), len(site.Queues), len(site.Agents))}
	return append(findings, d.surroundings(ctx, site)...)
}

// surroundings are all that a checked site needs.
func (d *doctor) surroundings(ctx context.Context, site *config.Site) []finding {
	var findings []finding
	for _, a := range site.Asterisk {
		findings = append(findings, asterisk(ctx, a, len(site.Mailboxes) > 0, site.MaySit)...)
	}
	findings = append(findings, d.ledger(ctx, site)...)
	findings = append(findings, prompts(site)...)
	findings = append(findings, backends(ctx, site)...)
	return append(findings, d.controller(ctx))
}

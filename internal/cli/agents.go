package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) agentsCommand() *cobra.Command {
	var center string
	group := &cobra.Command{
		Use:   "agents",
		Short: "List agents, log them in and out, pause them, change their skills",
		Long: `Without a subcommand, lists the agents of the site with what they do now.
The subcommands act on agents by id, on all of a center, or on all.`,
		Example: `  guichet agents
  guichet agents login a1001 a1002
  guichet agents pause --center cis_ouest --reason training
  guichet agents logout --all`,
		Args: cobra.NoArgs,
		RunE: p.listAgents(&center),
	}
	list := &cobra.Command{
		Use:     "list [--center C]",
		Short:   "List the agents with what they do now",
		Long:    "Lists the agents of the site, by center and id, with what they do, since when and why.",
		Example: "  guichet agents list --center cis_ouest",
		Args:    cobra.NoArgs,
		RunE:    p.listAgents(&center),
	}
	for _, c := range []*cobra.Command{group, list} {
		p.withJSON(c).Flags().StringVar(&center, "center", "", "only the agents of this center")
	}
	group.AddCommand(list,
		p.agentCommand("login", "Log agents in", "Brings agents to the floor, ready for contacts, with the skills and the phone that the site gives them. One who is there already gets them renewed."),
		p.agentCommand("logout", "Log agents out", "Takes agents from the floor; a running contact and its wrap-up are finished first."),
		p.agentCommand("pause", "Pause agents", "Stops offers to agents; a running contact and its wrap-up are finished first."),
		p.agentCommand("resume", "End a pause, a wrap-up or a set-aside", "Makes agents ready again, out of a pause, a wrap-up or a set-aside; that of one medium, such as mails that were not taken in time, is ended, too."),
		p.agentCommand("extend", "Make a wrap-up longer", "Makes the running wrap-up of agents longer by what floor.yaml says, up to what it allows."),
		p.agentCommand("finish", "End a wrap-up", "Ends the running wrap-up of agents, as its deadline would: a pause or a log-out that was asked for meanwhile follows."),
		p.skillCommand(), p.resetCommand(), p.passwordCommand(), p.pinCommand())
	group.AddCommand(p.deedCommands()...)
	return group
}

func (p *Program) listAgents(center *string) func(*cobra.Command, []string) error {
	return run(func(ctx context.Context, _ []string) error {
		var agents []api.Agent
		path := "/api/v1/agents?center=" + url.QueryEscape(*center)
		return p.show(ctx, path, &agents, func(w io.Writer) error { return writeAgents(w, agents, time.Now()) })
	})
}

func writeAgents(w io.Writer, agents []api.Agent, now time.Time) error {
	t := terminal.NewTable("AGENT", "NAME", "CENTER", "STATE", ">FOR", "PHONE", "")
	for _, a := range agents {
		since := terminal.Nothing
		if !a.Since.IsZero() {
			since = terminal.Clock(now.Sub(a.Since))
		}
		t.Row(a.ID, terminal.Plain(a.Name), a.Center, words(string(a.State)), since, a.Phone, remark(a, now))
	}
	return t.Write(w)
}

// remark is what else there is to say of an agent.
func remark(a api.Agent, now time.Time) string {
	var parts []string
	switch {
	case a.State == acd.Paused && a.Label != "":
		parts = append(parts, terminal.Plain(a.Label))
	case a.Why != "":
		parts = append(parts, words(a.Why))
	}
	if a.Home != "" {
		parts = append(parts, "sits elsewhere than "+a.Home)
	}
	if !a.Until.IsZero() {
		parts = append(parts, "ends in "+terminal.Clock(a.Until.Sub(now)))
	}
	if a.Contact != "" {
		parts = append(parts, "contact "+string(a.Contact))
	}
	if n := len(a.AtHand); n > 0 {
		parts = append(parts, fmt.Sprintf("%d at hand", n))
	}
	for _, aside := range a.Asides {
		parts = append(parts, fmt.Sprintf("no %s for %s, %s", aside.Medium, terminal.Clock(aside.Until.Sub(now)), words(aside.Why)))
	}
	if a.Next != "" {
		parts = append(parts, strings.TrimSpace("then "+a.Next+" "+terminal.Plain(a.NextWhy)))
	}
	if len(a.Changed) > 0 {
		parts = append(parts, "by hand: "+strings.Join(a.Changed, ", "))
	}
	return strings.Join(parts, ", ")
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// choice is whom a command is about.
type choice struct {
	all    bool
	center string
	reason string
	phone  string
}

func (p *Program) agentCommand(verb, short, long string) *cobra.Command {
	var about choice
	c := &cobra.Command{
		Use:   verb + " ID... | --center C | --all",
		Short: short,
		Long: long + `

Each agent is answered on a line of its own; the exit code is 1 if one of them
could not be served.`,
		Example: fmt.Sprintf("  guichet agents %s a1001 a1002\n  guichet agents %s --center cis_ouest", verb, verb),
		Args: func(_ *cobra.Command, ids []string) error {
			given := 0
			for _, is := range []bool{len(ids) > 0, about.all, about.center != ""} {
				if is {
					given++
				}
			}
			if about.phone != "" && len(ids) != 1 {
				return fmt.Errorf("agents %s: one agent sits at %s: name him", verb, about.phone)
			}
			if given != 1 {
				return fmt.Errorf("agents %s: say whom: ids, or --center, or --all", verb)
			}
			return nil
		},
		RunE: run(func(ctx context.Context, ids []string) error { return p.command(ctx, verb, ids, about) }),
	}
	c.Flags().BoolVar(&about.all, "all", false, "all agents of the site whom it concerns")
	c.Flags().StringVar(&about.center, "center", "", "all agents of this center whom it concerns")
	if verb == "login" {
		c.Flags().StringVar(&about.phone, "phone", "", "where one agent sits, such as PJSIP/a1002: at that phone until he logs out")
	}
	if verb == "pause" {
		c.Flags().StringVar(&about.reason, "reason", "", "why, shown to everybody: one of the site's reasons, if floor.yaml lists any")
	}
	return p.withJSON(c)
}

// done is what became of a command about one agent.
type done struct {
	Agent string    `json:"agent"`
	State acd.State `json:"state,omitempty"`
	Next  string    `json:"next,omitempty"`
	Error string    `json:"error,omitempty"`
}

func (p *Program) command(ctx context.Context, verb string, ids []string, about choice) error {
	if len(ids) == 0 {
		var err error
		if ids, err = p.concerned(ctx, verb, about); err != nil {
			return err
		}
	}
	answers := make([]done, 0, len(ids))
	failed := false
	for _, id := range ids {
		d, err := p.commandOne(ctx, verb, id, about)
		if err != nil {
			return err
		}
		answers = append(answers, d)
		failed = failed || d.Error != ""
	}
	if err := p.printDone(answers); err != nil {
		return err
	}
	if failed {
		return &failure{code: exitFailed}
	}
	return nil
}

// commandOne is an error only if the controller could not be asked at all; what
// it answered about one agent does not concern the others.
func (p *Program) commandOne(ctx context.Context, verb, id string, about choice) (done, error) {
	wish := map[string]string{}
	if about.reason != "" {
		wish["reason"] = about.reason
	}
	if about.phone != "" {
		wish["phone"] = about.phone
	}
	body, err := json.Marshal(wish)
	if err != nil {
		return done{}, fmt.Errorf("write the command: %w", err)
	}
	path := "/api/v1/agents/" + url.PathEscape(id) + "/" + verb
	text, err := p.fetch(ctx, patience, http.MethodPost, path, body)
	var refused *api.Error
	switch {
	case errors.As(err, &refused):
		return done{Agent: id, Error: refused.Error()}, nil
	case err != nil:
		return done{}, err
	}
	var answer api.Commanded
	if err := p.decode(path, text, &answer); err != nil {
		return done{}, err
	}
	return done{Agent: id, State: answer.Agent.State, Next: answer.Agent.Next}, nil
}

// concerned are those of a center, or of all, whom the command could change:
// logging in who is there, or pausing who is out, is nobody's wish.
func (p *Program) concerned(ctx context.Context, verb string, about choice) ([]string, error) {
	var agents []api.Agent
	if err := p.get(ctx, "/api/v1/agents?center="+url.QueryEscape(about.center), &agents); err != nil {
		return nil, err
	}
	if len(agents) == 0 {
		return nil, fmt.Errorf("no agent is in center %q; see guichet agents", about.center)
	}
	var ids []string
	for _, a := range agents {
		if concerns(verb, a) {
			ids = append(ids, string(a.ID))
		}
	}
	return ids, nil
}

func concerns(verb string, a api.Agent) bool {
	s := a.State
	switch verb {
	case "login":
		return s == acd.LoggedOut
	case "resume":
		// Of who has a contact it would take back the pause that he asked for, too.
		return slices.Contains([]acd.State{acd.Paused, acd.SetAside, acd.WrapUp}, s) || s == acd.Ready && len(a.Asides) > 0
	case "extend", "finish":
		return s == acd.WrapUp
	case "pause":
		return s != acd.LoggedOut && s != acd.Paused
	}
	return s != acd.LoggedOut
}

func (p *Program) printDone(answers []done) error {
	if p.json {
		return printJSON(p.Out, answers)
	}
	if len(answers) == 0 {
		fmt.Fprintln(p.Out, "nobody to change")
		return nil
	}
	t := terminal.NewTable("AGENT", "STATE", "")
	for _, d := range answers {
		switch {
		case d.Error != "":
			t.Row(contact.Agent(d.Agent), "FAILED", terminal.Plain(d.Error))
		case d.Next != "":
			t.Row(d.Agent, words(string(d.State)), "then "+d.Next)
		default:
			t.Row(d.Agent, words(string(d.State)))
		}
	}
	return t.Write(p.Out)
}

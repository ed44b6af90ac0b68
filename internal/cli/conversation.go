package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

// deedCommands are what can be done with an agent's conversation.
func (p *Program) deedCommands() []*cobra.Command {
	return []*cobra.Command{
		p.deedCommand("hold", "Put an agent's caller on hold", "The caller hears music; the agent has a quiet line.", nil),
		p.deedCommand("unhold", "Take an agent's caller off hold", "Caller and agent hear each other again, at once.", nil),
		p.deedCommand("identify", "Have an agent's caller key in who he is", "The caller hears the questions of the site; nobody hears his keys, and nothing is recorded meanwhile. Unhold takes him back.", nil),
		p.deedCommand("transfer", "Send an agent's caller on",
			"Sends the caller to an agent, to a number, or to a queue, where he keeps the rank of his first arrival. If nobody answers, the caller waits in his queue again.",
			[]string{"agent", "number", "queue", "topic"}),
		p.deedCommand("consult", "Call somebody for an agent to consult", "The caller hears music meanwhile; nobody is called before the ledger has accepted it.", []string{"agent", "number"}),
		p.deedCommand("complete", "Give the call to who is consulted", "Lets the agent go; while the other phone rings, the call is given as soon as it is answered.", nil),
		p.deedCommand("cancel", "End a consultation", "Hangs up on who is consulted: the caller is with the agent again.", nil),
		p.deedCommand("conference", "Call somebody to join a conversation", "Without an agent or a number, who is consulted joins.", []string{"agent", "number"}),
		p.deedCommand("remove", "Let a party of a conversation go", "Hangs up on one party; its id is in guichet calls --json.", []string{"party"}),
		p.deedCommand("hangup", "End an agent's own leg", "Without anybody else in the conversation, the call is over.", nil),
		p.deedCommand("pause-recording", "Record nothing of an agent's conversation for now", "Nothing is recorded until it is resumed; the caller goes on talking.", nil),
		p.deedCommand("resume-recording", "Record an agent's conversation again", "Ends the pause: what is said is recorded again, while the caller hears the agent.", nil),
		p.deedCommand("supervise", "Listen to an agent's conversation, or take part in it",
			"Calls the phone of the supervisor, who hears caller and agent. Said again with another mode, the mode changes.", []string{"supervisor", "mode"}),
		p.deedCommand("takeover", "Give an agent's call to the supervisor", "The agent is let go, and works on afterwards.", []string{"supervisor"}),
	}
}

// whom says what each flag of a deed is about.
var whom = map[string]string{
	"agent": "the agent to call; he must be ready", "number": "the telephone number to call", "queue": "the queue to send the caller to",
	"topic": "what the caller turns out to want", "party": "the id of who is to go", "supervisor": "the agent who supervises, by whose phone",
	"mode": "listening (heard by nobody), whispering (by the agent alone) or barging (by everybody)",
}

var deedExamples = map[string]string{
	"transfer": "--queue professionnels", "consult": "--agent a1002", "conference": `--number "02 99 00 00 01"`,
	"remove": "--party with-…", "supervise": "--supervisor a9001 --mode listening", "takeover": "--supervisor a9001",
}

func (p *Program) deedCommand(verb, short, long string, takes []string) *cobra.Command {
	given := map[string]*string{}
	c := &cobra.Command{
		Use: verb + " ID", Short: short, Long: long,
		Example: strings.TrimRight("  guichet agents "+verb+" a1001 "+deedExamples[verb], " "),
		Args:    one("the ID of the agent whose conversation it is"),
		RunE: run(func(ctx context.Context, args []string) error {
			body := map[string]any{}
			for name, text := range given {
				if *text != "" {
					body[name] = *text
				}
			}
			return p.direct(ctx, verb, args[0], body)
		}),
	}
	for _, name := range takes {
		unsaid := ""
		if name == "mode" {
			unsaid = "listening"
		}
		given[name] = c.Flags().String(name, unsaid, whom[name])
	}
	return p.withJSON(c)
}

func (p *Program) direct(ctx context.Context, verb, id string, body map[string]any) error {
	var done api.Directed
	shown, err := p.order(ctx, "/api/v1/agents/"+url.PathEscape(id)+"/"+verb, body, &done)
	var refused *api.Error
	switch {
	case errors.As(err, &refused):
		return fmt.Errorf("agents %s %s: %w", verb, id, refused)
	case err != nil || shown:
		return err
	case done.Contact == nil:
		return writeLines(p.Out, []string{fmt.Sprintf("%s: done, the agent has no contact", done.Agent)})
	}
	text := fmt.Sprintf("%s: contact %s, %s", done.Agent, done.Contact.ID, terminal.Plain(done.Contact.Standing))
	if c := done.Contact.Conversation; c != nil {
		for _, party := range c.Parties {
			who := string(party.Agent)
			if who == "" {
				who = "a number outside"
			}
			text += fmt.Sprintf("; %s %s", who, party.Role)
		}
	}
	return writeLines(p.Out, []string{text})
}

package cli

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
)

func (p *Program) skillCommand() *cobra.Command {
	var center string
	c := &cobra.Command{
		Use:   "skill ID SKILL=LEVEL... [--center C]",
		Short: "Change skills or the center of an agent by hand, at once",
		Long: `Lays levels from 1 to 5 over what the site folder says of an agent; 0 takes the
skill away, and topic is the level in all topics that have none of their own. It
acts at once, also on contacts that wait, and stays through log-ins and new
versions of the site until guichet agents reset; guichet versions lists it.`,
		Example: "  guichet agents skill a1001 topic=3 recouvrement=2\n  guichet agents skill a1001 --center cis_sud",
		Args:    several("the ID of an agent and what to change, such as a1001 topic=3"),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		skills, err := levels(args[1:])
		if err != nil {
			return err
		}
		if len(skills) == 0 && center == "" {
			return fmt.Errorf("agents skill: say what to change, such as topic=3 or --center C")
		}
		return run(func(ctx context.Context, _ []string) error {
			return p.regrade(ctx, args[0], map[string]any{"skills": skills, "center": center, "by": p.author()})
		})(c, args)
	}
	c.Flags().StringVar(&center, "center", "", "the agent serves for this center from now on")
	return p.withJSON(c)
}

func (p *Program) resetCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:     "reset ID",
		Short:   "Take back what was changed of an agent by hand",
		Long:    "Gives an agent the skills and the center of the site folder again, at once.",
		Example: "  guichet agents reset a1001",
		Args:    one("the ID of an agent, as guichet agents list shows them"),
		RunE: run(func(ctx context.Context, args []string) error {
			return p.regrade(ctx, args[0], map[string]any{"reset": true, "by": p.author()})
		}),
	})
}

// levels reads SKILL=LEVEL.
func levels(args []string) (map[string]int, error) {
	skills := map[string]int{}
	for _, arg := range args {
		skill, text, ok := strings.Cut(arg, "=")
		level, err := strconv.Atoi(text)
		if !ok || skill == "" || err != nil {
			return nil, fmt.Errorf("agents skill: %q is not SKILL=LEVEL, such as topic=3", arg)
		}
		skills[skill] = level
	}
	return skills, nil
}

func (p *Program) regrade(ctx context.Context, id string, body map[string]any) error {
	var done api.Commanded
	shown, err := p.order(ctx, "/api/v1/agents/"+url.PathEscape(id)+"/skills", body, &done)
	if err != nil || shown {
		return err
	}
	changed := "as the site folder says"
	if len(done.Agent.Changed) > 0 {
		changed = "by hand: " + strings.Join(done.Agent.Changed, ", ")
	}
	return writeLines(p.Out, []string{fmt.Sprintf("%s of %s: %s", done.Agent.ID, done.Agent.Center, changed)})
}

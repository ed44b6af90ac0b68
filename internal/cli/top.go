package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) topCommand() *cobra.Command {
	var plain, once bool
	var every time.Duration
	c := &cobra.Command{
		Use:   "top",
		Short: "Watch the floor live",
		Long: `Shows the floor live: who is where, what needs attention, the answered rate of each
entry and organisation, each queue with its longest wait and its rate of the last
hour, each center's agents by what they do, and who waits longest. Rates go by the
time of the outcome. Ctrl-C ends it. It only looks: any number of people may watch.

--plain appends a block after a change, at most one a second (or one --every so
long), without control sequences: for a log, a screen reader, or a terminal that
is none. --once shows
the floor once. --json prints snapshots for programs, one a line.`,
		Example: `  guichet top
  guichet top --plain | tee floor.log
  guichet top --once --json`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			if once {
				var t api.Top
				return p.show(ctx, "/api/v1/top", &t, func(w io.Writer) error {
					_, err := io.WriteString(w, floor(t, t.Now, "\n"))
					return err
				})
			}
			return p.watch(ctx, plain, every)
		}),
	}
	c.Flags().BoolVar(&plain, "plain", false, "append blocks instead of redrawing")
	c.Flags().DurationVar(&every, "every", time.Second, "with --plain: shortest time between two blocks")
	c.Flags().BoolVar(&once, "once", false, "show the floor once")
	return p.withJSON(c)
}

func (p *Program) watch(ctx context.Context, plain bool, every time.Duration) error {
	_, _, isTerminal := terminal.Size(p.Out)
	switch {
	case p.json:
		return p.follow(ctx, &jsonView{out: json.NewEncoder(p.Out)})
	case plain || !isTerminal:
		return p.follow(ctx, &plainView{w: p.Out, every: every})
	}
	screen, err := terminal.Open(p.Out)
	if err != nil {
		return fmt.Errorf("open the live view: %w", err)
	}
	defer func() { _ = screen.Close() }()
	return p.follow(ctx, &screenView{screen: screen})
}

// floor is one look at everything, with a gap before each table. A small terminal
// is cut at the end, so what matters most comes first.
func floor(t api.Top, now time.Time, gap string) string {
	text := floorTables(t, now, gap)
	if len(t.Longest) > 0 {
		text += gap + longestTable(t.Longest, now).String()
	}
	return text
}

func floorTables(t api.Top, now time.Time, gap string) string {
	var text strings.Builder
	writeHead(&text, t, now)
	for _, table := range []*terminal.Table{rateTable(t), queueTable(t.Queues, topWindows, now), centerTable(t.Centers)} {
		text.WriteString(gap + table.String())
	}
	return text.String()
}

func writeHead(w io.Writer, t api.Top, now time.Time) {
	state := "ready"
	if !t.Ready {
		state = "NOT READY"
	}
	fmt.Fprintf(w, "%s  %s  %s · leader %s%s\n", cmp.Or(t.Site, "guichet"), now.Format("15:04:05"), state, cmp.Or(t.Leader, "nobody"), nodes(t.Nodes))
	writeFact(w, "now", standings(t.Calls))
	if len(t.Mails) > 0 {
		fmt.Fprintf(w, "mails     %s\n", mailStandings(t.Mails))
	}
	writeFact(w, "offered", conservation(t))
	for i, a := range t.Announcements {
		title := ""
		if i == 0 {
			title = "announced"
		}
		writeFact(w, title, terminal.Plain(announcementInWords(a)))
	}
	for _, a := range t.Attention {
		fmt.Fprintf(w, "! %s\n", terminal.Plain(a))
	}
}

// writeFact writes a title and what is to say of it, under each other if need be.
func writeFact(w io.Writer, title, text string) {
	for _, line := range terminal.Fold(text, narrow-10) {
		fmt.Fprintf(w, "%-10s%s\n", title, line)
		title = ""
	}
}

// narrow is the terminal that a live view must fit, in columns.
const narrow = 80

// topWindows leave the queues of a live view narrow enough for 80 columns: the
// window that the alert on the rate goes by.
var topWindows = []string{"1h"}

// rateTable is answered over asked of all, of each entry and each organisation.
func rateTable(t api.Top) *terminal.Table {
	table := terminal.NewTable("ANSWERED / ASKED", "15 MIN", "1 HOUR", "TODAY")
	row := func(name string, rates []api.WindowRate) {
		cells := []any{name}
		for _, r := range rates {
			cells = append(cells, r.Rate)
		}
		table.Row(cells...)
	}
	row("all", t.Answered)
	for _, e := range t.Entries {
		row("entry "+e.Name, e.Answered)
	}
	for _, o := range t.Organisations {
		row(o.Name, o.Answered)
	}
	return table
}

var windowNames = map[string]string{"15m": "15 min", "1h": "1 hour", "day": "today"}

func nodes(all []api.TopNode) string {
	text := ""
	for _, n := range all {
		link := "up"
		if !n.Connected {
			link = "DOWN"
		}
		text += fmt.Sprintf(" · %s %s", n.Node, link)
	}
	return text
}

// mailStandings counts live mails: those on a screen that nobody has taken are
// offered.
func mailStandings(mails map[string]int) string {
	return fmt.Sprintf("waiting %d · offered %d · being answered %d", mails["waiting"], mails["offered"], mails["handling"])
}

// standings counts live calls. Who waits includes those whose agent's phone rings,
// as everywhere (docs/definitions.md), so that the queues below add up to it.
func standings(calls map[string]int) string {
	ringing := calls["offered"] + calls["ringing"]
	parts := []string{
		fmt.Sprintf("in the menu %d", calls["menu"]),
		fmt.Sprintf("waiting %d (ringing %d)", calls["waiting"]+ringing, ringing),
		fmt.Sprintf("talking %d", calls["talking"]),
	}
	if n := calls["callback"] + calls["calling back"]; n > 0 {
		parts = append(parts, fmt.Sprintf("to be called back %d", n))
	}
	if n := calls["rating"]; n > 0 {
		parts = append(parts, fmt.Sprintf("asked after the call %d", n))
	}
	if n := calls["transferring"] + calls["transferred"]; n > 0 {
		parts = append(parts, fmt.Sprintf("with a local service %d", n))
	}
	return strings.Join(append(parts, fmt.Sprintf("leaving %d", calls["leaving"]+calls["closed"])), " · ")
}

// conservation shows that nobody is forgotten.
func conservation(t api.Top) string {
	parts := []string{fmt.Sprintf("still here %d", t.StillHere)}
	for _, o := range contact.Outcomes {
		if n := t.Outcomes[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", words(string(o)), n))
		}
	}
	return fmt.Sprintf("%d = %s", t.Offered, strings.Join(parts, " + "))
}

func centerTable(centers []api.TopCenter) *terminal.Table {
	heads := []string{"CENTER", ">READY", ">RESERVED", ">RINGING", ">TALKING", ">WRAP-UP", ">ASIDE", ">PAUSED", ">OUT"}
	hands := slices.ContainsFunc(centers, func(c api.TopCenter) bool { return c.AtHand > 0 })
	if hands {
		heads = append(heads, ">AT HAND")
	}
	t := terminal.NewTable(heads...)
	for _, c := range centers {
		row := []any{c.Center}
		for _, s := range acd.States {
			row = append(row, c.Agents[s])
		}
		if hands {
			row = append(row, c.AtHand)
		}
		t.Row(row...)
	}
	return t
}

func longestTable(waits []api.TopWait, now time.Time) *terminal.Table {
	t := terminal.NewTable("LONGEST WAITS", ">", "QUEUE", "TOPIC", "")
	for _, l := range waits {
		note := ""
		if l.Agent != "" {
			note = "ringing agent " + string(l.Agent)
		}
		t.Row(l.Contact, terminal.Clock(now.Sub(l.Since)), l.Queue, or(l.Topic), note)
	}
	return t
}

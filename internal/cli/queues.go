package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

func (p *Program) queuesCommand() *cobra.Command {
	return p.withJSON(&cobra.Command{
		Use:   "queues [NAME]",
		Short: "Show the queues, or who waits in one",
		Long: `Shows each queue: who waits, the longest wait, and the answered rate of the last
15 minutes, the last hour and the day, by the time of the outcome. With a name,
shows who waits in that queue, next first, and for whom.`,
		Example: `  guichet queues
  guichet queues particuliers`,
		Args: atMostOne("queue"),
		RunE: run(func(ctx context.Context, args []string) error {
			if len(args) == 1 {
				var line api.QueueLine
				return p.show(ctx, "/api/v1/queues/"+url.PathEscape(args[0]), &line, func(w io.Writer) error { return writeLine(w, line, time.Now()) })
			}
			var queues []api.Queue
			return p.show(ctx, "/api/v1/queues", &queues, func(w io.Writer) error { return queueTable(queues, allWindows, time.Now()).Write(w) })
		}),
	})
}

// allWindows are the live windows of a queue.
var allWindows = []string{"15m", "1h", "day"}

// queueTable is one line per queue, with answered over asked in these live
// windows, by the time of the outcome.
func queueTable(queues []api.Queue, windows []string, now time.Time) *terminal.Table {
	titles := []string{"QUEUE", ">WAITING", ">RINGING", ">TALKING", ">LONGEST"}
	for _, w := range windows {
		titles = append(titles, strings.ToUpper(windowNames[w]))
	}
	t := terminal.NewTable(titles...)
	for _, q := range queues {
		longest := terminal.Nothing
		if !q.OldestSince.IsZero() {
			longest = terminal.Clock(now.Sub(q.OldestSince))
		}
		row := []any{q.Name, q.Waiting, q.Ringing, q.Talking, longest}
		for _, w := range q.Answered {
			if slices.Contains(windows, w.Window) {
				row = append(row, w.Rate)
			}
		}
		t.Row(row...)
	}
	return t
}

func writeLine(w io.Writer, q api.QueueLine, now time.Time) error {
	if err := queueTable([]api.Queue{q.Queue}, allWindows, now).Write(w); err != nil {
		return err
	}
	if len(q.Line) == 0 {
		_, err := fmt.Fprintln(w, "\nnobody waits")
		return err
	}
	t := terminal.NewTable(">#", "CALL", ">WAIT", "TOPIC", "DEPARTMENT", "WHO MAY SERVE", "NEXT")
	for _, l := range q.Line {
		t.Row(l.Position, l.Contact, terminal.Clock(now.Sub(l.Queued)), or(l.Topic), or(l.Department), l.Who, l.Next)
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := t.Write(w); err != nil {
		return err
	}
	if len(q.Line) < q.Waiting {
		_, err := fmt.Fprintf(w, "… and %d more\n", q.Waiting-len(q.Line))
		return err
	}
	return nil
}

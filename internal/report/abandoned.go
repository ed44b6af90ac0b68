package report

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

// Abandoned is the list of those who left before they were answered, in the
// order of their arrival.
type Abandoned struct {
	Site string      `json:"site"`
	From time.Time   `json:"from"`
	To   time.Time   `json:"to"`
	Zone string      `json:"zone"`
	Left []Abandoner `json:"abandoned"`
}

// Abandoner is one contact of the list. Caller is a masked number.
type Abandoner struct {
	ID      contact.ID    `json:"id"`
	Arrived time.Time     `json:"arrived"`
	Left    time.Time     `json:"left"`
	Entry   contact.Entry `json:"entry"`
	Topic   contact.Topic `json:"topic,omitempty"`
	Queue   contact.Queue `json:"queue,omitempty"`
	Wait    Span          `json:"wait_seconds"`
	Stage   contact.Stage `json:"stage"`
	Short   bool          `json:"short"`
	Asked   bool          `json:"asked"`
	Caller  string        `json:"caller"`
}

// Abandoned lists those of the report's contacts who left; mask makes of a sealed
// number what people may see of it.
func (r *Report) Abandoned(mask func(sealed string) string) *Abandoned {
	list := &Abandoned{Site: r.Site, From: r.From, To: r.To, Zone: r.Zone, Left: []Abandoner{}}
	for _, c := range r.Contacts {
		if c.Outcome == contact.Abandoned {
			list.Left = append(list.Left, Abandoner{
				ID: c.ID, Arrived: c.Arrived, Left: c.Closed, Entry: c.Entry, Topic: c.Topic, Queue: c.Queue,
				Wait: c.Wait, Stage: c.Stage, Short: c.Short, Asked: c.Asked, Caller: mask(c.sealed),
			})
		}
	}
	return list
}

// WriteText prints the list for a terminal.
func (a *Abandoned) WriteText(w io.Writer) error {
	asked := 0
	t := terminal.NewTable("ARRIVED", "ENTRY", "QUEUE", "TOPIC", ">WAIT", "STAGE", "CALLER", "ID")
	for _, l := range a.Left {
		wait := terminal.Nothing
		if l.Queue != "" {
			wait = l.Wait.String()
		}
		stage := string(l.Stage)
		if l.Short {
			stage += ", short"
		}
		if l.Asked {
			asked++
		}
		t.Row(l.Arrived.Format("01-02 15:04:05"), l.Entry, l.Queue, l.Topic, wait, stage, l.Caller, l.ID)
	}
	_, err := fmt.Fprintf(w, "%s · abandoned, of those who arrived from\n%s to %s (%s)\n\n%s\n%d abandoned: %d after asking, %d in the menu before;\nshort is below 5 s from queueing\n",
		a.Site, a.From.Format(minute), a.To.Format(minute), a.Zone, t, len(a.Left), asked, len(a.Left)-asked)
	return err
}

// WriteCSV writes the list, one line per contact.
func (a *Abandoned) WriteCSV(w io.Writer, d Dialect) error {
	rows := [][]string{{"contact", "arrived", "left", "entry", "topic", "queue", "wait_seconds", "stage", "short", "asked", "caller"}}
	for _, l := range a.Left {
		rows = append(rows, []string{
			string(l.ID), d.time(l.Arrived), d.time(l.Left), string(l.Entry), string(l.Topic), string(l.Queue),
			d.seconds(l.Wait), string(l.Stage), strconv.FormatBool(l.Short), strconv.FormatBool(l.Asked), l.Caller,
		})
	}
	return d.write(w, rows)
}

package report

import (
	"fmt"
	"io"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/terminal"
)

// CutOff is the list of those whose call ended because its Asterisk died, in the order
// of their arrival: whoever is to call them back finds whom here.
type CutOff struct {
	Site    string      `json:"site"`
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"`
	Zone    string      `json:"zone"`
	Callers []CutCaller `json:"cut_off"`
}

// CutCaller is one contact of the list: answered, with Agent, if somebody talked with the
// person, and failed otherwise. Caller is what may be seen of the number.
type CutCaller struct {
	ID      contact.ID      `json:"id"`
	Arrived time.Time       `json:"arrived"`
	Cut     time.Time       `json:"cut"`
	Entry   contact.Entry   `json:"entry"`
	Topic   contact.Topic   `json:"topic,omitempty"`
	Queue   contact.Queue   `json:"queue,omitempty"`
	Outcome contact.Outcome `json:"outcome"`
	Agent   contact.Agent   `json:"agent,omitempty"`
	Caller  string          `json:"caller"`
}

// CutOff lists those of the report's contacts who were cut off; shown makes of a sealed
// number what people may see of it.
func (r *Report) CutOff(shown func(sealed string, withheld bool) string) *CutOff {
	list := &CutOff{Site: r.Site, From: r.From, To: r.To, Zone: r.Zone, Callers: []CutCaller{}}
	for _, c := range r.Contacts {
		if c.CutOff {
			list.Callers = append(list.Callers, CutCaller{
				ID: c.ID, Arrived: c.Arrived, Cut: c.Closed, Entry: c.Entry, Topic: c.Topic, Queue: c.Queue,
				Outcome: c.Outcome, Agent: c.Agent, Caller: shown(c.sealed, c.withheld),
			})
		}
	}
	return list
}

// WriteText prints the list for a terminal.
func (c *CutOff) WriteText(w io.Writer) error {
	talked := 0
	t := terminal.NewTable("ARRIVED", "CUT OFF", "QUEUE", "TOPIC", "OUTCOME", "AGENT", "CALLER", "ID")
	for _, l := range c.Callers {
		if l.Outcome == contact.Answered {
			talked++
		}
		t.Row(l.Arrived.Format("01-02 15:04:05"), l.Cut.Format("15:04:05"), l.Queue, l.Topic, l.Outcome, l.Agent, l.Caller, l.ID)
	}
	_, err := fmt.Fprintf(w, "%s · cut off because Asterisk died, of those who arrived from\n%s to %s (%s)\n\n%s\n%d were cut off: %d while they talked with an agent, %d before\n",
		c.Site, c.From.Format(minute), c.To.Format(minute), c.Zone, t, len(c.Callers), talked, len(c.Callers)-talked)
	return err
}

// WriteCSV writes the list, one line per contact.
func (c *CutOff) WriteCSV(w io.Writer, d Dialect) error {
	rows := [][]string{{"contact", "arrived", "cut_off", "entry", "topic", "queue", "outcome", "agent", "caller"}}
	for _, l := range c.Callers {
		rows = append(rows, []string{
			string(l.ID), d.time(l.Arrived), d.time(l.Cut), string(l.Entry), string(l.Topic), string(l.Queue),
			string(l.Outcome), string(l.Agent), l.Caller,
		})
	}
	return d.write(w, rows)
}

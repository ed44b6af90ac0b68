package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// saw is what the phones lived through.
type saw struct {
	called  int
	talked  int // callers who heard an agent, or whom an agent heard
	sent    int // callers whom a local service heard
	left    int // callers who hung up before
	turned  int // callers whom guichet ended before they heard anybody
	instant int // agents who answered and heard nobody: the caller left right then
	twice   int // phones that were called twice at a time
	errs    []error
}

func sawOf(ctx context.Context, people []*person, team, services []*phone.Phone) saw {
	s := saw{called: len(people)}
	spoke, sent := s.listen(ctx, team), s.listen(ctx, services)
	for _, a := range team {
		if a.Peak() > 1 {
			s.twice++
		}
	}
	for _, p := range people {
		switch shown, toOffice := sent[p.voice]; {
		case p.err != nil:
			s.errs = append(s.errs, fmt.Errorf("caller %s: %w", p.number, p.err))
		case toOffice && shown != "+33"+p.number[1:]:
			s.errs = append(s.errs, fmt.Errorf("caller %s: the local service was shown %s", p.number, shown))
		case toOffice:
			s.sent++
		case p.talked || spoke[p.voice] != "":
			s.talked++
		case p.left:
			s.left++
		default:
			s.turned++
		}
	}
	return s
}

// listen asks phones whom they heard, and which number each of them showed.
func (s *saw) listen(ctx context.Context, phones []*phone.Phone) map[phone.Signature]string {
	spoke := map[phone.Signature]string{}
	for _, p := range phones {
		for range p.Received() {
			leg, err := p.NextCall(ctx)
			if err != nil {
				s.errs = append(s.errs, err)
				break
			}
			heard := leg.HeardAny()
			for voice := range heard {
				spoke[voice] = leg.From().Number
			}
			if !leg.Times().Answered.IsZero() && len(heard) == 0 {
				s.instant++
			}
		}
	}
	return spoke
}

func fetchReport(ctx context.Context, url string) (r report.Report, err error) {
	return r, fetch(ctx, url+"/api/v1/report", &r)
}

// quiet waits until every contact is over, as far as guichet knows.
func quiet(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		var calls []struct{ ID string }
		if err := fetch(ctx, url+"/api/v1/calls", &calls); err != nil {
			return err
		}
		if len(calls) == 0 {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d contacts are still open though every phone hung up", len(calls))
		}
	}
}

// compare holds what guichet counted against what the phones saw. The ledger
// may hold earlier demos: only the difference counts.
func compare(ctx context.Context, o Options, before report.Report, s saw) error {
	after, err := fetchReport(ctx, o.Stage.URL)
	if err != nil {
		return err
	}
	was, is := before.Summary, after.Summary
	outcome := func(of contact.Outcome) int { return is.Outcomes[of] - was.Outcomes[of] }
	var wrong []error
	check := func(what string, phones, counted int) {
		mark := "="
		if phones != counted {
			mark = "≠"
			wrong = append(wrong, fmt.Errorf("%s: the phones saw %d, guichet counted %d", what, phones, counted))
		}
		fmt.Fprintf(o.Out, "  %-34s phones %4d  %s  guichet %4d\n", what, phones, mark, counted)
	}
	fmt.Fprintln(o.Out, "\nWhat the phones saw, and what guichet counted:")
	check("calls placed, contacts offered", s.called, is.Offered-was.Offered)
	// Whoever leaves in the very instant of the answer may be counted either way:
	// no phone can tell whether the bridge had been made.
	either := min(s.instant, max(0, outcome(contact.Answered)-s.talked))
	check("callers who spoke, answered", s.talked+either, outcome(contact.Answered))
	check("sent to a local service", s.sent, outcome(contact.TransferredOut))
	check("callers who gave up, abandoned", s.left-either, outcome(contact.Abandoned))
	check("ended by guichet, dissuaded", s.turned, outcome(contact.Dissuaded)+outcome(contact.Failed)+outcome(contact.SelfServed))
	check("agents called twice at a time", s.twice, 0)
	if o.Outside != nil { // a stage of its own, with nothing else in its ledger
		wrong = append(wrong, shows(o, after.Contacts)...)
	}
	wrong = append(wrong, s.errs...)
	if !after.Checks.OK() {
		wrong = append(wrong, fmt.Errorf("the checks of the report did not hold: %+v", after.Checks))
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("phones and counters disagree:\n%w", err)
	}
	fmt.Fprintf(o.Out, "\nThey agree. Conservation and invariants held over %d facts.\n", after.Checks.Entries)
	return nil
}

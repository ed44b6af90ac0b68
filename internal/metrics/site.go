package metrics

import (
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// offerResults are all ways an offer can end, so that each has its series.
var offerResults = []string{
	"connected", string(contact.NoAnswer), string(contact.Busy), string(contact.Refused),
	string(contact.Unreachable), string(contact.Lost), string(contact.Returned), "void", "caller_left",
}

// tally sends what was counted.
func (s *sink) tally(state *fold.State, site *config.Site) {
	t := state.Tally
	var entries, refusals, results, told, queues [][]string
	for entry := range site.Entries {
		entries = append(entries, []string{string(entry), string(contact.Voice)})
	}
	for queue := range site.Queues {
		for _, reason := range []contact.Refusal{contact.Full, contact.NoAgent, contact.Closed} {
			refusals = append(refusals, []string{string(queue), string(reason)})
		}
	}
	for queue := range site.Queues {
		queues = append(queues, []string{string(queue)})
		for _, result := range []string{fold.PromiseKept, fold.PromiseBroken, fold.PromiseLeft} {
			told = append(told, []string{string(queue), result})
		}
	}
	for _, result := range offerResults {
		results = append(results, []string{result})
	}
	s.counts(offered, t.Offered, entries...)
	s.counts(asked, t.Asked)
	s.counts(outcomes, t.Outcomes)
	s.counts(abandoned, t.Abandoned)
	s.counts(dissuaded, t.Dissuaded, refusals...)
	s.counts(offers, t.Offers, results...)
	s.counts(promises, t.Promises, told...)
	s.counts(ratings, t.Ratings)
	s.counts(cancelled, t.Cancelled, queues...)
	s.counts(uncomputed, t.Conditions, branches(site)...)
	s.byName(voids, state.Protocol.Voids)
	for labels, h := range t.Waits {
		s.histogram(waits, h, labels.Values()...)
	}
	s.histogram(talk, t.Talk)
	s.histogram(wrapUp, t.WrapUp)
	s.histogram(latency, t.Latency)
}

// branches are the entries of the site with the nodes of their trees that decide by
// conditions.
func branches(site *config.Site) (all [][]string) {
	for name, entry := range site.Entries {
		if entry.Tree == nil {
			continue
		}
		for id, node := range entry.Tree.Nodes {
			if _, decides := node.(*ivr.Branch); decides {
				all = append(all, []string{string(name), string(id)})
			}
		}
	}
	return all
}

// floor sends who waits and what the agents do. Configured queues and centers
// have their series when they are empty too.
func (s *sink) floor(state *fold.State, site *config.Site, now int64) {
	here := 0
	for _, rec := range state.Contacts {
		if rec.Outcome == contact.StillHere {
			here++
		}
	}
	s.add(stillHere, float64(here))
	s.queues(state, site, now)
	s.overlooked(state, site, now)
	s.forecasts(state, site, now)
	for name, queue := range site.Queues {
		s.add(targetRatio, float64(queue.Target.Answered)/100, string(name))
		s.add(targetSeconds, queue.Target.Within.Seconds(), string(name))
	}
	s.agents(state, site)
	s.announced(state, site, now)
	for center := range site.Centers {
		s.add(centerOpen, truth(site.CenterOpen(center, time.UnixMicro(now))), string(center))
	}
}

// announced has a series for each entry and queue of the site.
func (s *sink) announced(state *fold.State, site *config.Site, now int64) {
	for entry := range site.Entries {
		s.add(announced, truth(state.Announced(fact.Place{Entry: entry}, now) != nil), string(entry), "")
	}
	for queue := range site.Queues {
		s.add(announced, truth(state.Announced(fact.Place{Queue: queue}, now) != nil), "", string(queue))
	}
}

// overlookedAfter is far beyond what an offer takes, and beyond the time for
// which a contact is held back after an offer that came to nothing.
const overlookedAfter = time.Second

func (s *sink) overlooked(state *fold.State, site *config.Site, now int64) {
	counts := state.Floor.Overlooked(now, overlookedAfter)
	for queue := range site.Queues {
		counts[queue] += 0
	}
	for queue, n := range counts {
		s.add(overlooked, float64(n), string(queue))
	}
}

// forecasts sends what a newcomer would be told in each queue of the site, and how far
// the estimators were wrong there.
func (s *sink) forecasts(state *fold.State, site *config.Site, now int64) {
	for queue := range site.Queues {
		if wait, known := state.EstimatedWait(queue, now); known {
			s.add(estimated, wait.Seconds(), string(queue))
		}
		if line := state.Lines[queue]; line != nil {
			for method, score := range line.Scores {
				s.add(erred, seconds(score.Error), string(queue), string(method))
			}
		}
	}
}

func (s *sink) queues(state *fold.State, site *config.Site, now int64) {
	type line struct {
		waiting, toCall int
		oldest          int64
	}
	lines, mails := map[contact.Queue]line{}, map[contact.Queue]line{}
	for queue := range site.Queues {
		lines[queue], mails[queue] = line{}, line{}
	}
	for id, ticket := range state.Floor.Tickets {
		since, rec := ticket.QueuedAt, state.Contacts[id]
		if rec != nil && rec.CalledLater(now) {
			continue
		}
		if rec != nil && rec.QueuedAt != 0 {
			since = rec.QueuedAt // the first queueing: a move to another queue is no new wait
		}
		of := lines
		if !ticket.Medium.Interactive() {
			of = mails
		}
		l := of[ticket.Queue]
		l.waiting++
		if ticket.Callback { // nobody is kept waiting on the line
			l.toCall++
		} else {
			l.oldest = max(l.oldest, now-since)
		}
		of[ticket.Queue] = l
	}
	for queue, l := range mails {
		s.add(mailsWaiting, float64(l.waiting), string(queue))
		s.add(mailsOldest, seconds(l.oldest), string(queue))
	}
	for queue, l := range lines {
		s.add(waiting, float64(l.waiting), string(queue))
		s.add(toCall, float64(l.toCall), string(queue))
		s.add(oldest, seconds(l.oldest), string(queue))
	}
}

func (s *sink) agents(state *fold.State, site *config.Site) {
	type place struct {
		center contact.Center
		state  acd.State
	}
	counts := map[place]int{}
	for center := range site.Centers {
		for _, st := range acd.States {
			counts[place{center, st}] = 0
		}
	}
	for _, a := range state.Floor.Agents {
		counts[place{a.Center, a.State}]++
	}
	for id, configured := range site.Agents {
		if state.Floor.Agents[id] == nil { // never logged in
			counts[place{configured.Center, acd.LoggedOut}]++
		}
	}
	for p, n := range counts {
		s.add(agents, float64(n), string(p.center), string(p.state))
	}
}

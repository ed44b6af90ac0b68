package node_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

// muddle is a floor on which people do what they like, and controllers die.
type muddle struct {
	*bench
	random *rand.Rand
	agents []contact.Agent
	phones map[contact.Agent]*aritest.Phone
	// callers may have gone; came counts all of them.
	callers []*aritest.Caller
	came    int
}

// Callers, agents, colleagues and supervisors hold, consult, send on, confer, take over and
// hang up as it comes, while controllers are killed among them: each contact has one
// outcome, nothing is left, and every agent is free.
func TestControllersAreKilledAmongAllThatPeopleDo(t *testing.T) {
	t.Parallel()
	for range 4 {
		seed := uint64(time.Now().UnixNano())
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := &muddle{bench: newBench(t, noWrapUp, menusWait(6*time.Second)), random: rand.New(rand.NewPCG(seed, 1)), phones: map[contact.Agent]*aritest.Phone{}}
			for i := range 6 {
				a := contact.Agent(fmt.Sprintf("a120%d", i+1))
				m.agents, m.phones[a] = append(m.agents, a), m.phone(a, aritest.Answers(0))
			}
			m.until("the link to be up", m.ready)
			m.login(m.agents...)
			for range 3 {
				for range 60 {
					m.something()
					if m.random.IntN(2) == 0 {
						m.until("everybody to be served or to wait", m.settled)
					}
				}
				m.kill()
				m.something() // while nobody listens
				m.start()
				m.until("the link to be up", m.ready)
			}
			m.ends()
		})
	}
}

func (m *muddle) someone() contact.Agent { return m.agents[m.random.IntN(len(m.agents))] }

// something is what somebody does next.
func (m *muddle) something() {
	switch m.random.IntN(8) {
	case 0, 1:
		m.came++
		m.callers = append(m.callers, m.ask())
	case 2:
		if n := len(m.callers); n > 0 {
			m.callers[m.random.IntN(n)].Hangup()
		}
		m.callers = slices.DeleteFunc(m.callers, func(c *aritest.Caller) bool { return c.Channel().Gone })
	case 3:
		m.phones[m.someone()].Hangup()
	default:
		m.wishes()
	}
}

// settled: what was begun is done, and nobody waits while an agent is ready.
func (m *muddle) settled() bool {
	done, waiting, ready := true, false, false
	for _, c := range m.callers {
		done = done && (!c.Channel().InStasis || m.record(c) != nil)
	}
	m.c.View(func(s *fold.State) {
		for _, rec := range s.Contacts {
			switch rec.Standing() {
			case "menu", "offered", "ringing", "leaving", "sent on", "closed":
				done = false
			case "waiting":
				waiting = true
			}
		}
		for _, a := range s.Floor.Agents {
			ready = ready || a.State == acd.Ready
		}
	})
	return done && !(waiting && ready)
}

// wishes is a deed of somebody, done or refused.
func (m *muddle) wishes() {
	of := m.someone()
	w := status.Wish{Of: of, By: of}
	for _, d := range []engine.Deed{
		engine.Hold, engine.Unhold, engine.SendTo, engine.SendTo, engine.Consult, engine.Consult, engine.Complete, engine.Cancel, engine.Conference,
		engine.End, engine.Supervise, engine.TakeOver,
	} {
		if m.random.IntN(4) == 0 {
			w.Do = string(d)
			break
		}
	}
	switch engine.Deed(w.Do) {
	case engine.SendTo:
		if w.Agent = m.someone(); m.random.IntN(3) == 0 {
			w.Agent, w.Queue = "", "particuliers"
		}
	case engine.Consult:
		w.Agent = m.someone()
	case engine.Conference:
		if m.random.IntN(2) == 0 {
			w.Agent = m.someone()
		}
	case engine.Supervise, engine.TakeOver:
		w.By = m.someone()
		w.Role = []fact.Role{fact.Listening, fact.Whispers, fact.Barging}[m.random.IntN(3)]
	case "":
		return
	}
	_ = m.c.Direct(context.Background(), w)
}

// ends lets everybody hang up, and looks at what is left.
func (m *muddle) ends() {
	m.Helper()
	for _, c := range m.callers {
		c.Hangup()
	}
	m.untilQuiet()
	m.sameAfterReplay()
	m.c.View(func(s *fold.State) {
		assert.Empty(m, s.Floor.Offers)
		assert.Empty(m, s.Floor.Errands)
	})
	for _, a := range m.agents {
		m.until("the agent to be free", func() bool {
			s := m.agent(a)
			return s == acd.Ready || s == acd.SetAside
		})
		assert.LessOrEqual(m, m.phones[a].Peak(), 1, "%s was called twice at a time", a)
	}
	var outcomes uint64
	for _, n := range m.outcomes() {
		outcomes += n
	}
	m.Logf("%d calls: %v", m.came, m.outcomes())
	m.c.View(func(s *fold.State) { assert.Equal(m, s.Tally.Offered.Total(), outcomes) })
}

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
)

// carded are the agents of the busy floor whose cards are followed: of each team some, as
// cards are dear to two cores; the first one's in Chromium too.
var carded = []string{"a1001", "a1002", "a1003", "a1101", "a2001"}

// cards lets them sign in.
func cards(t *testing.T) func(dir string) {
	return func(dir string) {
		withAccounts(t)(dir)
		text, err := os.ReadFile(filepath.Join(dir, "accounts.yaml"))
		require.NoError(t, err)
		first, _, _ := strings.Cut(strings.TrimPrefix(string(text), "accounts:\n"), "\n")
		accounts := "accounts:\n"
		for _, a := range carded {
			accounts += strings.Replace(first, "a1001", a, 1) + "\n"
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "accounts.yaml"), []byte(accounts), 0o600))
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{`ring: 60s`: "ring: 3s", `\n    code: required`: ""})
	}
}

// followed is the card of an agent, as his page has it: a session, and its events.
type followed struct {
	agent string

	mu     sync.Mutex
	last   api.Card
	shown  int
	talked map[contact.ID]bool // with whom he talks, or did
	states map[acd.State]int
	wrong  []string
}

// follow signs in and reads the events of a card until the test ends.
func (f *floor) follow(agent string) *followed {
	f.t.Helper()
	c := &followed{agent: agent, talked: map[contact.ID]bool{}, states: map[acd.State]int{}}
	client := &http.Client{Transport: &http.Transport{}}
	body, err := json.Marshal(map[string]string{"login": agent, "password": annesPassword})
	require.NoError(f.t, err)
	answer, err := client.Post(f.URL+"/api/v1/session", "application/json", bytes.NewReader(body))
	require.NoError(f.t, err)
	require.NoError(f.t, answer.Body.Close())
	require.Less(f.t, answer.StatusCode, 300, agent)
	request, err := http.NewRequestWithContext(f.ctx, http.MethodGet, f.URL+"/api/v1/card/events", nil)
	require.NoError(f.t, err)
	for _, cookie := range answer.Cookies() {
		request.AddCookie(cookie)
	}
	events, err := client.Do(request)
	require.NoError(f.t, err)
	require.Equal(f.t, http.StatusOK, events.StatusCode)
	var reading sync.WaitGroup
	reading.Go(func() {
		lines := bufio.NewScanner(events.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
				c.shows([]byte(data))
			}
		}
	})
	f.t.Cleanup(func() {
		_ = events.Body.Close()
		reading.Wait()
		client.CloseIdleConnections()
	})
	return c
}

func (c *followed) shows(text []byte) {
	var card api.Card
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := json.Unmarshal(text, &card); err != nil {
		c.wrong = append(c.wrong, err.Error())
		return
	}
	c.last = card
	c.shown++
	c.states[card.Agent.State]++
	if string(card.Agent.ID) != c.agent {
		c.wrong = append(c.wrong, "the card of "+string(card.Agent.ID))
	}
	if his := card.Caller; his != nil && !his.Over && !his.Answered.IsZero() && card.Agent.State == acd.Talking {
		c.talked[his.ID] = true
	}
}

func (c *followed) card() api.Card {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// followCards has their cards open, and one page in a browser.
func (f *floor) followCards() {
	f.t.Helper()
	for _, a := range carded {
		require.Contains(f.t, f.agents, a)
		f.cards = append(f.cards, f.follow(a))
	}
	f.page = f.browse()
	f.page.do(act{Do: "go", URL: f.URL + "/agent"})
	f.page.fill("#login", carded[0])
	f.page.fill("#password", annesPassword)
	f.page.press("Enter")
	f.page.see(".state", "Disponible")
}

// cardsAgree compares the cards with the API, once nothing moves.
func (f *floor) cardsAgree() {
	f.t.Helper()
	f.everybodyIsFree()
	for _, c := range f.cards {
		var agent api.Agent
		f.get("/api/v1/agents/"+c.agent, &agent)
		f.until("the card of "+c.agent+" to show what the API says", func() bool { return c.card().Agent.Since.Equal(agent.Since) })
		card := c.card()
		assert.Equal(f.t, agent.State, card.Agent.State, c.agent)
		assert.Empty(f.t, card.Agent.Contact, c.agent)
		assert.True(f.t, card.Caller == nil || card.Caller.Over, "%s has nobody any more", c.agent)
		var same api.Card
		if c.agent == carded[0] {
			require.NoError(f.t, json.Unmarshal([]byte(f.card(f.page)), &same))
			same.Now = card.Now
			assert.Equal(f.t, card, same, "the page in the browser shows the same")
			f.page.see(".state", "Disponible")
		}
	}
}

// sameOnCards compares whom each card has shown its agent to talk with, with the phones and
// with the report. A card is shown four times a second at most: who talked for less than a
// second may be on none.
func (f *floor) sameOnCards(r report.Report) {
	f.t.Helper()
	for _, c := range f.cards {
		c.mu.Lock()
		assert.Empty(f.t, c.wrong)
		phoned := map[contact.ID]bool{}
		f.mu.Lock()
		for id, legs := range f.legs {
			for _, leg := range legs {
				if leg.Phone().User() == c.agent {
					phoned[contact.ID(id)] = true
				}
			}
		}
		f.mu.Unlock()
		answered := 0
		for _, row := range r.Contacts {
			if string(row.Agent) != c.agent {
				continue
			}
			answered++
			if row.Talk.Duration() >= time.Second {
				assert.True(f.t, c.talked[row.ID], "%s answered %s, says the report, and his card did not show it", c.agent, row.ID)
			}
		}
		for id := range c.talked {
			assert.True(f.t, phoned[id], "%s talks with %s on his card, and his phone was not answered", c.agent, id)
			i := slices.IndexFunc(r.Contacts, func(row report.Contact) bool { return row.ID == id })
			assert.True(f.t, i >= 0 && r.Contacts[i].Outcome == contact.Answered, "%s is answered, says the report", id)
		}
		assert.Positive(f.t, answered, c.agent)
		assert.Positive(f.t, c.states[acd.WrapUp], c.agent)
		f.t.Logf("card of %s: %d snapshots, %d contacts; %d answered first by him, says the report; states %v", c.agent, c.shown, len(c.talked), answered, c.states)
		c.mu.Unlock()
	}
}

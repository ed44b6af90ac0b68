package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// What an agent sees on his card of himself and of his caller is what API and board show
// of him to others, and what the metrics count.
func TestTheCardsShowWhatAPIBoardAndMetricsShow(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	one := accounts(t)["a1"]
	site.Accounts = map[string]config.Account{}
	for id := range site.Agents {
		one.Login = string(id)
		site.Accounts[one.Login] = one
	}
	h := houseOf(reporttest.NewController(reporttest.Afternoon(site), site))
	type row struct {
		center contact.Center
		state  acd.State
	}
	counted, talks := map[row]int{}, 0
	everybody := get[[]api.Agent](t, h, "/api/v1/agents")
	require.NotEmpty(t, everybody)
	for _, a := range everybody {
		card := h.cardOf(t, h.signIn(t, string(a.ID)))
		assert.Equal(t, a, card.Agent)
		counted[row{card.Agent.Center, card.Agent.State}]++
		if a.Contact == "" {
			continue
		}
		talks++
		live := get[api.CallStory](t, h, "/api/v1/calls/"+string(a.Contact)).Live
		require.NotNil(t, live)
		require.NotNil(t, card.Caller)
		assert.Equal(t, *live, card.Caller.Call, "%s has", a.ID)
	}
	assert.Positive(t, talks)
	code, text := h.ask(t, "GET", "/metrics", "")
	require.Equal(t, http.StatusOK, code)
	for r, n := range counted {
		assert.Contains(t, text, fmt.Sprintf("guichet_agents{center=%q,state=%q} %d\n", r.center, r.state, n))
	}
	top := get[api.Top](t, h, "/api/v1/top")
	for _, c := range top.Centers {
		for state, n := range c.Agents {
			assert.Equal(t, counted[row{c.Center, state}], n, "%s of %s", state, c.Center)
		}
	}
}

// moving is a controller at which something happens between two looks.
type moving struct {
	*reporttest.Controller
	looks int
	then  func()
}

func (m *moving) View(read func(*fold.State)) {
	m.Controller.View(read)
	if m.looks++; m.looks == 1 {
		m.then()
	}
}

// A card is one look: agent and caller are of the same moment, whatever happens meanwhile.
func TestACardIsOneLook(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	l := reporttest.Floor(site, "a1")
	l.Arrive("c61")
	l.Enqueue("c61", "income")
	c := reporttest.NewController(l, site)
	m := &moving{Controller: c, looks: 1}
	m.then = func() { c.Change(func(l *reporttest.Ledger) { l.Ring("c61", "a1") }) }
	o := options(c)
	o.Controller = m
	h := &house{c, api.New(o).Handler()}
	cookie := h.signIn(t, "a1")
	require.Nil(t, h.cardOf(t, cookie).Caller)
	m.looks = 0
	card := h.cardOf(t, cookie)
	require.NotNil(t, card.Caller)
	assert.Equal(t, []any{acd.Ringing, card.Caller.ID}, []any{card.Agent.State, card.Agent.Contact})
}

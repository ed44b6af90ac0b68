package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/guichet/guichet/internal/phone"
)

// crews are how many agents of each center take part: few on the platform and for
// direct debits, so that there is overflow, and a queue that is full.
var crews = []struct {
	center string
	agents int
}{{"cis_ouest", 12}, {"cis_sud", 6}, {"cps_lyon", 3}, {"plateau_44", 2}}

// logIn registers the agents' phones and brings the agents to the floor by the
// command line, as a center's lead would.
func logIn(ctx context.Context, o Options, exchange *phone.Exchange) ([]*phone.Phone, error) {
	var team []*phone.Phone
	args := []string{"agents", "login"}
	for _, crew := range crews {
		ids, err := agentsOf(ctx, o.Stage.URL, crew.center, crew.agents)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			p, err := exchange.Register(ctx, o.Stage.Account(id), behaviour(len(team)))
			if err != nil {
				return nil, fmt.Errorf("register the phone of agent %s: %w", id, err)
			}
			team = append(team, p)
		}
		args = append(args, ids...)
	}
	if out, err := o.Stage.Guichet(ctx, args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("log the agents in: %w: %s", err, out)
	}
	return team, nil
}

// logOut takes the agents from the floor: on a stage that goes on, nobody must be
// offered to phones that are gone.
func logOut(ctx context.Context, o Options, team []*phone.Phone) {
	args := []string{"agents", "logout"}
	for _, p := range team {
		args = append(args, p.User())
	}
	if out, err := o.Stage.Guichet(ctx, args...).CombinedOutput(); err != nil {
		fmt.Fprintf(o.Out, "the agents could not be logged out: %v: %s\n", err, out)
	}
}

// behaviour of the i-th agent: most answer within a second or two, one refuses
// every call and one is busy, so that the next agent gets the caller.
func behaviour(i int) phone.Behaviour {
	switch i {
	case 3:
		return phone.Refuses(603, 800*time.Millisecond)
	case 7:
		return phone.Refuses(486, 0)
	}
	answers := time.Duration(500+i*137%1500) * time.Millisecond
	return phone.Answers(answers).TalksFor(time.Duration(4000+i*911%5000) * time.Millisecond)
}

// agentsOf asks guichet for agents of a center who can serve there.
func agentsOf(ctx context.Context, url, center string, n int) ([]string, error) {
	var list []struct{ ID string }
	if err := fetch(ctx, url+"/api/v1/agents?center="+center, &list); err != nil {
		return nil, err
	}
	if len(list) < n {
		return nil, fmt.Errorf("center %s has %d agents, the demo wants %d", center, len(list), n)
	}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = list[i].ID
	}
	return ids, nil
}

func fetch(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask guichet: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("ask guichet for %s: it answers %s", url, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return fmt.Errorf("read what guichet answers at %s: %w", url, err)
	}
	return nil
}

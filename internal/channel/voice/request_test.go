package voice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

var (
	notFound = &ari.Error{Op: "x", Status: 404, Message: "Channel not found"}
	conflict = &ari.Error{Op: "x", Status: 409}
	broken   = &ari.Error{Op: "x", Status: 500, Message: "Internal server error"}
	// unreachable is what Asterisk 22.10.1 says of a phone that is not there.
	unreachable = &ari.Error{Op: "x", Status: 500, Message: "Allocation failed"}
	// unreached never left; whether it was executed is as unclear as after an
	// answer that was lost.
	unreached = &ari.Error{Op: "x", Err: context.DeadlineExceeded}
	// lostAnswer left for sure.
	lostAnswer = fmt.Errorf("x: %w", ari.ErrAmbiguous)
)

func TestEachRefusalOfEachRequestHasItsMeaning(t *testing.T) {
	t.Parallel()
	gone := []string{"CallerLeft{Cause:0}"}
	goesOn := []string{"Played{N:1}"}
	drop := []string{"hang_up_leg"}
	again := func(op Op) []string { return []string{string(op) + " again in 100ms"} }
	caller := func(d *desk) {
		d.do(engine.Answer{})
		d.do(engine.Play{N: 1, Prompts: prompts("bienvenue"), Language: "fr"})
		d.do(engine.StartMusic{})
		d.do(engine.Release{Cause: 16})
	}
	stopping := func(d *desk) { d.do(engine.StopPlay{N: 1}); d.do(engine.StopMusic{}) }
	joining := func(d *desk) { d.answered(); d.do(engine.Join{Offer: offer}) }
	dropping := func(d *desk) { d.dialled(); d.do(engine.DropLeg{Offer: offer}) }
	ringing := func(d *desk) { d.ring() }
	dialling := func(d *desk) { d.here(); d.done(OpDial, nil) }
	rejoin := []string{"make_bridge", "join again in 50ms"}

	for _, tc := range []struct {
		op                                    Op
		reach                                 func(*desk)
		notFound, conflict, broken, unreached []string
	}{
		{OpAnswer, caller, gone, nil, nil, again(OpAnswer)},
		{OpPlay, caller, gone, goesOn, goesOn, goesOn}, // repeated, it would play twice
		{OpStopPlay, stopping, nil, nil, nil, again(OpStopPlay)},
		{OpStartMusic, caller, gone, nil, nil, again(OpStartMusic)},
		{OpStopMusic, stopping, nil, nil, nil, again(OpStopMusic)},
		{OpRelease, caller, gone, again(OpRelease), again(OpRelease), again(OpRelease)},
		{OpCreate, ringing, drop, drop, drop, again(OpCreate)},
		{OpMakeBridge, dialling, nil, nil, again(OpMakeBridge), again(OpMakeBridge)},
		{OpDial, (*desk).here, []string{left(contact.Lost, 0)}, []string{"make_bridge", rings()}, drop, again(OpDial)},
		{OpJoin, joining, rejoin, rejoin, rejoin, again(OpJoin)},
		{OpHangUpLeg, dropping, []string{left(contact.Lost, 0)}, again(OpHangUpLeg), again(OpHangUpLeg), again(OpHangUpLeg)},
	} {
		for _, answer := range []struct {
			err  error
			want []string
		}{{notFound, tc.notFound}, {conflict, tc.conflict}, {broken, tc.broken}, {unreached, tc.unreached}} {
			t.Run(fmt.Sprintf("%s: %v", tc.op, answer.err), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				tc.reach(d)
				assert.Equal(t, answer.want, d.done(tc.op, fmt.Errorf("wrapped: %w", answer.err)))
			})
		}
	}
}

func TestALegThatCannotBeMadeIsUnreachableAndMakesSure(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ring()
	d.done(OpCreate, fmt.Errorf("wrapped: %w", unreachable))
	assert.Equal(t, []string{left(contact.Unreachable, 0)}, d.done(OpHangUpLeg, notFound))
}

func TestAnyOtherRefusalOfALegIsNotTheAgentsFault(t *testing.T) {
	t.Parallel()
	for _, op := range []Op{OpCreate, OpDial} {
		d := newDesk(t)
		d.ring()
		d.see(enters(leg1))
		assert.Equal(t, []string{"hang_up_leg"}, d.done(op, broken), op)
		assert.Equal(t, []string{left(contact.Lost, 0)}, d.done(OpHangUpLeg, notFound), op)
	}
}

func TestTheFirstCreateOfANewNameIsNoRepetition(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ring()
	d.done(OpCreate, conflict) // somebody else's: a false one is ari.ErrUnreachable
	assert.Equal(t, []string{left(contact.Lost, 0)}, d.done(OpHangUpLeg, notFound))

	d = newDesk(t)
	d.ring()
	d.done(OpCreate, unreached)
	assert.Empty(t, d.done(OpCreate, conflict), "the first attempt was executed after all")
	assert.Equal(t, []string{"dial"}, d.see(enters(leg1)))
}

func TestAVanishedOriginatorIsNotTheAgentsFault(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ring()
	d.done(OpCreate, notFound)
	assert.Equal(t, []string{left(contact.Lost, 0)}, d.done(OpHangUpLeg, notFound))
}

func TestRepetitionsSlowDownToTwoSeconds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.do(engine.Answer{})
	var pauses []string
	for range 8 {
		d.done(OpAnswer, unreached)
		pauses = append(pauses, d.pending[0].After.String())
	}
	assert.Equal(t, []string{"100ms", "200ms", "400ms", "800ms", "1.6s", "2s", "2s", "2s"}, pauses)
}

func TestNothingIsRepeatedThatIsNotWantedAnyMore(t *testing.T) {
	t.Parallel()
	t.Run("music after it was stopped", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.do(engine.StartMusic{})
		d.do(engine.StopMusic{})
		assert.Empty(t, d.done(OpStartMusic, unreached), "it would play into the conversation")
	})
	t.Run("silence after music was wanted again", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.do(engine.StopMusic{})
		d.do(engine.StartMusic{})
		assert.Empty(t, d.done(OpStopMusic, unreached))
	})
	t.Run("anything for a caller who left", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.do(engine.Answer{})
		d.do(engine.Release{})
		d.see(hangsUp(caller, 16))
		assert.Empty(t, d.done(OpAnswer, unreached))
		assert.Empty(t, d.done(OpRelease, broken))
	})
	t.Run("a create, a dial or a join of a dropped leg", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.ring()
		d.see(enters(leg1))
		d.see(isUp(leg1))
		d.do(engine.Join{Offer: offer})
		d.do(engine.DropLeg{Offer: offer})
		for _, op := range []Op{OpCreate, OpDial, OpJoin} {
			assert.Empty(t, d.done(op, unreached), "%s: a leg would come back to life", op)
		}
	})
	t.Run("a hang-up of a leg that is gone", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.dialled()
		d.do(engine.DropLeg{Offer: offer})
		d.see(ends(leg1))
		assert.Empty(t, d.done(OpHangUpLeg, unreached))
	})
}

func TestJoiningIsTriedAgainWithANewBridgeAndThenGivenUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	d.do(engine.Join{Offer: offer})
	for range maxJoins {
		assert.Equal(t, []string{"make_bridge", "join again in 50ms"}, d.done(OpJoin, notFound))
		bridge := d.pending[len(d.pending)-2]
		assert.Equal(t, callerLane, bridge.Lane, "the bridge is made before the join, in the same lane")
		d.done(OpMakeBridge, conflict)
	}
	assert.Equal(t, []string{"hang_up_leg"}, d.done(OpJoin, notFound))
	assert.Equal(t, []string{left(contact.Lost, 0)}, d.done(OpHangUpLeg, notFound))
}

func TestAJoinThatFailsBecauseTheCallerLeftIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	d.do(engine.Join{Offer: offer})
	d.see(hangsUp(caller, 16))
	assert.Empty(t, d.done(OpJoin, notFound))
}

func TestAnErrorThatIsNoneOfAsterisksIsARefusal(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.do(engine.Play{N: 1, Prompts: prompts("bienvenue")})
	assert.Equal(t, []string{"Played{N:1}"}, d.done(OpPlay, errors.New("strange")))
}

func TestRequestsSayWhatAsteriskExpects(t *testing.T) {
	t.Parallel()
	var asked []string
	asterisk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(body))
		asked = append(asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+plain))
		_, _ = io.WriteString(w, "{}")
	}))
	defer asterisk.Close()
	client, err := ari.New(ari.Options{URL: asterisk.URL + "/ari", Application: "guichet", Username: "u", Password: "p"})
	require.NoError(t, err)

	d := newDesk(t)
	d.do(engine.Answer{})
	d.do(engine.Play{N: 1, Prompts: append(prompts("a"), "b"), Language: "fr"})
	d.do(engine.StopPlay{N: 1})
	d.do(engine.StartMusic{})
	d.ring()
	d.see(enters(leg1))
	d.see(isRinging(leg1))
	d.do(engine.StopMusic{})
	d.do(engine.Join{Offer: offer})
	d.do(engine.Release{Cause: 17})
	for _, r := range d.pending {
		require.NoError(t, r.Send(t.Context(), client), r.Op)
	}
	d.pending = nil
	d.do(engine.DropLeg{Offer: offer})
	require.NoError(t, d.pending[0].Send(t.Context(), client))

	leg := string(leg1)
	assert.Equal(t, []string{
		"POST /ari/channels/1700000000.1/answer",
		`POST /ari/channels/1700000000.1/play/c1-s-1 {"media":["sound:fr/a","sound:fr/b"]}`,
		"DELETE /ari/playbacks/c1-s-1",
		"POST /ari/channels/1700000000.1/moh",
		`POST /ari/channels/create {"channelId":"` + leg + `","endpoint":"PJSIP/1001","app":"guichet","appArgs":"leg,c1",` +
			`"originator":"1700000000.1","variables":{"CONNECTEDLINE(all,i)":"\"paiement · 35 · 4s\" <0612345678>",` +
			`"PJSIP_HEADER(add,X-Guichet-Contact)":"c1"}}`,
		"POST /ari/channels/" + leg + `/dial {"timeout":18}`,
		`POST /ari/bridges/guichet-bridge-c1 {"type":"mixing","name":"c1"}`,
		"DELETE /ari/channels/1700000000.1/moh",
		`POST /ari/bridges/guichet-bridge-c1/addChannel {"channel":["1700000000.1","` + leg + `"],"inhibitConnectedLineUpdates":true}`,
		"DELETE /ari/channels/1700000000.1?reason=busy",
		"DELETE /ari/channels/" + leg + "?reason=answered_elsewhere",
	}, asked)
}

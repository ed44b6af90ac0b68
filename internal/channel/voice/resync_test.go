package voice

import (
	"fmt"
	"testing"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// listing is what Asterisk has: the caller, perhaps a leg in a state, and who
// of them is in the bridge.
func listing(leg string, members ...ari.ChannelID) Snapshot {
	s := Snapshot{Channels: map[ari.ChannelID]ari.Channel{}, Bridges: map[ari.BridgeID]v5.BridgeData{}}
	add := func(id ari.ChannelID, state string) {
		s.Channels[id] = ari.Channel{ID: id, State: state}
	}
	add(caller, "Up")
	if leg != "" {
		add(leg1, leg)
	}
	if members != nil {
		bridge := v5.BridgeData{ID: string(BridgeID("c1"))}
		for _, id := range members {
			bridge.ChannelIDs = append(bridge.ChannelIDs, string(id))
		}
		s.Bridges[BridgeID("c1")] = bridge
	}
	return s
}

func withoutCaller(s Snapshot) Snapshot {
	delete(s.Channels, caller)
	return s
}

const restarted = "Restarted{}"

func TestAListingAfterAGapIsComparedWithWhatTheLineKnew(t *testing.T) {
	t.Parallel()
	nothing := func(*desk) {}
	dropped := func(d *desk) { d.dialled(); d.do(engine.DropLeg{Offer: offer}) }
	asked := func(d *desk) { d.dialled(); d.do(engine.AskLeg{Offer: offer}) }
	both := []ari.ChannelID{caller, leg1}
	for name, tc := range map[string]struct {
		knew  func(*desk)
		found Snapshot
		want  []string
	}{
		"no leg, nothing happened":           {nothing, listing(""), []string{restarted}},
		"no leg, the caller is gone":         {nothing, withoutCaller(listing("")), []string{"CallerLeft{Cause:0}"}},
		"asked for, never made":              {func(d *desk) { d.ring() }, listing(""), []string{left(contact.Lost, 0), restarted}},
		"made, its entry was missed":         {(*desk).created, listing("Down"), []string{"hang_up_leg", restarted}},
		"made, the dial was dropped":         {(*desk).here, listing("Down"), []string{"hang_up_leg", restarted}},
		"made, the dial was executed":        {(*desk).here, listing("Ringing"), []string{"make_bridge", rings(), restarted}},
		"rings":                              {(*desk).dialled, listing("Ringing"), []string{"make_bridge", restarted}},
		"dialled, no 180 yet":                {(*desk).dialled, listing("Down"), []string{"make_bridge", restarted}},
		"rang, and is gone":                  {(*desk).dialled, listing(""), []string{left(contact.Lost, 0), restarted}},
		"rang, answered in the gap":          {(*desk).dialled, listing("Up"), []string{"make_bridge", about("AgentAnswered"), restarted}},
		"here, answered in the gap":          {(*desk).here, listing("Up"), []string{"make_bridge", rings(), about("AgentAnswered"), restarted}},
		"answered, the join was dropped":     {(*desk).answered, listing("Up"), []string{"make_bridge", about("AgentAnswered"), restarted}},
		"answered after the listing":         {(*desk).answered, listing("Ringing"), []string{"make_bridge", about("AgentAnswered"), restarted}},
		"answered, half joined":              {(*desk).answered, listing("Up", leg1), []string{about("AgentAnswered"), restarted}},
		"answered, joined in the gap":        {(*desk).answered, listing("Up", both...), []string{about("Bridged"), restarted}},
		"they talk":                          {(*desk).bridged, listing("Up", both...), []string{restarted}},
		"they talked, the bridge fell apart": {(*desk).bridged, listing("Up"), []string{"make_bridge", about("AgentAnswered"), restarted}},
		"they talked, the agent is gone":     {(*desk).bridged, listing("", caller), []string{left(contact.Lost, 0), restarted}},
		"they talked, the caller is gone":    {(*desk).bridged, withoutCaller(listing("Up", leg1)), []string{"CallerLeft{Cause:0}", about("AgentAnswered")}},
		"dropped, still there":               {dropped, listing("Ringing"), []string{"hang_up_leg", restarted}},
		"dropped, answered":                  {dropped, listing("Up"), []string{"hang_up_leg", restarted}},
		"dropped, gone":                      {dropped, listing(""), []string{left(contact.Lost, 0), restarted}},
		"given up by the ring timer, gone":   {asked, listing(""), []string{left(contact.NoAnswer, 0), restarted}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			tc.knew(d)
			assert.Equal(t, tc.want, d.told(d.line.Resync(tc.found)))
		})
	}
}

func TestALineTakenUpWithALiveOfferFindsItsLeg(t *testing.T) {
	t.Parallel()
	both := []ari.ChannelID{caller, leg1}
	for name, tc := range map[string]struct {
		found Snapshot
		want  []string
	}{
		"never made":          {listing(""), []string{left(contact.Lost, 0), restarted}},
		"made, never dialled": {listing("Down"), []string{"hang_up_leg", restarted}},
		"rings":               {listing("Ringing"), []string{"make_bridge", rings(), restarted}},
		"answered":            {listing("Up"), []string{"make_bridge", rings(), about("AgentAnswered"), restarted}},
		"they talk":           {listing("Up", both...), []string{about("Bridged"), restarted}},
		"the caller is gone":  {withoutCaller(listing("Ringing")), []string{"CallerLeft{Cause:0}", rings()}},
		"both are gone":       {withoutCaller(listing("")), []string{"CallerLeft{Cause:0}", left(contact.Lost, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.line = New(Call{Contact: "c1", Channel: caller, Salt: "s"}, sounds, offer)
			assert.Contains(t, d.line.IDs(), string(leg1))
			assert.Equal(t, tc.want, d.told(d.line.Resync(tc.found)))
		})
	}
}

func TestAfterAResyncALegIsBridgedAndEndsAsEver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.dialled()
	d.told(d.line.Resync(listing("Up")))
	assert.Equal(t, []string{"join"}, d.do(engine.Join{Offer: offer}))
	d.see(joins(caller))
	assert.Equal(t, []string{about("Bridged")}, d.see(joins(leg1)))
	assert.Equal(t, []string{left(contact.Lost, 16)}, d.see(destroyed(leg1, 16)))
}

func TestAResyncTellsWhetherThereIsABridgeToDestroy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.line.Resync(listing("", caller))
	_, made := d.line.BridgeMade()
	assert.True(t, made)
	d.line.Resync(listing(""))
	_, made = d.line.BridgeMade()
	assert.False(t, made)
}

func TestAGoneCallerIsToldOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	assert.Equal(t, []string{"CallerLeft{Cause:0}"}, d.told(d.line.Resync(withoutCaller(listing("")))))
	assert.Empty(t, d.told(d.line.Resync(withoutCaller(listing("")))))
}

// The process of Asterisk is gone: nothing is left, whenever the call began. What is begun
// after that is lost likewise.
func TestALineWhoseAsteriskIsGoneTellsWhatThatEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bridged()
	assert.Equal(t, []string{"NodeDied{}", left(contact.Lost, 0)}, d.told(d.line.Lost()))
	_, made := d.line.BridgeMade()
	assert.False(t, made, "there is nothing to destroy")
	assert.Empty(t, d.told(d.line.Lost()), "told once")

	d = newDesk(t)
	d.line = New(Call{Contact: "c1", Salt: "s"}, sounds, "")
	assert.Empty(t, d.told(d.line.Lost()), "nobody is on the line of who is to be called back")
	d.ring()
	assert.Equal(t, []string{left(contact.Lost, 0)}, d.told(d.line.Lost()), "an agent who was to be called first")
}

// Who has answered is told of before who has gone, however their channels are named:
// or the person would be given up, and would stay on a line that nobody knows.
func TestThePersonWhoWasCalledBackIsComparedFirst(t *testing.T) {
	t.Parallel()
	for _, agent := range []fact.OfferID{"1700000000000-0/0123456789abcdef", "z"} {
		d := newDesk(t)
		d.line = New(Call{Contact: "c1", Salt: "s", Calling: call}, sounds, agent)
		s := Snapshot{Channels: map[ari.ChannelID]ari.Channel{LegID(call): {ID: LegID(call), State: "Up"}}}
		assert.Equal(t, []string{
			"make_bridge", "AgentRings{Offer:back-c1-x.0 Leg:guichet-leg-back-c1-x.0}", "AgentAnswered{Offer:back-c1-x.0}",
			fmt.Sprintf("AgentLeft{Offer:%s Result:lost Cause:0}", agent), restarted,
		}, d.told(d.line.Resync(s)))
	}
}

const call fact.OfferID = "back-c1-x.0"

// The core may drop a call that has just been answered: the line is the caller's by then.
func TestACallBackIsDroppedAlsoOnceItIsAnswered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.line = New(Call{Contact: "c1", Salt: "s", Calling: call}, sounds, "")
	d.see(isUp(LegID(call)))
	assert.Equal(t, []string{"release"}, d.do(engine.DropLeg{Offer: call}))
	assert.Empty(t, d.do(engine.FreeLine{}))
	assert.Empty(t, d.do(engine.DropLeg{Offer: call}), "nobody is on the line any more")
	assert.Empty(t, d.see(destroyed(LegID(call), 16)), "and its end is of no interest")
}

// To answer a caller again who is up would wait for the end of what he hears, and so would
// all that follows: of a thousand callers who are taken up in their menus most would wait
// for each other.
func TestACallerWhoIsUpIsNotAnsweredAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	assert.Equal(t, []string{"answer"}, d.do(engine.Answer{}), "he has just come")
	ringing := listing("")
	ringing.Channels[caller] = ari.Channel{ID: caller, State: "Ring"}
	d.told(d.line.Resync(ringing))
	assert.Equal(t, []string{"answer"}, d.do(engine.Answer{}), "the request was lost in the gap")
	d.told(d.line.Resync(listing("")))
	assert.Empty(t, d.do(engine.Answer{}))
}

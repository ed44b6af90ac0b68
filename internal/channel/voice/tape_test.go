package voice

import (
	"context"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
)

// recorder notes what is asked of a recording.
type recorder struct {
	Asterisk
	did []string
}

func (r *recorder) PlayOnBridge(_ context.Context, on ari.BridgeID, _ ari.PlaybackID, media []string, _ string) error {
	r.did = append(r.did, "play "+media[0]+" on "+string(on))
	return nil
}

func (r *recorder) RecordBridge(_ context.Context, on ari.BridgeID, name ari.RecordingName, longest time.Duration) error {
	r.did = append(r.did, "record "+string(on)+" as "+string(name)+" for "+longest.String())
	return nil
}

func (r *recorder) PauseRecording(_ context.Context, name ari.RecordingName, paused bool) error {
	r.did = append(r.did, map[bool]string{true: "pause ", false: "go on with "}[paused]+string(name))
	return nil
}

func (r *recorder) StopRecording(_ context.Context, name ari.RecordingName) error {
	r.did = append(r.did, "stop "+string(name))
	return nil
}

func finished(name string) *v5.RecordingFinished {
	return &v5.RecordingFinished{Recording: v5.LiveRecordingData{Name: name}}
}

func saidToBoth(state string) *v5.PlaybackFinished {
	return &v5.PlaybackFinished{Playback: v5.PlaybackData{ID: "c1-s-both-1", State: state}}
}

func TestBothAreToldAndTheBridgeIsRecorded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bridged()
	d.pending = nil
	assert.Equal(t, []string{"listen guichet-bridge-c1", "tell_both"}, d.do(engine.TellBoth{N: 1, Prompts: prompts("enregistre"), Language: "fr"}))
	assert.Empty(t, d.done(OpTellBoth, nil))
	assert.Equal(t, []string{"BothTold{N:1 Failed:false}"}, d.see(saidToBoth("done")))
	assert.Empty(t, d.see(saidToBoth("done")), "once")
	assert.Equal(t, []string{"start_recording"}, d.do(engine.StartTape{Tape: "c1.r1", Longest: time.Hour}))
	assert.Equal(t, []string{"pause_recording"}, d.do(engine.RunTape{Tape: "c1.r1"}))
	assert.Equal(t, []string{"pause_recording"}, d.do(engine.RunTape{Tape: "c1.r1", Runs: true}))
	assert.Equal(t, []string{"stop_recording"}, d.do(engine.StopTape{Tape: "c1.r1"}))
	var did recorder
	for _, r := range d.pending {
		assert.Equal(t, callerLane, r.Lane, "one after the other, and before whoever is moved")
		require.NoError(t, r.Send(t.Context(), &did))
	}
	assert.Equal(t, []string{
		"record guichet-bridge-c1 as guichet-call-c1.r1 for 1h0m0s", "pause guichet-call-c1.r1", "go on with guichet-call-c1.r1", "stop guichet-call-c1.r1",
	}, did.did)
	assert.Empty(t, d.see(finished("guichet-call-c1.r1")), "that was ours")
}

func TestWhatMayNotHaveBeenHeardIsSaidSo(t *testing.T) {
	t.Parallel()
	tells := engine.TellBoth{N: 1, Prompts: prompts("enregistre"), Language: "fr"}
	failed := []string{"BothTold{N:1 Failed:true}"}
	for name, err := range map[string]error{"lost": lostAnswer, "refused": &ari.Error{Status: 500}, "no bridge": &ari.Error{Status: 404}} {
		d := newDesk(t)
		d.bridged()
		d.do(tells)
		assert.Equal(t, failed, d.done(OpTellBoth, err), name)
		assert.Empty(t, d.see(saidToBoth("done")), name)
	}
	d := newDesk(t)
	d.bridged()
	d.do(tells)
	assert.Equal(t, failed, d.see(saidToBoth("failed")))
	tells.Prompts = prompts("unknown")
	assert.Equal(t, failed, d.do(tells), "a version of the site without these words")
}

func TestARecordingThatIsNotThereIsLost(t *testing.T) {
	t.Parallel()
	lost := []string{"TapeLost{Tape:c1.r1 Kept:false}"}
	starts, waits := engine.StartTape{Tape: "c1.r1"}, engine.RunTape{Tape: "c1.r1"}
	for name, tc := range map[string]struct {
		op   Op
		err  error
		want []string
	}{
		"begun twice":         {OpStartTape, &ari.Error{Status: 409}, nil},
		"answer lost":         {OpStartTape, lostAnswer, []string{"start_recording again in 100ms"}},
		"no recorder":         {OpStartTape, &ari.Error{Status: 500}, lost},
		"no bridge":           {OpStartTape, &ari.Error{Status: 404}, lost},
		"not begun yet":       {OpRunTape, &ari.Error{Status: 409}, []string{"pause_recording again in 100ms"}},
		"pause lost":          {OpRunTape, lostAnswer, []string{"pause_recording again in 100ms"}},
		"nothing to pause":    {OpRunTape, &ari.Error{Status: 404}, lost},
		"nothing to end":      {OpStopTape, &ari.Error{Status: 404}, nil},
		"ended, or to be":     {OpStopTape, nil, []string{"stop_recording again in 100ms"}},
		"end of it not heard": {OpStopTape, lostAnswer, []string{"stop_recording again in 100ms"}},
	} {
		d := newDesk(t)
		d.bridged()
		d.do(starts)
		if tc.op == OpRunTape {
			d.done(OpStartTape, nil)
			d.do(waits)
		}
		if tc.op == OpStopTape {
			d.do(engine.StopTape{Tape: "c1.r1"})
		}
		assert.Equal(t, tc.want, d.done(tc.op, tc.err), name)
	}
	d := newDesk(t)
	d.bridged()
	d.do(starts)
	d.do(waits)
	d.do(engine.RunTape{Tape: "c1.r1", Runs: true})
	assert.Empty(t, d.done(OpRunTape, lostAnswer), "the older wish is not repeated")
	assert.Equal(t, []string{"TapeLost{Tape:c1.r1 Kept:true}"}, d.see(finished("guichet-call-c1.r1")), "it came to its end by itself")
	assert.Empty(t, d.see(finished("guichet-call-c1.r1")))
}

// What Asterisk has not begun yet, and perhaps begins, is neither lost nor left running.
func TestARecordingOfWhichNobodyKnowsWhetherItHasBegunIsPausedAndEnded(t *testing.T) {
	t.Parallel()
	notThere := &ari.Error{Status: 404}
	d := newDesk(t)
	d.bridged()
	d.do(engine.StartTape{Tape: "c1.r1"})
	assert.Equal(t, []string{"start_recording again in 100ms"}, d.done(OpStartTape, lostAnswer))
	d.do(engine.RunTape{Tape: "c1.r1"})
	assert.Equal(t, []string{"pause_recording again in 100ms"}, d.done(OpRunTape, notThere))
	assert.Empty(t, d.done(OpStartTape, nil), "at last")
	assert.Equal(t, []string{"TapeLost{Tape:c1.r1 Kept:false}"}, d.done(OpRunTape, notThere), "now it would be there")

	d = newDesk(t)
	d.bridged()
	d.do(engine.StartTape{Tape: "c1.r1"})
	d.do(engine.StopTape{Tape: "c1.r1"})
	assert.Empty(t, d.done(OpStartTape, lostAnswer), "it is not begun again")
	assert.Equal(t, []string{"stop_recording again in 100ms"}, d.done(OpStopTape, nil))
	assert.Empty(t, d.done(OpStopTape, notThere))

	d = newDesk(t)
	d.bridged()
	d.do(engine.StartTape{Tape: "c1.r1"})
	d.line.Resync(listing("Up", caller, leg1))
	d.do(engine.RunTape{Tape: "c1.r1", Runs: true})
	assert.Equal(t, []string{"TapeLost{Tape:c1.r1 Kept:false}"}, d.done(OpRunTape, notThere), "its request was given up with the link")
}

func TestTheKeysOfAnAgentAreToldUntilHisLegIsHungUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bridged()
	assert.Equal(t, []string{"AgentKey{Offer:" + string(offer) + " Key:42}"}, d.press("*"))
	assert.Equal(t, []string{"AgentKey{Offer:" + string(offer) + " Key:51}"}, d.press("3"))
	d.do(engine.DropLeg{Offer: offer})
	assert.Empty(t, d.press("*"))
}

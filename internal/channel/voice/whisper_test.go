package voice

import (
	"context"
	"testing"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
)

var tellsAgent = engine.WhisperTo{Offer: offer, Prompts: []ivr.Prompt{"un_paiement", "wait:90"}, Language: "fr"}

// whisperEnds ends what the agent hears.
func (d *desk) whisperEnds() []string {
	return d.see(&v5.PlaybackFinished{Playback: v5.PlaybackData{ID: string(leg1) + "-whisper"}})
}

// player notes what is played, and stopped.
type player struct {
	Asterisk
	on      ari.ChannelID
	media   []string
	stopped ari.PlaybackID
}

func (p *player) Play(_ context.Context, on ari.ChannelID, _ ari.PlaybackID, media []string, _ string) error {
	p.on, p.media = on, media
	return nil
}

func (p *player) StopPlayback(_ context.Context, id ari.PlaybackID) error {
	p.stopped = id
	return nil
}

func TestAnAgentIsToldSomethingOnHisOwnLegAndItsEndIsToldOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	require.Equal(t, []string{"whisper"}, d.do(tellsAgent))
	request, said := d.pending[len(d.pending)-1], &player{}
	require.NoError(t, request.Send(t.Context(), said))
	assert.Equal(t, leg1, said.on)
	assert.Equal(t, []string{"sound:fr/un_paiement", "sound:fr/wait:90"}, said.media)
	assert.Empty(t, d.done(OpWhisper, nil))
	assert.Equal(t, []string{about("Whispered")}, d.whisperEnds())
	assert.Equal(t, []string{"join"}, d.do(engine.Join{Offer: offer}))
}

func TestAWhisperIsStoppedBehindItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	d.do(tellsAgent)
	require.Equal(t, []string{"stop_whisper"}, d.do(engine.StopWhisper{Offer: offer}))
	whisper, stop := d.pending[len(d.pending)-2], d.pending[len(d.pending)-1]
	assert.Equal(t, whisper.Lane, stop.Lane, "a stop that came first would stop nothing")
	assert.NotEqual(t, Lane(leg1), stop.Lane, "the end of the leg does not wait for it")
	said := &player{}
	require.NoError(t, stop.Send(t.Context(), said))
	assert.Equal(t, leg1+"-whisper", ari.ChannelID(said.stopped))
	assert.Equal(t, []string{"stop_whisper again in 100ms"}, d.done(OpStopWhisper, lostAnswer))
	assert.Empty(t, d.done(OpStopWhisper, &ari.Error{Status: 404}), "it is over")
}

func TestWhatCannotBeSaidIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"refused": &ari.Error{Status: 500}, "gone": &ari.Error{Status: 404}} {
		d := newDesk(t)
		d.answered()
		d.do(tellsAgent)
		assert.Equal(t, []string{about("Whispered")}, d.done(OpWhisper, err), name)
	}
	d := newDesk(t)
	d.answered()
	d.do(tellsAgent)
	assert.Equal(t, []string{"stop_whisper", about("Whispered")}, d.done(OpWhisper, lostAnswer), "it may be heard")

	silent := engine.WhisperTo{Offer: offer, Prompts: prompts("unknown")}
	assert.Equal(t, []string{about("Whispered")}, d.do(silent), "a version of the site without these words")
}

func TestALegThatIsLetGoIsToldNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	d.do(tellsAgent)
	waiting := d.pending[len(d.pending)-1]
	d.do(engine.DropLeg{Offer: offer})
	assert.ErrorIs(t, waiting.Send(t.Context(), &player{}), errUnwanted)
	assert.Empty(t, d.do(tellsAgent))
	assert.Empty(t, d.do(engine.StopWhisper{Offer: offer}))
	d.see(ends(leg1))
	assert.Empty(t, d.do(tellsAgent))
	assert.Empty(t, d.do(engine.StopWhisper{Offer: offer}))
	assert.Empty(t, d.whisperEnds())
}

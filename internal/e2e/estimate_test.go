package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/guichet/guichet/internal/phone"
)

// foretells is a site in which those who wait are told how long it still takes.
func foretells(t *testing.T) func(dir string) {
	return func(dir string) {
		waits(t)(dir)
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`position: \[rang, "number:var.position"\], prompt`: `wait: [attente, "wait:var.wait"], prompt`,
		})
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = manifest.WriteString("  attente: Attente.\n")
		require.NoError(t, err)
		require.NoError(t, manifest.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", "patientez.alaw"), spoken(patient, 1), 0o644))
	}
}

// told is one message of those who wait.
type told struct {
	at time.Time
	// minutes is what was said of the wait; 0 is nothing.
	minutes int
}

// until is the latest time at which an agent was promised.
func (m told) until() time.Time { return m.at.Add(time.Duration(m.minutes) * time.Minute) }

// messages are those that were played in full on a channel, in the words of the sounds.
func messages(t *testing.T, played []playback) (all []told) {
	var words []string
	for _, p := range played {
		if sound := strings.TrimPrefix(p.sound, "sound:guichet/"); sound != "patientez" {
			words = append(words, sound)
			continue
		}
		m := told{at: p.at}
		said := strings.Join(words, " ")
		for n, how := range [][]string{1: {"une minute", "moins_d"}, 2: {"deux minute"}, 3: {"trois minute"}, 4: {"quatre minute"}, 5: {"cinq minute"}, 6: {"six_c minute"}} {
			for _, h := range how {
				if strings.Contains(strings.ReplaceAll(said, "word-fr-", ""), h) {
					m.minutes = n
				}
			}
		}
		assert.True(t, (m.minutes > 0) == strings.Contains(said, "attente"), "in words: %q", said)
		all, words = append(all, m), nil
	}
	return all
}

// The wait is said in minutes by the estimator that is judged, and never gets worse: when
// it would, nothing is said of it. asterisk#1386: it is said again when it is better.
func TestAWaitIsForetoldInMinutesAndNeverGetsWorse(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{FrameEvery: phone.NoAudio}, foretells(t))
	th.watch()
	played := th.listen()
	th.login(phone.Answers(200*time.Millisecond).TalksFor(time.Second), "a1105")

	// Nobody knows anything before some were served after a wait; then words are judged by
	// what comes of them, and only the one who is judged speaks.
	for line := range 2 {
		var early []*phone.Call
		for n := range 7 { // one after the other: of those who come in one batch, nobody waits before the others
			early = append(early, th.crowd(fmt.Sprintf("061%d%02d", line, n), 1)...)
		}
		for _, c := range early {
			th.ended(c)
		}
	}
	crowd := th.crowd("062000", 45)
	listener := th.crowd("063000", 1)[0]
	channel := th.channelOf("0630000000")
	heard := func() []told { return messages(t, played.on(channel)) }
	last := func() told {
		all := heard()
		return append([]told{{}}, all...)[len(all)]
	}
	th.until("him to be told minutes", func() bool { return last().minutes > 0 })
	before := len(heard())
	promised := last()
	t.Logf("told %d minutes by message %d", promised.minutes, before)
	require.Greater(t, promised.minutes, 1, "of 45 before him")

	// The agent is away: it takes longer than was said, of which nothing is said.
	th.guichet("agents", "pause", "a1105")
	th.until("the next message", func() bool { return len(heard()) > before })
	assert.Zero(t, heard()[before].minutes, "nothing is said that is worse")

	// Most of those before him hang up: it is sooner than was said.
	for _, c := range crowd[15:] {
		_ = c.Hangup(th.ctx)
	}
	th.guichet("agents", "resume", "a1105")
	th.until("him to be told again", func() bool { return last().minutes > 0 })
	end := th.ended(listener)
	assert.Equal(t, phone.Remote, end.By)
	served := listener.Times().Ended
	best := promised
	for _, m := range heard()[before:] {
		if m.minutes == 0 {
			continue
		}
		t.Logf("told %d minutes, %s before the end", m.minutes, served.Sub(m.at).Round(time.Second))
		assert.False(t, m.until().After(best.until().Add(time.Second)), "%d minutes after %d is worse", m.minutes, best.minutes)
		best = m
	}
	assert.Less(t, best.minutes, promised.minutes)
	assert.True(t, served.Before(best.until().Add(2*time.Second)), "the promise is kept")
	for _, c := range crowd {
		_ = c.Hangup(th.ctx)
	}
	th.conserved(7 + 7 + 45 + 1)
	th.readAll()
	th.counted()
	th.guichet("report")
}

// crowd has people call the entry whose queue tells of the wait, each with a number of
// his own that begins so; they come in order.
func (th *theatre) crowd(number string, n int) []*phone.Call {
	th.t.Helper()
	calls := make([]*phone.Call, n)
	waiting := max(0, th.count("guichet_contacts_offered_total"))
	var all errgroup.Group
	all.SetLimit(5)
	for i := range calls {
		all.Go(func() (err error) {
			if calls[i], err = th.callers.Call(th.ctx, phone.Caller{Number: fmt.Sprintf("%s%04d", number, i)}, relay); err != nil {
				return err
			}
			return calls[i].WaitAnswered(th.ctx)
		})
	}
	require.NoError(th.t, all.Wait())
	th.until("all to be counted", func() bool { return th.count("guichet_contacts_offered_total") == waiting+n })
	return calls
}

// channelOf is the id that Asterisk has for the channel of who calls from a number.
func (th *theatre) channelOf(number string) (id string) {
	th.t.Helper()
	th.until("the channel of "+number, func() bool {
		out, err := th.Lab.Asterisk.Exec(th.ctx, "core show channels concise")
		for line := range strings.Lines(out) {
			if fields := strings.Split(strings.TrimSpace(line), "!"); len(fields) > 8 && strings.HasSuffix(fields[7], number[1:]) { // +33…
				id = fields[len(fields)-1]
			}
		}
		return err == nil && id != ""
	})
	return id
}

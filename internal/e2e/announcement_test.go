package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/phone"
)

// spoken is a recording whose words are a signature: whoever hears it knows it. The
// pattern is that of phone.Signature.
func spoken(s phone.Signature, seconds int) []byte {
	return bytes.Repeat([]byte{0x55, 0x80 | byte(s>>14)&0x7f, 0x80 | byte(s>>7)&0x7f, 0x80 | byte(s)&0x7f}, seconds*8000/4)
}

// The signatures of three recordings, far from those of calls.
const (
	breakdown phone.Signature = 0x1a2b3c - iota
	longWait
	evacuated
)

func TestTheNextCallerHearsTheAnnouncement(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		for name, s := range map[string]phone.Signature{"panne_si": breakdown, "attente": longWait, "incendie": evacuated} {
			_, err = manifest.WriteString("  " + name + ": {text: Une annonce., file: " + name + ".alaw}\n")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", name+".alaw"), spoken(s, 2), 0o644))
		}
		require.NoError(t, manifest.Close())
	})
	agent := th.login(phone.RingsForEver(), "a1101")[0]
	th.guichet("agents", "pause", "a1101")
	waiting := th.call("0611111111", "1"+paris)
	th.until("the first to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })

	// Whoever calls when the command is done hears it within a second, before the
	// menu, and so do those who wait. What counts is when he dials or the ledger has the
	// command, and when Asterisk begins to play; not how long it takes to start a command
	// line, nor when this test hears of it.
	played := th.listen()
	th.guichet("announcement", "set", "--entry", "2014", "--prompt", "panne_si", "--until", "1h")
	caller := th.call("0622222222", "")
	told := th.first(played, "sound:guichet/panne_si").Sub(caller.Times().Invited)
	t.Logf("the next caller was answered %v after he had dialled, and told %v after",
		caller.Times().Answered.Sub(caller.Times().Invited).Round(time.Millisecond), told.Round(time.Millisecond))
	assert.Less(t, told, time.Second)
	require.NoError(t, caller.Press(th.ctx, "1"+paris))
	th.until("the caller to hear it", func() bool { return caller.Heard(breakdown) > 0 })
	th.guichet("announcement", "set", "--queue", "particuliers", "--prompt", "attente", "--until", "1h")
	told = th.first(played, "sound:guichet/attente").Sub(th.announced("particuliers"))
	t.Logf("who waited was told %v after the command was accepted", told.Round(time.Millisecond))
	assert.Less(t, told, time.Second)
	th.until("who waits to hear it", func() bool { return waiting.Heard(longWait) > 0 })
	assert.Equal(t, 2, th.count("guichet_announced"))
	assert.Contains(t, th.guichet("status"), "entry 2014: panne_si, until ")

	// The keys pressed meanwhile hold, and an agent who answers cuts it short.
	th.until("the next to hear it in the queue", func() bool { return caller.Heard(longWait) > 0 })
	assert.Zero(t, waiting.Heard(breakdown))
	th.guichet("agents", "resume", "a1101")
	leg := th.talk(waiting, agent)
	id := leg.Header("X-Guichet-Contact")
	require.NoError(t, waiting.Hangup(th.ctx))
	th.ended(leg)
	th.guichet("agents", "logout", "a1101")
	require.NoError(t, caller.Hangup(th.ctx))
	th.until("both to be over", func() bool { return th.outcome("answered") == 1 && th.outcome("abandoned") == 1 })
	assert.Contains(t, strings.Join(strings.Fields(th.guichet("call", "show", id)), " "), "at queue particuliers: heard the announcement attente")

	// An announcement can close the entry, and is gone when it is cleared.
	th.guichet("announcement", "set", "--entry", "2014", "--prompt", "incendie", "--until", "1h", "--then", "hangup")
	turned := th.call("0633333333", "")
	assert.Equal(t, phone.Remote, th.ended(turned).By)
	assert.Positive(t, turned.Heard(evacuated))
	th.until("him to be counted", func() bool { return th.count("guichet_contacts_dissuaded_total", "reason=closed") == 1 })
	th.guichet("announcement", "clear", "--all")
	after := th.call("0644444444", "")
	th.until("the menu", func() bool { return after.PacketsReceived() > 50 })
	assert.Zero(t, after.Heard(evacuated)+after.Heard(breakdown))
	require.NoError(t, after.Hangup(th.ctx))
	th.conserved(4)
}

// announced is since when something is announced at a queue, by the ledger.
func (th *theatre) announced(queue contact.Queue) time.Time {
	th.t.Helper()
	var all api.Announcements
	th.get("/api/v1/announcements", &all)
	i := slices.IndexFunc(all.Announcements, func(a api.Announcement) bool { return a.Queue == queue })
	require.GreaterOrEqual(th.t, i, 0)
	return all.Announcements[i].Since
}

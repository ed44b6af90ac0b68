package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// watched is a caller with an agent, and a supervisor whose phone was called. Everybody
// sends audio all the time, in which there is nothing to hear until somebody speaks.
type watched struct {
	*theatre
	caller, agent, supervisor *phone.Call
}

func watch(t *testing.T, mode string) *watched {
	t.Helper()
	w, supervisor := watchable(t, nil)
	w.mode(mode)
	w.joins(supervisor)
	return w
}

// watchable is that before he is called, with his phone.
func watchable(t *testing.T, change func(dir string)) (*watched, *phone.Phone) {
	t.Helper()
	th := raiseWith(t, phone.Options{}, change)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	w := &watched{theatre: th, caller: th.call("0612345678", "1"+paris)}
	w.agent = th.talk(w.caller, agent)
	th.hushes(w.caller, w.agent)
	return w, th.login(phone.RingsForEver(), "a1002")[0]
}

// joins has the supervisor's phone answer.
func (w *watched) joins(supervisor *phone.Phone) {
	w.t.Helper()
	w.supervisor = w.next(supervisor)
	require.NoError(w.t, w.supervisor.Answer(w.ctx))
	w.until("the supervisor to talk", func() bool { return w.theatre.agent("a1002") == "talking" })
	w.hushes(w.supervisor)
}

// tells asserts that the story of the only contact tells these.
func (w *watched) tells(sentences ...string) {
	w.t.Helper()
	var calls struct{ Contacts []struct{ ID string } }
	w.get("/api/v1/report?from=2h", &calls)
	require.Len(w.t, calls.Contacts, 1)
	story := strings.Join(strings.Fields(w.guichet("call", "show", calls.Contacts[0].ID)), " ") // it is folded to 80 columns
	for _, told := range sentences {
		assert.Contains(w.t, story, told)
	}
}

func (th *theatre) hushes(calls ...*phone.Call) {
	th.t.Helper()
	for _, c := range calls {
		require.NoError(th.t, c.Hush(true))
	}
}

// mode asks for another one.
func (w *watched) mode(mode string) {
	w.t.Helper()
	w.guichet("agents", "supervise", "a1001", "--supervisor", "a1002", "--mode", mode)
}

// speaks has one speak until each of these has heard him for half a second, and asserts
// that nobody else did.
func (w *watched) speaks(speaker *phone.Call, heardBy ...*phone.Call) {
	w.t.Helper()
	require.NoError(w.t, speaker.Hush(false))
	before := map[*phone.Call]int{}
	all := []*phone.Call{w.caller, w.agent, w.supervisor}
	for _, c := range all {
		before[c] = c.Heard(speaker.Signature())
	}
	spoken := speaker.PacketsSent()
	w.until("him to be heard", func() bool {
		for _, c := range heardBy {
			if c.Heard(speaker.Signature()) < before[c]+25 {
				return false
			}
		}
		return speaker.PacketsSent() > spoken+50
	})
	require.NoError(w.t, speaker.Hush(true))
	for _, c := range all {
		if !contains(heardBy, c) && c != speaker {
			assert.Equal(w.t, before[c], c.Heard(speaker.Signature()), "%s hears %s", c, speaker)
		}
	}
}

func contains(calls []*phone.Call, c *phone.Call) bool {
	for _, other := range calls {
		if other == c {
			return true
		}
	}
	return false
}

// stands waits until the sound is as a mode wants it, for it changes a moment after the
// ledger has it, and then asserts who hears whom.
func (w *watched) stands(mode string) {
	w.t.Helper()
	ear, inOwn, inCall := 1, 2, 2
	if mode == "barging" {
		ear, inOwn, inCall = 0, 0, 3
	}
	w.until("the sound of "+mode, func() bool {
		listed := w.listed("core show channels concise")
		return strings.Count(listed, "Snoop/") == ear && strings.Count(listed, "!guichet-spies-") == inOwn && strings.Count(listed, "!guichet-bridge-") == inCall
	})
	w.speaks(w.caller, w.agent, w.supervisor)
	w.speaks(w.agent, w.caller, w.supervisor)
	switch mode {
	case "listening":
		w.speaks(w.supervisor)
	case "whispering":
		w.speaks(w.supervisor, w.agent)
	case "barging":
		w.speaks(w.supervisor, w.agent, w.caller)
	}
}

func (w *watched) listed(command string) string {
	out, err := w.Lab.Asterisk.Exec(w.ctx, command)
	if err != nil {
		return ""
	}
	return out
}

// nothing asserts that Asterisk is empty, of bridges too.
func (w *watched) nothing() {
	w.t.Helper()
	w.conserved(1)
	w.until("no bridge to be left", func() bool { return !strings.Contains(w.listed("bridge show all"), "stasis") })
}

func TestASupervisorListensWhispersBargesInAndTakesOver(t *testing.T) {
	t.Parallel()
	w := watch(t, "listening")
	assert.Contains(t, w.supervisor.From().Name, "écoute")
	w.stands("listening")
	for _, mode := range []string{"whispering", "barging", "listening"} {
		w.mode(mode)
		w.stands(mode)
	}
	for _, key := range []struct{ code, mode string }{{"*72", "barging"}, {"*71", "whispering"}, {"*70", "listening"}, {"*71", "whispering"}} {
		require.NoError(t, w.supervisor.Press(w.ctx, key.code))
		w.stands(key.mode)
	}
	require.NoError(t, w.supervisor.Press(w.ctx, "*79"))
	w.ended(w.agent)
	w.until("the agent to work on", func() bool { return w.worked("a1001") })
	w.speaks(w.caller, w.supervisor)
	w.speaks(w.supervisor, w.caller)
	require.NoError(t, w.supervisor.Hangup(w.ctx))
	w.ended(w.caller)
	w.nothing()
	assert.Equal(t, 1, w.outcome("answered"))
	w.tells(
		"Yann Kermarrec (a1002) is called to listen to Anne Le Goff (a1001)", "Yann Kermarrec (a1002) has answered, and listens to Anne Le Goff (a1001)",
		"Yann Kermarrec (a1002) whispers to Anne Le Goff (a1001)", "Yann Kermarrec (a1002) barges in", "Yann Kermarrec (a1002) has the call",
	)
}

// From his telephone alone: he dials the code, keys who he is and whom he will listen to, is
// rung, hears both, and whispers. A wrong PIN and an agent who talks with nobody come before.
func TestASupervisorListensAndWhispersByTheKeysOfHisPhone(t *testing.T) {
	t.Parallel()
	w, supervisor := watchable(t, withPIN(t, "a1002", "471100"))
	code, err := supervisor.Call(w.ctx, "*56")
	require.NoError(t, err)
	require.NoError(t, code.WaitAnswered(w.ctx))
	require.NoError(t, code.Press(w.ctx, "1002#000000#1002#471100#1003#1001#"))
	w.ended(code)
	w.joins(supervisor)
	assert.Contains(t, w.supervisor.From().Name, "écoute")
	w.stands("listening")
	require.NoError(t, w.supervisor.Press(w.ctx, "*71"))
	w.stands("whispering")
	require.NoError(t, w.supervisor.Hangup(w.ctx))
	w.until("the supervisor to be ready", func() bool { return w.theatre.agent("a1002") == "ready" })
	w.speaks(w.caller, w.agent)
	require.NoError(t, w.caller.Hangup(w.ctx))
	w.ended(w.agent)
	w.nothing()
	w.tells("Yann Kermarrec (a1002) is called to listen to Anne Le Goff (a1001)", "Yann Kermarrec (a1002) whispers to Anne Le Goff (a1001)")
	assert.NotContains(t, w.redisFiles(), "471100")
}

// worked reports whether an agent has been freed by the end of his call.
func (w *watched) worked(id string) bool {
	state := w.theatre.agent(id)
	return state == "wrap_up" || state == "ready"
}

func TestASupervisorGoesOnListeningWhenTheControllerIsKilled(t *testing.T) {
	t.Parallel()
	w := watch(t, "listening")
	w.stands("listening")
	before := w.listed("core show channels concise")
	w.Controller.Kill()
	w.speaks(w.caller, w.agent, w.supervisor) // the sound does not need us
	require.NoError(t, w.Controller.Restart(w.ctx))
	w.until("the call to be taken up", func() bool { return w.count("guichet_repairs_total", "kind=adopted") == 1 })
	w.until("the supervisor to be taken up", func() bool { return w.theatre.agent("a1002") == "talking" })
	w.stands("listening")
	assert.Equal(t, names(before), names(w.listed("core show channels concise")), "the same channels")
	for _, kind := range []string{"orphan_snoop", "lost_snoop", "orphan_bridge", "orphan_leg", "lost_leg"} {
		assert.Zero(t, w.count("guichet_repairs_total", "kind="+kind), kind)
	}
	w.mode("whispering")
	w.stands("whispering")

	require.NoError(t, w.caller.Hangup(w.ctx)) // while he is listened to
	w.ended(w.agent)
	w.ended(w.supervisor)
	w.nothing()
	w.until("the supervisor to be ready", func() bool { return w.theatre.agent("a1002") == "ready" })
}

// names are those of the channels, in order.
func names(listed string) (all []string) {
	for line := range strings.Lines(listed) {
		name, _, _ := strings.Cut(line, "!")
		all = append(all, name)
	}
	return all
}

func TestASupervisorAloneIsLetGoWhoeverHangsUp(t *testing.T) {
	t.Parallel()
	w := watch(t, "whispering")
	w.stands("whispering")
	require.NoError(t, w.supervisor.Hangup(w.ctx))
	w.until("his ear to be gone", func() bool {
		return !strings.Contains(w.listed("core show channels concise"), "Snoop/") && strings.Count(w.listed("bridge show all"), "stasis") == 1
	})
	w.speaks(w.caller, w.agent)
	w.speaks(w.agent, w.caller)

	w.until("the supervisor to be ready", func() bool { return w.theatre.agent("a1002") == "ready" })
	w.mode("listening")
	w.supervisor = w.next(w.supervisor.Phone())
	require.NoError(t, w.supervisor.Answer(w.ctx))
	w.until("the supervisor to talk", func() bool { return w.theatre.agent("a1002") == "talking" })
	w.hushes(w.supervisor)
	w.stands("listening")
	at := time.Now()
	require.NoError(t, w.agent.Hangup(w.ctx))
	w.ended(w.supervisor)
	w.ended(w.caller)
	t.Logf("everybody let go %s after the agent", time.Since(at).Round(time.Millisecond))
	w.nothing()
}

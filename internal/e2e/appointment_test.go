package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
	say "github.com/guichet/guichet/internal/spoken"
)

const appointmentTree = `
languages: [fr]
start: rappel
nodes:
  rappel:
    type: callback
    set: {topic: autre}
    appointment: {slot: ["date:var.slot_date", "time:var.slot_time", "number:var.slot_key"]}
    prompt: code_postal
    confirm: {prompt: menu_motif}
    on_accepted: {prompt: attente_saturee, goto: hangup}
    on_refused: hangup
    on_full: hangup
    on_error: hangup
`

// From what a caller hears to the promise: the next times that are free, each with its key;
// who calls next is told the others. The agent who is ready is left alone, as no time has
// come, and the next controller knows of both.
func TestACallerChoosesWhenToBeCalled(t *testing.T) {
	t.Parallel()
	slots, opens := timesToCome(t)
	th := raiseWith(t, phone.Options{}, func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(appointmentTree), 0o644))
		rewrite(t, filepath.Join(dir, "centers.yaml"), map[string]string{
			`(cis_sud: \{.*)\}`: `${1}, appointments: {slots: "` + slots + `"}}`,
		})
	})
	th.watch()
	played := th.listen()
	agent := th.login(phone.RingsForEver(), "a1105")[0]

	first := th.appoints(played, "0612345678", "0299000001")
	line := th.appointments(1)
	booked := line[0]
	assert.Equal(t, 30*time.Minute, booked.CallUntil.Sub(booked.CallFrom))
	assert.Contains(t, booked.Next, "to be called from "+booked.CallFrom.Format("2006-01-02 15:04"))
	assert.True(t, strings.HasPrefix(first, slotSaid(t, booked.CallFrom, "1")), first)

	second := th.appoints(played, "0612345679", "0299000002")
	line = th.appointments(2)
	next := line[0]
	if next.Contact == booked.Contact {
		next = line[1]
	}
	assert.True(t, next.CallFrom.After(booked.CallFrom), "the earliest of those that are left")
	assert.True(t, strings.HasPrefix(first, slotSaid(t, booked.CallFrom, "1")+slotSaid(t, next.CallFrom, "2")), first)
	assert.True(t, strings.HasPrefix(second, slotSaid(t, next.CallFrom, "1")), "what is taken is not said again: %s", second)
	th.until("nobody to hold a line", func() bool { return th.channels() == 0 })

	th.Controller.Kill()
	require.NoError(t, th.Controller.Restart(th.ctx))
	assert.ElementsMatch(t, times(line), times(th.appointments(2)))
	for _, a := range line { // on any day: the stage is open always
		assert.True(t, opens <= a.CallFrom.Hour() && a.CallFrom.Hour() < opens+3, a.CallFrom)
		assert.Contains(t, strings.Join(strings.Fields(th.guichet("call", "show", string(a.Contact))), " "), "a call back is promised")
	}
	assert.Zero(t, th.count("guichet_queue_waiting"), "nobody waits for anybody yet")
	assert.Zero(t, agent.Received(), "no time has come")
	th.readAll()
	th.guichet("report")
}

// timesToCome are three hours of each day at which people are called back, and when they begin:
// none of them is about to begin while a test runs, and so not said any more.
func timesToCome(t *testing.T) (slots string, opens int) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	if hour := time.Now().In(zone).Hour(); 5 <= hour && hour < 12 {
		return "14:00-17:00", 14
	}
	return "09:00-12:00", 9
}

// A real call in the slot of an appointment. Two people choose theirs; one of them needs none
// any more. The night passes while the controller is down, as its ledger's clock says
// (ledgerClock). Started again just before the time, it calls nobody until that has come, then
// the agent of the center first, who hears ringing, then the person.
func TestAnAppointmentIsCalledInItsSlot(t *testing.T) {
	t.Parallel()
	slots, _ := timesToCome(t)
	clock := &ledgerClock{}
	th := raiseBehind(t, phone.Options{}, func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(appointmentTree), 0o644))
		rewrite(t, filepath.Join(dir, "centers.yaml"), map[string]string{
			`(cis_sud: \{.*)\}`: `${1}, appointments: {slots: "` + slots + `", per_slot: 2}}`,
		})
	}, clock.before(t))
	th.watch()
	played := th.listen()
	person, spared := th.office("+33299000001", phone.RingsForEver()), th.office("+33299000002", phone.RingsForEver())
	th.appoints(played, "0612345678", "0299000001")
	booked := th.appointments(1)[0]
	th.appoints(played, "0612345679", "0299000002")
	th.appointments(2)
	assert.Zero(t, th.count("guichet_queue_waiting"))

	var all []api.Callback
	th.get("/api/v1/callbacks", &all)
	require.Len(t, all, 2)
	assert.Equal(t, all[0].From, all[1].From, "the slot has two places")
	other := all[0]
	if other.Contact == booked.Contact {
		other = all[1]
	}
	assert.Contains(t, th.guichet("callbacks", "show", string(other.Contact)), "299000002")
	th.guichet("callbacks", "cancel", string(other.Contact), "--reason", "a rappelé lui-même")
	assert.Len(t, th.appointments(1), 1)

	th.Controller.Kill()
	const early = 20 * time.Second
	clock.pass(booked.CallFrom.Add(-early).Sub(clock.now()))
	require.NoError(t, th.Controller.Restart(th.ctx))
	agent, elsewhere := th.login(phone.RingsForEver(), "a1105")[0], th.login(phone.RingsForEver(), "a1001")[0]
	if before := clock.now(); before.Before(booked.CallFrom.Add(-time.Second)) {
		t.Logf("both agents are ready %s before the slot", booked.CallFrom.Sub(before).Round(time.Second/10))
		assert.Zero(t, agent.Received(), "the time has not come")
	}
	leg := th.next(agent)
	t.Logf("the agent's phone rings %s after the beginning of the slot", clock.now().Sub(booked.CallFrom).Round(time.Second/100))
	assert.False(t, clock.now().Before(booked.CallFrom), "not before its time")
	assert.Contains(t, leg.From().Name, "rendez-vous")
	assert.Equal(t, string(booked.Contact), leg.Header("X-Guichet-Contact"))
	assert.Equal(t, 1, th.count("guichet_queue_waiting"), "from the beginning of its time on")
	assert.Zero(t, person.Received(), "the agent first")
	refused, err := th.Guichet(th.ctx, "callbacks", "cancel", string(booked.Contact), "--reason", "trop tard").CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(refused), "just being called back")
	require.NoError(t, leg.Answer(th.ctx))
	called := th.next(person)
	require.NoError(t, called.Answer(th.ctx))
	th.until("both to hear each other", func() bool { return leg.Heard(called.Signature()) > 5 && called.Heard(leg.Signature()) > 5 })
	th.until("the outcome", func() bool { return th.outcome("answered") == 1 })
	require.NoError(t, leg.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(called).By)
	th.conserved(2)
	assert.Equal(t, 1, th.count("guichet_callbacks_cancelled_total"))
	assert.Zero(t, spared.Received()+elsewhere.Received(), "nobody else's phone rang")
	story := strings.Join(strings.Fields(th.guichet("call", "show", string(other.Contact))), " ")
	assert.Regexp(t, `the call back was cancelled by \S+: a rappelé lui-même`, story)
	assert.Contains(t, strings.Join(strings.Fields(th.guichet("call", "show", string(booked.Contact))), " "), "closed: answered")
	th.readAll()
	th.counted()
	th.guichet("report")
}

// appoints is a call of somebody who takes the first time that he hears, and gives another
// number: the words that he heard until then.
func (th *theatre) appoints(played *ear, from, number string) (heard string) {
	th.t.Helper()
	caller, err := th.callers.Call(th.ctx, phone.Caller{Number: from}, relay)
	require.NoError(th.t, err)
	require.NoError(th.t, caller.WaitAnswered(th.ctx))
	channel := th.channelOf(from)
	th.until("three times to be said", func() bool {
		heard = wordsOf(played.on(channel))
		return strings.Count(heard, "heure") >= 3
	})
	require.NoError(th.t, caller.Press(th.ctx, "12"+number+"1"))
	assert.Equal(th.t, phone.Remote, th.ended(caller).By)
	assert.True(th.t, strings.HasSuffix(wordsOf(played.on(channel)), "guichet/attente_saturee "), "told only when it is promised")
	return heard
}

// appointments are those who wait in the line of the relay, when they are as many.
func (th *theatre) appointments(n int) (line []api.Waiting) {
	th.t.Helper()
	th.until("the appointments", func() bool {
		var q api.QueueLine
		th.get("/api/v1/queues/particuliers", &q)
		line = q.Line
		return len(line) == n
	})
	return line
}

func times(line []api.Waiting) (all []time.Time) {
	for _, a := range line { // on any day: the stage is open always
		all = append(all, a.CallFrom.UTC())
	}
	return all
}

func wordsOf(played []playback) string {
	var all strings.Builder
	for _, p := range played {
		all.WriteString(strings.TrimPrefix(p.sound, "sound:") + " ")
	}
	return all.String()
}

// slotSaid is what the tree has said of a time.
func slotSaid(t *testing.T, from time.Time, key string) string {
	t.Helper()
	french, known := say.In("fr")
	require.True(t, known)
	var all strings.Builder
	for _, v := range []struct {
		kind  say.Kind
		value string
	}{{say.Date, from.Format(time.DateOnly)}, {say.Time, from.Format("15:04")}, {say.Number, key}} {
		words, ok := french.Say(v.kind, v.value)
		require.True(t, ok)
		for _, w := range words {
			all.WriteString("guichet/word-fr-" + w.Sound + " ")
		}
	}
	return all.String()
}

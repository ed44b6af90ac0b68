package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// nantes and relay: what callers of the platform key, and what interpreters dial.
const (
	nantes = "44"
	relay  = "0199002015"
)

// overflowAfter is when the platform's callers are offered to the CIS too.
const overflowAfter = 4 * time.Second

// nobodyLeft is how long callers wait for somebody to come back.
const nobodyLeft = 2 * time.Second

// What a caller lives through whom the first step does not serve. Each story
// begins with an empty floor and an empty queue; the last one closes the house.
func TestCallersWhomTheirCenterDoesNotServe(t *testing.T) {
	t.Parallel()
	var site string
	th := raiseWith(t, phone.Options{}, func(dir string) {
		site = dir
		for _, file := range []string{"routing.yaml", "tests/organisations.yaml"} {
			rewrite(t, filepath.Join(dir, file), map[string]string{`after: 3m`: "after: " + overflowAfter.String()})
		}
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`nobody_left: 2m`: "nobody_left: " + nobodyLeft.String(), `full: \{waiting: 60`: "full: {waiting: 1",
		})
	})
	for _, story := range []struct {
		name  string
		lives func(th *theatre)
		calls int
	}{
		{"overflow opens after its delay and not before", overflows, 1},
		{"a full queue turns the next one away", turnsAway, 2},
		{"the last agent leaves a waiting caller, who is told", leavesAlone, 1},
		{"the relay comes before an earlier caller", relayFirst, 2},
		{"a closed day is told and counted beside the asked", func(th *theatre) { closes(th, site) }, 1},
	} {
		calls := th.count("guichet_contacts_offered_total")
		t.Run(story.name, func(t *testing.T) {
			own := *th
			own.t = t
			story.lives(&own)
			own.conserved(calls + story.calls)
		})
	}
	var r report.Report
	th.get("/api/v1/report", &r)
	assert.True(t, r.Checks.OK(), "%+v", r.Checks)
}

func overflows(th *theatre) {
	th.present("a3001", "a1001")
	platform := th.login(phone.RingsForEver(), "a3001")[0]
	th.guichet("agents", "pause", "a3001") // there, so that the step is not skipped
	west := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", "1"+nantes)
	leg := th.talk(caller, west)
	served := th.story(leg.Header("X-Guichet-Contact"))
	waited := th.written(served.ID, "offered").Sub(served.Queued)
	assert.GreaterOrEqual(th.t, waited, overflowAfter, "not before")
	assert.Less(th.t, waited, overflowAfter+2*time.Second, "the CIS was ready all the time")
	assert.Equal(th.t, contact.Center("cis_ouest"), served.ServedBy)
	assert.Equal(th.t, contact.Organisation("plateau"), served.Organisation, "he stays in the arm in which he arrived")
	assert.Zero(th.t, platform.Received())
	require.NoError(th.t, caller.Hangup(th.ctx))
	th.ended(leg)
}

func turnsAway(th *theatre) {
	th.present("a2001")
	debit := th.login(phone.RingsForEver(), "a2001")[0]
	th.guichet("agents", "pause", "a2001")
	asked := th.count("guichet_contacts_asked_total")
	first := th.call("0612345678", "22"+paris)
	th.until("one to wait", func() bool { return th.count("guichet_queue_waiting", "queue=recouvrement") == 1 })
	second := th.call("0687654321", "22"+paris)
	assert.Equal(th.t, phone.Remote, th.ended(second).By)
	assert.Positive(th.t, second.PacketsReceived(), "he is told")
	th.until("the dissuasion", func() bool {
		return th.count("guichet_contacts_dissuaded_total", "queue=recouvrement", "reason=full") == 1
	})
	th.guichet("agents", "resume", "a2001")
	leg := th.talk(first, debit)
	require.NoError(th.t, first.Hangup(th.ctx))
	th.ended(leg)
	th.until("both to have asked", func() bool { return th.count("guichet_contacts_asked_total") == asked+2 })
}

func leavesAlone(th *theatre) {
	agent := th.login(phone.RingsForEver(), "a1101")[0]
	th.guichet("agents", "pause", "a1101")
	asked, failed := th.count("guichet_contacts_asked_total"), max(0, th.outcome("failed"))
	caller := th.call("0612345678", "1"+paris)
	th.until("the caller to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	alone := time.Now() // before the command, however long that takes
	th.guichet("agents", "logout", "a1101")
	assert.Equal(th.t, phone.Remote, th.ended(caller).By)
	assert.GreaterOrEqual(th.t, caller.Times().Ended.Sub(alone), nobodyLeft, "somebody might have come back")
	assert.Zero(th.t, agent.Received())
	th.until("his outcome", func() bool { return th.outcome("failed") == failed+1 })
	assert.Equal(th.t, asked+1, th.count("guichet_contacts_asked_total"), "accepted and not served: in the rate")
}

func relayFirst(th *theatre) {
	th.present("a1105")
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	th.guichet("agents", "pause", "a1105")
	earlier := th.call("0612345678", "1"+paris)
	th.until("the earlier one to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	interpreter, err := th.callers.Call(th.ctx, phone.Caller{Number: "0687654321"}, relay)
	require.NoError(th.t, err)
	th.until("both to wait", func() bool { return th.count("guichet_queue_waiting") == 2 })
	th.guichet("agents", "resume", "a1105")
	leg := th.talk(interpreter, agent)
	assert.True(th.t, strings.HasPrefix(leg.From().Name, "autre"), leg.From().Name)
	assert.Zero(th.t, earlier.Heard(leg.Signature()))
	require.NoError(th.t, interpreter.Hangup(th.ctx))
	th.ended(leg)
	leg = th.talk(earlier, agent)
	require.NoError(th.t, earlier.Hangup(th.ctx))
	th.ended(leg)
}

// closes makes today a closed day, in the folder of a running controller; and tomorrow, for
// midnight may come in between.
func closes(th *theatre, site string) {
	th.present("a1002")
	agent := th.login(phone.RingsForEver(), "a1002")[0]
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(th.t, err)
	now := time.Now().In(zone)
	days := now.Format(time.DateOnly) + ", " + now.AddDate(0, 0, 1).Format(time.DateOnly)
	rewrite(th.t, filepath.Join(site, "calendars.yaml"), map[string]string{
		`(\n +)(hours: \{mon-sun: 00:00-24:00\})`: "${1}${2}${1}closed: [" + days + "]",
	})
	th.guichet("activate")
	asked := th.count("guichet_contacts_asked_total")
	caller := th.call("0612345678", "")
	assert.Equal(th.t, phone.Remote, th.ended(caller).By)
	assert.Positive(th.t, caller.PacketsReceived(), "he is told")
	th.until("the closed one to be counted", func() bool {
		return th.count("guichet_contacts_dissuaded_total", "reason=closed") == 1
	})
	assert.Equal(th.t, asked, th.count("guichet_contacts_asked_total"))
	assert.Zero(th.t, agent.Received())
}

// present says who is on the floor until the end of this test, and nobody after.
func (th *theatre) present(agents ...string) {
	th.t.Cleanup(func() { th.guichet(append([]string{"agents", "logout"}, agents...)...) })
}

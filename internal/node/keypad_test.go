package node_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/keypad"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/ivr"
)

// hash4711 is of the PIN 4711; it takes a while.
var hash4711 = sync.OnceValues(func() (password.Hash, error) { return password.Make("4711") })

// withCodes is a site where everybody of a few has the PIN 4711, everything is done by
// phone, and a1003 may listen.
func withCodes(t *testing.T) func(*config.Site) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pins")
	hash, err := hash4711()
	require.NoError(t, err)
	var lines strings.Builder
	for _, agent := range []string{"a1001", "a1003", "a1004"} {
		lines.WriteString(agent + ":" + hash.String() + "\n")
	}
	require.NoError(t, os.WriteFile(file, []byte(lines.String()), 0o600))
	return func(s *config.Site) {
		s.Floor.PINs = config.Secret{File: file}
		s.Floor.Pauses = []config.Pause{{Name: "dejeuner", Label: "Déjeuner", Key: "1"}}
		s.Floor.Codes = map[keypad.Deed]string{
			keypad.Login: "*50", keypad.Logout: "*51", keypad.Pause: "*52", keypad.Ready: "*53", keypad.Extend: "*55", keypad.Supervise: "*56",
		}
		s.Floor.Supervisors = []contact.Agent{"a1003"}
		for _, p := range keypad.Prompts(s.Floor.Codes) {
			s.Prompts[ivr.Prompt(p)] = config.Prompt{Name: ivr.Prompt(p), Sound: config.Sound{Media: []string{"sound:guichet/" + string(p)}}}
		}
	}
}

// code dials a code at a phone, keys what follows, and waits for the end of the call. It
// returns what was said at last.
func (b *bench) code(phone, code, keys string) (last string) {
	b.T.Helper()
	call := b.begun(phone, code)
	call.Press(keys)
	b.until("the call to end", func() bool { return call.Channel().Gone })
	if said := call.Channel().Played; len(said) > 0 {
		last = strings.TrimPrefix(said[len(said)-1], "sound:guichet/")
	}
	return last
}

// begun is the call of a code dialled at a phone, once it is answered.
func (b *bench) begun(phone, code string) *aritest.Caller {
	b.T.Helper()
	call := b.asterisk.CallBy(phone, "", code, "agent", code)
	b.until("the code to be answered", func() bool { return call.Channel().State == "Up" || call.Channel().Gone })
	return call
}

func TestAnAgentLogsInPausesAndLeavesByTheKeysOfAnyPhone(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t))
	desk := b.phone("a1003", aritest.Answers(0))
	b.code("PJSIP/a1003", "*50", "1001#4711#")
	b.agentIs("a1001", acd.Ready) // once the phone is free again
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	assert.Equal(t, 1, desk.Calls(), "he is rung where he logged in")
	caller.Hangup()
	b.agentIs("a1001", acd.WrapUp)
	b.code("PJSIP/a1003", "*521", "")
	b.agentIs("a1001", acd.Paused)
	assert.Equal(t, "dejeuner", b.why("a1001"))
	b.code("PJSIP/a1003", "*529", "") // no such reason: nothing changes
	assert.Equal(t, "dejeuner", b.why("a1001"))
	b.code("PJSIP/a1003", "*53", "")
	b.agentIs("a1001", acd.Ready)
	b.code("PJSIP/a1003", "*51", "")
	b.agentIs("a1001", acd.LoggedOut)
	b.untilQuiet()
}

// As often as the site allows, and no longer: what ended it before tells nobody twice.
func TestAWrapUpIsMadeLongerByACode(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t), func(s *config.Site) { s.Floor.Extend, s.Floor.Longest = time.Minute, 80*time.Second })
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	b.code("PJSIP/a1001", "*55", "")
	assert.Empty(t, b.facts(fact.KindWrapUp), "there is none")
	b.agentIs("a1001", acd.Ready)
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	caller.Hangup()
	b.agentIs("a1001", acd.WrapUp)
	ends := func() (until int64) {
		b.c.View(func(s *fold.State) { until = s.Floor.Agents["a1001"].Until })
		return until
	}
	before := ends()
	b.code("PJSIP/a1001", "*55", "")
	assert.Equal(t, before+(time.Minute).Microseconds(), ends())
	b.code("PJSIP/a1001", "*55", "")
	assert.Equal(t, before+(time.Minute).Microseconds(), ends(), "as long as one may already")
	assert.Len(t, b.facts(fact.KindWrapUp), 1)
	b.untilQuiet()
}

func TestWrongPINsByPhoneLockAndChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t))
	b.phone("a1003", aritest.Answers(0))
	b.code("PJSIP/a1003", "*50", "1001#0000#1001#1111#1001#1212#")
	b.code("PJSIP/a1003", "*50", "1001#2222#1001#3333#1001#4711#")
	assert.Empty(t, b.facts(fact.KindSeated), "five wrong ones: the right one comes too late")
	b.phone("a1004", aritest.Answers(0))
	b.code("PJSIP/a1004", "*50", "1001#4711#")
	assert.Empty(t, b.facts(fact.KindSeated), "nor is it tried from another phone")
	b.untilQuiet()
}

// Whoever served the code is gone, or its beginning was lost with the link: it is served
// all the same, and no call stays silent for ever.
func TestACodeThatNobodyServesIsTakenUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t))
	b.phone("a1003", aritest.Answers(0))
	before := b.upSince()
	var code, other *aritest.Caller
	b.deafWhile(func() {
		code = b.asterisk.CallBy("PJSIP/a1003", "", "*50", "agent", "*50")
		other = b.asterisk.CallBy("PJSIP/a1004", "", "1234", "agent", "1234")
		b.until("them to be in the application", func() bool { return code.Channel().InStasis && other.Channel().InStasis })
	})
	b.asterisk.Cut()
	b.untilBack(before)
	b.until("the code to be answered", func() bool { return code.Channel().State == "Up" })
	code.Press("1001#4711#")
	b.until("both to end", func() bool { return code.Channel().Gone && other.Channel().Gone })
	b.agentIs("a1001", acd.Ready)
	assert.EqualValues(t, 2, b.c.Live().Repairs["agent_call"])
	b.untilQuiet()
}

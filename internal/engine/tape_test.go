package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// untilThen is when the queue of these stories records nothing any more, in seconds.
const untilThen = 1000

// recorded is a story up to a conversation in a queue that records.
func recorded(t *testing.T) *story {
	t.Helper()
	s := talking(t)
	s.rules.Recording = func(contact.Queue) engine.Recording {
		return engine.Recording{
			Purpose: "accueil", Until: time.Unix(untilThen, 0), Announcement: []ivr.Prompt{"enregistre"}, Retention: 24 * time.Hour,
		}
	}
	return s
}

// running is one in which both were told.
func running(t *testing.T) *story {
	t.Helper()
	s := recorded(t)
	require.Contains(t, s.step(15e6, engine.Restarted{}), "do TellBoth{N:1 Prompts:[enregistre] Language:fr}")
	told := s.step(18e6, engine.BothTold{N: 1})
	require.Contains(t, told, `fact recording_begun {"recording":"c1.r1","queue":"particuliers","purpose":"accueil","retention":86400000000000}`)
	require.Contains(t, told, "do StartTape{Tape:c1.r1 Longest:16m22s}", "until the end of the last day at most")
	return s
}

// tape is what is done about the recording, in words.
func tape(told string) string {
	var does []string
	for line := range strings.Lines(told) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "fact recording_"):
			does = append(does, strings.Fields(line)[1])
		case strings.HasPrefix(line, "do RunTape"), strings.HasPrefix(line, "do StopTape"), strings.HasPrefix(line, "do StartTape"), strings.HasPrefix(line, "do TellBoth"):
			does = append(does, line[len("do "):])
		case strings.HasPrefix(line, "do Arrange"):
			does = append(does, "arranged")
		}
	}
	return strings.Join(does, " ")
}

const runs, pauses, stops = "RunTape{Tape:c1.r1 Runs:true}", "RunTape{Tape:c1.r1 Runs:false}", "StopTape{Tape:c1.r1}"

func TestNobodyIsRecordedWhoWasNotTold(t *testing.T) {
	t.Parallel()
	s := recorded(t)
	s.step(15e6, engine.Restarted{})
	assert.Empty(t, tape(s.step(16e6, engine.BothTold{N: 7})), "of another time")
	s.step(16e6, engine.Direct{Do: engine.Hold, By: "a1"})
	assert.Empty(t, tape(s.step(17e6, engine.BothTold{N: 1})), "he was on hold before the end")
	again := tape(s.step(20e6, engine.Direct{Do: engine.Unhold, By: "a1"}))
	assert.Equal(t, "arranged TellBoth{N:2 Prompts:[enregistre] Language:fr}", again)
	assert.Empty(t, tape(s.step(22e6, engine.BothTold{N: 2, Failed: true})), "nobody knows what they heard")
	assert.Empty(t, tape(s.step(23e6, engine.Key{Key: '1'})), "nor is it tried again and again")
	assert.Nil(t, s.session.Record.Tape)
}

func TestNothingIsRecordedWithoutPurposeEndOrAReaderOfIt(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]func(*engine.Recording){
		"purpose": func(r *engine.Recording) { r.Purpose = "" }, "an announcement": func(r *engine.Recording) { r.Announcement = nil },
		"retention": func(r *engine.Recording) { r.Retention = 0 }, "an end": func(r *engine.Recording) { r.Until = time.Time{} },
		"days left": func(r *engine.Recording) { r.Until = time.Unix(15, 0) },
	} {
		s := recorded(t)
		policy := s.rules.Recording("particuliers")
		without(&policy)
		s.rules.Recording = func(contact.Queue) engine.Recording { return policy }
		assert.NotContains(t, s.step(15e6, engine.Restarted{}), "TellBoth", name)
	}
	s := recorded(t)
	s.rules.MayWrite = func(k fact.Kind) bool { return k != fact.KindRecordingBegun }
	assert.NotContains(t, s.step(15e6, engine.Restarted{}), "TellBoth", "an older controller beside")

	s = recorded(t)
	s.step(15e6, engine.Restarted{})
	s.rules.Recording = func(contact.Queue) engine.Recording { return engine.Recording{} }
	assert.Empty(t, tape(s.step(18e6, engine.BothTold{N: 1})), "the day ended while they were told")
}

// Each way in which a recording stops and goes on; what is heard changes after it has
// stopped, and before it goes on.
func TestARecordingRunsWhileTheCallerHearsAnAgentAndNobodyHasPausedIt(t *testing.T) {
	t.Parallel()
	direct := func(do engine.Deed) engine.Direct { return engine.Direct{Do: do, By: "a1"} }
	consult := engine.Direct{Do: engine.Consult, By: "a1", Agent: "a2"}
	star := engine.AgentKey{Offer: "o1", Key: '*'}
	timer := func(s *story) engine.Event {
		return engine.Fired{Timer: engine.MenuTimer, N: s.session.Timers[engine.MenuTimer]}
	}
	type does struct {
		event engine.Event
		want  string
	}
	for name, steps := range map[string][]does{
		"by the agent": {
			{direct(engine.PauseRecording), "recording_paused " + pauses}, {engine.Key{Key: '4'}, ""}, {direct(engine.ResumeRecording), "recording_resumed " + runs},
		},
		"by the keys of the caller": {
			{engine.Key{Key: '4'}, "recording_paused " + pauses}, {engine.Key{Key: '9'}, ""}, {nil, "recording_resumed " + runs},
		},
		"by both": {
			{engine.Key{Key: '4'}, "recording_paused " + pauses}, {direct(engine.PauseRecording), "recording_paused"}, {nil, ""},
			{direct(engine.ResumeRecording), "recording_resumed " + runs},
		},
		"by two stars": {{star, ""}, {star, "recording_paused " + pauses}, {star, ""}, {star, "recording_resumed " + runs}},
		"by a star and another key": {
			{star, ""}, {engine.AgentKey{Offer: "o1", Key: '1'}, ""}, {star, ""}, {engine.AgentKey{Offer: "o2", Key: '*'}, ""},
		},
		"on hold":        {{direct(engine.Hold), pauses + " arranged"}, {direct(engine.Unhold), "arranged " + runs}},
		"paused on hold": {{direct(engine.Hold), pauses + " arranged"}, {direct(engine.PauseRecording), "recording_paused"}, {direct(engine.Unhold), "arranged"}, {direct(engine.ResumeRecording), "recording_resumed " + runs}},
		"consulting":     {{consult, ""}, {engine.PartyAccepted{}, pauses + " arranged"}, {direct(engine.Cancel), ""}},
		"to the queue":   {{engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"}, "recording_ended " + stops + " arranged"}},
		"agent leaves":   {{engine.AgentLeft{Offer: "o1"}, "recording_ended " + stops}},
		"caller leaves":  {{engine.CallerLeft{}, "recording_ended " + stops}},
		"it is lost":     {{engine.TapeLost{Tape: "c1.r9"}, ""}, {engine.TapeLost{Tape: "c1.r1"}, "recording_ended"}, {engine.Key{Key: '4'}, ""}, {engine.CallerLeft{}, ""}},
		"its longest":    {{engine.TapeLost{Tape: "c1.r1", Kept: true}, "recording_ended"}},
	} {
		s := running(t)
		at := int64(20e6)
		for i, d := range steps {
			at += 1e6
			if d.event == nil {
				d.event = timer(s)
			}
			if accepted, is := d.event.(engine.PartyAccepted); is {
				accepted.Party, accepted.Phone = s.session.Record.Parties[0].ID, "PJSIP/2"
				d.event = accepted
			}
			assert.Equal(t, d.want, tape(s.step(at, d.event)), "%s, step %d", name, i+1)
		}
	}
}

// Asterisk bounds what is recorded, and does not count pauses.
func TestARecordingEndsWithTheLastDayOfItsPurpose(t *testing.T) {
	t.Parallel()
	s := running(t)
	s.step(20e6, engine.Direct{Do: engine.PauseRecording, By: "a1"})
	s.step(900e6, engine.Direct{Do: engine.ResumeRecording, By: "a1"})
	over := engine.Fired{Timer: engine.TapeTimer, N: s.session.Timers[engine.TapeTimer]}
	assert.Equal(t, "recording_ended "+stops, tape(s.step(untilThen*1e6, over)))
	assert.Empty(t, tape(s.step(untilThen*1e6, over)), "once")
	assert.Equal(t, engine.Talking, s.session.Phase, "the conversation goes on")

	s = running(t)
	s.resume()
	assert.Contains(t, s.step(30e6, engine.Restarted{}), "do Arm{Timer:tape N:1 After:16m10s}", "whoever takes it up ends it then")

	s = recorded(t)
	s.step(15e6, engine.Restarted{})
	assert.Empty(t, tape(s.step(untilThen*1e6-500_000, engine.BothTold{N: 1})), "less than a second is no bound for Asterisk")
}

func TestALostRecordingIsSaidToHaveFailed(t *testing.T) {
	t.Parallel()
	s := running(t)
	assert.Contains(t, s.step(20e6, engine.TapeLost{Tape: "c1.r1"}), `"failed":true`)
	assert.True(t, s.session.Record.TapeOver)
}

func TestWhatCannotBePausedIsRefused(t *testing.T) {
	t.Parallel()
	refused := func(s *story, d engine.Direct) engine.WhyNot {
		_, out := engine.Step(s.rules, s.session, 30e6, d)
		if out.Refused == nil {
			return ""
		}
		assert.Empty(t, out.Facts)
		return out.Refused.Why
	}
	s := talking(t)
	assert.Equal(t, engine.NotRecorded, refused(s, engine.Direct{Do: engine.PauseRecording, By: "a1"}))
	s = running(t)
	assert.Equal(t, engine.NoConversation, refused(s, engine.Direct{Do: engine.PauseRecording, By: "a9"}))
	assert.Equal(t, engine.NotPaused, refused(s, engine.Direct{Do: engine.ResumeRecording, By: "a1"}))
	s.step(20e6, engine.Direct{Do: engine.PauseRecording, By: "a1"})
	assert.Equal(t, engine.PausedAlready, refused(s, engine.Direct{Do: engine.PauseRecording, By: "a1"}))
}

// The process is lost: what runs goes on, and what is paused stays so.
func TestARecordingIsTakenUp(t *testing.T) {
	t.Parallel()
	s := running(t)
	s.resume()
	assert.Equal(t, runs, tape(s.step(30e6, engine.Restarted{})))
	s.step(31e6, engine.Key{Key: '4'})
	s.resume()
	told := s.step(40e6, engine.Restarted{})
	assert.Equal(t, pauses, tape(told))
	assert.Contains(t, told, "do Arm{Timer:menu", "the keys are over one day")
	s.step(41e6, engine.Direct{Do: engine.PauseRecording, By: "a1"})
	s.resume()
	told = s.step(50e6, engine.Restarted{})
	assert.Equal(t, pauses, tape(told))
	assert.NotContains(t, told, "do Arm{Timer:menu")

	s = recorded(t)
	s.step(15e6, engine.Restarted{})
	s.resume()
	assert.Contains(t, tape(s.step(17e6, engine.Restarted{})), "TellBoth", "whether it was heard nobody knows")
	s = running(t)
	s.step(20e6, engine.TapeLost{Tape: "c1.r1"})
	s.resume()
	assert.Empty(t, tape(s.step(30e6, engine.Restarted{})), "the one of this conversation is over")
}

package node_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// records gives the entry of the relay a tree that has callers leave a message.
func records(t *testing.T) func(*config.Site) {
	return func(s *config.Site) {
		tree, faults := ivr.New(ivr.Tree{
			ID: "t", Start: "repondeur", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: ivr.End},
			Nodes: map[ivr.NodeID]ivr.Node{
				"repondeur": &ivr.Voicemail{
					Mailbox: "accueil", Prompts: []ivr.Prompt{"accueil"}, MaxDuration: time.Minute, MaxSilence: 30 * time.Second, MinDuration: time.Second,
					FinishKey: '#', Next: "merci", Empty: ivr.Exit{Prompts: []ivr.Prompt{"pas_de_choix"}, Goto: ivr.End}, Error: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}, Goto: ivr.End},
				},
				"merci": &ivr.Hangup{Prompts: []ivr.Prompt{"mise_en_relation"}},
			},
		})
		require.Empty(t, faults)
		e, known := s.Entry("0199002015")
		require.True(t, known)
		e.Tree = tree
		s.Entries[e.Name] = e
		s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil", Retention: time.Hour}}
	}
}

// recorded calls, and returns when the caller is recorded.
func (b *bench) recorded() *aritest.Caller {
	b.Helper()
	caller := b.callRelay()
	b.until("the recording", func() bool { return caller.Speak(0) })
	return caller
}

func (b *bench) messages() (all []fold.Message) {
	b.c.View(func(s *fold.State) {
		for _, m := range s.Messages {
			all = append(all, *m)
		}
	})
	return all
}

func TestACallerLeavesAMessageAndEndsItByKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t))
	caller := b.recorded()
	caller.Speak(2500 * time.Millisecond)
	caller.Press("57#")
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "mise_en_relation"))
	assert.Equal(t, map[string]uint64{"message": 1}, b.outcomes())
	all := b.messages()
	require.Len(t, all, 1)
	assert.Equal(t, 2500*time.Millisecond, all[0].Lasts)
	assert.Equal(t, time.Hour, all[0].Retention)
	assert.Contains(t, b.asterisk.Recordings(), "guichet-message-"+string(all[0].ID))
}

func TestWhoHangsUpWhileHeSpeaksHasLeftAMessageIfItIsOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t))
	caller := b.recorded()
	caller.Speak(2 * time.Second)
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"message": 1}, b.outcomes())
	require.Len(t, b.messages(), 1)

	short := b.recorded()
	short.Speak(300 * time.Millisecond)
	short.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"message": 1, "abandoned": 1}, b.outcomes())
	assert.Len(t, b.messages(), 1)
	b.until("its recording to be deleted", func() bool { return len(b.asterisk.Recordings()) == 1 })
}

func TestWhoSaysNothingIsToldSoAndNothingIsKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t))
	caller := b.recorded()
	caller.Press("#")
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "pas_de_choix"))
	assert.Empty(t, b.messages())
	assert.Equal(t, map[string]uint64{"abandoned": 1}, b.outcomes())
	b.until("its recording to be deleted", func() bool { return len(b.asterisk.Recordings()) == 0 })
}

func TestARecordingThatIsRefusedTakesItsExit(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t))
	b.asterisk.Inject(1, "POST /channels/*/record", aritest.Refuse(500, "Internal Server Error"))
	caller := b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "ferme"))
	assert.Empty(t, b.messages())
}

func TestAMailboxThatIsFullIsSaidAndTakesMessagesAgainOnceOneIsDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t), func(s *config.Site) {
		s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil", Retention: time.Hour, MaxWaiting: 1}}
	})
	leave := func() {
		caller := b.recorded()
		caller.Speak(2 * time.Second)
		caller.Hangup()
		b.untilQuiet()
	}
	leave()
	require.Len(t, b.messages(), 1)
	refused := b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(refused, "ferme"))
	assert.Equal(t, 1, b.asterisk.Count("POST /channels/*/record"))

	answer, err := b.c.MessageDone(t.Context(), b.messages()[0].ID, "marie", "op-1")
	require.NoError(t, err)
	require.Empty(t, answer.Void)
	b.until("it to be done", func() bool { return b.messages()[0].DoneAt != 0 })
	leave()
	assert.Len(t, b.messages(), 2)
	b.c.View(func(s *fold.State) {
		assert.Equal(t, &fold.Mailbox{Left: 2, Done: 1, Refused: 1}, s.Mailboxes["accueil"])
	})
}

// The controller dies while the caller speaks: the next one waits for the end of the
// recording, or finds it over.
func TestAMessageSurvivesTheControllerThatWasRecordingIt(t *testing.T) {
	t.Parallel()
	for name, inTheGap := range map[string]func(*aritest.Caller){
		"speaks on": func(*aritest.Caller) {},
		"ended it":  func(c *aritest.Caller) { c.Press("#") },
		"hung up":   func(c *aritest.Caller) { c.Hangup() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, records(t))
			caller := b.recorded()
			caller.Speak(2 * time.Second)
			b.until("the fact", func() bool { return len(b.facts(fact.KindWaiting)) == 1 })
			b.kill()
			inTheGap(caller)
			b.start()
			if name == "speaks on" {
				b.until("the call to be taken up", func() bool { return b.asterisk.Count("GET /recordings/live/*") > 0 })
				caller.Speak(time.Second)
				caller.Press("#")
			}
			b.untilQuiet()
			require.Len(t, b.messages(), 1)
			assert.Len(t, b.facts(fact.KindMessageLeft), 1)
			assert.Equal(t, map[string]uint64{"message": 1}, b.outcomes())
		})
	}
}

func TestTheLeaderDeletesWhatIsDoneAndOverItsRetention(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t), func(s *config.Site) { s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil"}} })
	caller := b.recorded()
	caller.Speak(2 * time.Second)
	caller.Hangup()
	b.untilQuiet()
	m, look := b.messages()[0], b.c.Retention()
	look(t.Context(), b.c.Now())
	require.Len(t, b.messages(), 1, "nobody has dealt with it")
	file, err := b.c.Recording(t.Context(), m.Node, m.ID)
	require.NoError(t, err)
	heard, err := io.ReadAll(file)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	assert.Len(t, heard, 44+2*2*8000)

	answer, err := b.c.MessageDone(t.Context(), m.ID, "marie", "op-1")
	require.NoError(t, err)
	require.Empty(t, answer.Void)
	b.asterisk.Inject(1, "DELETE /recordings/stored/*", aritest.Refuse(500, "Delete failed"))
	look(t.Context(), b.c.Now())
	require.Len(t, b.messages(), 1, "its recording is still there")
	look(t.Context(), b.c.Now())
	b.until("it to be forgotten", func() bool { return len(b.messages()) == 0 })
	assert.Empty(t, b.asterisk.Recordings())
	gone, err := b.c.Recording(t.Context(), m.Node, m.ID)
	require.NoError(t, err)
	assert.Nil(t, gone)
	assert.Equal(t, 1, b.logs.FilterMessage("recording deleted after its retention").Len())
}

package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/node"
	"github.com/guichet/guichet/internal/status"
)

// newBenchOnCopy is a bench on a folder of its own, which the test may change.
func newBenchOnCopy(t *testing.T, change ...func(*config.Site)) *bench {
	t.Helper()
	b := raise(t, aritest.Config{}, change...)
	b.dir = b.copyOf(b.dir)
	b.site = b.loadSite()
	b.start()
	b.until("the version of the start", func() bool { return b.config() == b.site.Hash && b.c.Stocked() })
	return b
}

func (b *bench) copyOf(dir string) string {
	b.Helper()
	copied := b.TempDir()
	require.NoError(b, os.CopyFS(copied, os.DirFS(dir)))
	return copied
}

// config is the hash that the ledger says is active.
func (b *bench) config() (hash string) {
	b.c.View(func(s *fold.State) { hash = s.Config })
	return hash
}

// edit replaces text in a file of the folder.
func (b *bench) edit(file, before, after string) {
	b.Helper()
	path := filepath.Join(b.dir, file)
	text, err := os.ReadFile(path)
	require.NoError(b, err)
	require.Contains(b, string(text), before)
	require.NoError(b, os.WriteFile(path, []byte(strings.Replace(string(text), before, after, 1)), 0o644))
}

// newMenu makes key 1 of the menu ask about notices.
func (b *bench) newMenu() {
	b.Helper()
	b.edit("ivr/accueil.yaml", "Déclaration de revenus, set: {topic: declaration}", "Avis reçu, set: {topic: avis}")
}

// activate asks for the folder's version until it is answered: on a busy machine a leader may
// take longer than whoever asked him has patience.
func (b *bench) activate() status.Activated {
	b.Helper()
	for begun := time.Now(); ; {
		done, err := b.c.Activate(context.Background(), status.Ask{By: "marie", Source: fact.ByAPI})
		var refused *status.Refused
		if errors.As(err, &refused) && refused.Why == status.NoLeader && time.Since(begun) < patience {
			continue
		}
		require.NoError(b, err)
		return done
	}
}

func (b *bench) refused(err error) *status.Refused {
	b.Helper()
	var refused *status.Refused
	require.ErrorAs(b, err, &refused)
	return refused
}

func (b *bench) topicOf(caller *aritest.Caller) contact.Topic {
	if rec := b.record(caller); rec != nil {
		return rec.Topic
	}
	return ""
}

func (b *bench) inMenu() *aritest.Caller {
	b.Helper()
	caller := b.call()
	b.until("the menu", func() bool { return b.played(caller, "menu_motif") == 1 })
	return caller
}

func TestACallerFinishesOnTheVersionHeBeganWithAndTheNextGoesByTheNew(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001"})
	old := b.inMenu()
	before := b.c.Site().Hash
	b.newMenu()
	done := b.activate()
	assert.Equal(t, before, done.From)
	assert.Equal(t, []string{"file changed: ivr/accueil.yaml"}, done.Changes)
	assert.Equal(t, []string{
		"accueil, menu 'motif': key 1 is now called “Avis reçu” (was “Déclaration de revenus”)",
		"accueil, menu 'motif': key 1 now sets topic to 'avis' (was 'declaration')",
	}, done.Differences)
	assert.Equal(t, done.Hash, b.c.Site().Hash, "who asked is answered when it is so")
	assert.Equal(t, done.Hash, b.config())
	next := b.inMenu()
	old.Press(forCIS)
	next.Press(forCIS)
	b.until("both to wait", func() bool { return b.standingOf(old) == "waiting" && b.standingOf(next) == "waiting" })
	assert.EqualValues(t, "declaration", b.topicOf(old))
	assert.EqualValues(t, "avis", b.topicOf(next))
	assert.Equal(t, []string{before, done.Hash}, []string{b.record(old).Config, b.record(next).Config})
	activations := b.facts(fact.KindConfigActivated)
	require.Len(t, activations, 2)
	assert.Equal(t, fact.Cause{By: "marie", Source: fact.ByAPI, Summary: strings.Join(done.Changes, "; ")}, activations[1].Fact.(fact.ConfigActivated).Cause)
	assert.Equal(t, 1, b.logs.FilterMessage("site version activated").FilterField(zap.String("by", "marie")).Len(), "the line of the audit")
	// The agent still knows what the old menu asked about.
	b.phone("a1001", aritest.Answers(0))
	b.command("a1001", fact.Resumed{Agent: "a1001"})
	b.untilTalking(old, "a1001")
	old.Hangup()
	next.Hangup()
	b.untilQuiet()
}

func TestABadFolderChangesNothingAndSaysWhy(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	before := b.c.Site()
	b.edit("queues.yaml", "strategy: longest_ready", "strategy: nearest")
	_, err := b.c.Activate(context.Background(), status.Ask{Source: fact.ByFile})
	refused := b.refused(err)
	assert.Equal(t, status.BadSite, refused.Why)
	require.Len(t, refused.Problems, 1)
	assert.Contains(t, refused.Problems[0].String(), "queues.yaml:")
	assert.Same(t, before, b.c.Site())
	assert.Equal(t, before.Hash, b.config())
	assert.False(t, b.c.Version().ReloadOK)
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("site version refused").Len())

	b.edit("queues.yaml", "strategy: nearest", "strategy: longest_ready")
	assert.Empty(t, b.activate().Changes, "the folder is as it was: nothing to do")
	assert.True(t, b.c.Version().ReloadOK)
	assert.Len(t, b.facts(fact.KindConfigActivated), 1)
}

func TestADryRunTellsWhatWouldChangeAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	b.newMenu()
	would, err := b.c.Activate(context.Background(), status.Ask{DryRun: true})
	require.NoError(t, err)
	assert.Equal(t, "file changed: ivr/accueil.yaml", would.Changes[0])
	assert.Equal(t, b.site.Hash, b.config())
	assert.NotEqual(t, would.Hash, b.c.Site().Hash)
}

func TestWhatIsFixedAtTheStartIsRefusedWithTheSentence(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	b.edit("site.yaml", "name: dgfip", "name: other")
	_, err := b.c.Activate(context.Background(), status.Ask{})
	refused := b.refused(err)
	assert.Equal(t, status.NeedsRestart, refused.Why)
	assert.Equal(t, "site.yaml changes name, which needs a restart", refused.Message)
	assert.Equal(t, b.site.Hash, b.config())
}

func TestOneGoesBackToTheVersionBeforeThoughTheFolderHasMovedOn(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	first := b.config()
	_, err := b.c.Rollback(context.Background(), "", status.Ask{})
	assert.Equal(t, status.UnknownVersion, b.refused(err).Why, "there is none before the first")
	b.newMenu()
	second := b.activate().Hash
	b.edit("queues.yaml", "label: Particuliers", "label: Public")
	third := b.activate().Hash

	back, err := b.c.Rollback(context.Background(), "", status.Ask{By: "paul"})
	require.NoError(t, err)
	assert.Equal(t, second, back.Hash)
	assert.Equal(t, "Particuliers", b.c.Site().Queues["particuliers"].Label)
	_, err = b.c.Rollback(context.Background(), "zzz", status.Ask{})
	assert.Equal(t, status.UnknownVersion, b.refused(err).Why)
	back, err = b.c.Rollback(context.Background(), first[:10], status.Ask{})
	require.NoError(t, err)
	assert.Equal(t, first, back.Hash)

	// A restart keeps what was gone back to... unless the folder is yet another.
	b.edit("queues.yaml", "label: Public", "label: Particuliers")
	require.NotEqual(t, third, b.loadSite().Hash)
	b.stop()
	b.site = b.loadSite()
	require.Equal(t, second, b.site.Hash, "the folder is what was rolled back from")
	b.start()
	b.until("the choice to be kept", func() bool {
		return b.logs.FilterMessageSnippet("rolled back; the one before stays").Len() == 1
	})
	assert.Equal(t, first, b.config())
	assert.Equal(t, first, b.c.Site().Hash)
}

func TestTheNextControllerResumesContactsOnTheirOldVersion(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*bench){"stopped": (*bench).stop, "killed": (*bench).kill} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchOnCopy(t)
			b.login("a1001")
			b.command("a1001", fact.Paused{Agent: "a1001"})
			old := b.inMenu()
			b.newMenu()
			b.activate()
			end(b)
			b.site = b.loadSite()
			b.start()
			b.until("the menu to begin again at its node", func() bool { return b.played(old, "menu_motif") == 2 })
			old.Press("1")
			b.until("the caller to wait", func() bool { return b.standingOf(old) == "waiting" })
			assert.EqualValues(t, "declaration", b.topicOf(old))
			next := b.waits()
			assert.EqualValues(t, "avis", b.topicOf(next))
			old.Hangup()
			next.Hangup()
			b.untilQuiet()
		})
	}
}

func TestWhoeverStartsAloneWithAChangedFolderActivatesIt(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	b.stop()
	b.newMenu()
	b.site = b.loadSite()
	b.start()
	b.until("the new version", func() bool { return b.config() == b.site.Hash })
	activations := b.facts(fact.KindConfigActivated)
	require.Len(t, activations, 2)
	assert.Equal(t, fact.AtStart, activations[1].Fact.(fact.ConfigActivated).Source)
}

// pair is a bench with two controllers: c1 leads, c2 has joined.
func pair(t *testing.T, changed func(*bench)) (b *bench, first *node.Controller, firstRun *run, stopFirst func()) {
	t.Helper()
	b = newBenchOnCopy(t)
	first, firstRun, stopFirst = b.c, b.run, b.cancel
	b.dir = b.copyOf(b.dir)
	changed(b)
	b.site = b.loadSite()
	b.launch("c2")
	return b, first, firstRun, stopFirst
}

func TestWhoeverJoinsOthersGoesByTheirVersionAndSaysSo(t *testing.T) {
	t.Parallel()
	b, first, _, stopFirst := pair(t, (*bench).newMenu)
	active := first.Site().Hash
	b.until("c2 to say so", func() bool { return b.logs.FilterMessageSnippet("theirs stays active").Len() == 1 })
	assert.Equal(t, active, b.c.Site().Hash)
	assert.Equal(t, b.site.Hash, b.c.Version().Folder)

	// It does not change its mind when it comes to lead.
	stopFirst()
	b.until("c2 to lead", func() bool { return b.leads("c2") })
	b.until("the link to be up", b.ready)
	assert.Equal(t, active, b.config())

	done := b.activate()
	assert.Equal(t, b.site.Hash, done.Hash)
}

// untilHeard waits for a beat of another controller.
func (b *bench) untilHeard(instance string) {
	b.Helper()
	beat := func() (last ledger.ID) {
		b.c.View(func(s *fold.State) { last = s.Protocol.Controllers[instance].Beat })
		return last
	}
	before := beat()
	b.until("a beat of "+instance, func() bool { return beat() != before })
}

func (b *bench) leads(instance string) bool {
	holder := ""
	b.c.View(func(s *fold.State) { holder, _ = s.Protocol.Leader() })
	return holder == instance
}

func TestAControllerThatDoesNotLeadIsAskedAndAllSwitch(t *testing.T) {
	t.Parallel()
	b, first, _, _ := pair(t, func(*bench) {})
	b.until("c2 to know the leader", func() bool { return b.leads("c1") && b.c.Site().Hash == first.Site().Hash })
	b.newMenu()
	done := b.activate()
	b.until("the leader to switch too", func() bool { return first.Site().Hash == done.Hash })
	assert.True(t, b.leads("c1"))
	proposals, activations := b.facts(fact.KindConfigProposed), b.facts(fact.KindConfigActivated)
	require.Len(t, proposals, 1)
	assert.Equal(t, "c2", proposals[0].Entry.Writer)
	assert.Equal(t, "c1", activations[len(activations)-1].Entry.Writer)
}

func TestWhatTheLeaderCouldNotLoadIsTriedAnewWhenItIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var unfit *atomic.Bool
	b, first, _, _ := pair(t, func(b *bench) { unfit = b.unfit })
	b.until("c2 to know the leader", func() bool { return b.leads("c1") && b.c.Site().Hash == first.Site().Hash })
	b.newMenu()
	unfit.Store(true)
	_, err := b.c.Activate(context.Background(), status.Ask{Source: fact.ByAPI})
	refused := b.refused(err)
	assert.Equal(t, status.LeaderRefused, refused.Why)
	assert.Contains(t, refused.Message, "not by this program")

	unfit.Store(false)
	done := b.activate()
	b.until("the leader to switch", func() bool { return first.Site().Hash == done.Hash })
}

func TestOnlyAControllerWithTheActiveContentLeads(t *testing.T) {
	t.Parallel()
	b, first, firstRun, stopFirst := pair(t, func(*bench) {})
	b.until("c2 to follow", func() bool { return b.config() == first.Site().Hash })
	b.newMenu()
	before, done := b.site.Hash, b.activate()
	b.until("c1 to switch", func() bool { return first.Site().Hash == done.Hash })

	// c1 leads, and loses the content both here and in the store.
	log := memory.NewLog(b.store)
	b.until("c1 to give the leadership away, and c2 to take it", func() bool {
		require.NoError(t, log.DropVersion(context.Background(), done.Hash))
		first.Lose(done.Hash)
		return b.leads("c2")
	})
	assert.NotEqual(t, before, done.Hash)
	b.until("c2 to put the content back, and c1 to be fit again", func() bool {
		return first.Version().Missing == "" && first.Site().Hash == done.Hash
	})
	stopFirst()
	<-firstRun.done
}

func TestAControllerThatCannotLoadTheActiveVersionServesOnAndSaysSo(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	active := b.config()
	first, stopFirst := b.c, b.cancel
	firstRun := b.run
	log := memory.NewLog(b.store)
	require.NoError(t, log.DropVersion(context.Background(), active))
	b.dir = b.copyOf(b.dir)
	b.newMenu()
	b.site = b.loadSite()
	b.launch("c2")
	b.until("c2 to say that it cannot load it", func() bool { return b.c.Version().Missing != "" })
	assert.Contains(t, strings.Join(b.c.NotReady(), "\n"), "its content is not in the ledger")
	b.untilHeard("c1")
	stopFirst()
	<-firstRun.done
	b.until("c2 to command the node", func() bool { return b.c.Links()[0].Commandable })
	assert.False(t, b.leads("c2"), "it holds the node, and takes no decision for the site")

	caller := b.inMenu()
	assert.Equal(t, b.site.Hash, b.record(caller).Config, "callers are served by what it has")
	caller.Hangup()

	// Whoever activates a version that can be loaded ends it.
	done := b.activate()
	assert.Equal(t, b.site.Hash, done.Hash)
	assert.True(t, b.leads("c2"))
	b.until("it to be ready", b.ready)
	assert.NotEqual(t, first.Site().Hash, done.Hash)
	b.untilQuiet()
}

func TestAgentsOnTheFloorGetTheirNewCardsAndWhoHasLeftTheSiteIsLoggedOut(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t, noWrapUp)
	b.edit("floor.yaml", "supervisors: [a1002]", "supervisors: [a1001]") // who leaves is no supervisor
	b.activate()
	b.phone("a1002", aritest.Answers(0))
	b.login("a1001", "a1002", "a1003")
	b.command("a1001", fact.AgentChanged{Agent: "a1001", Skills: map[contact.Skill]int{"declaration": 5}, By: "paul"})
	b.command("a1001", fact.Paused{Agent: "a1001"})
	b.command("a1003", fact.Paused{Agent: "a1003", Reason: "lunch"})
	caller := b.ask()
	b.untilTalking(caller, "a1002")

	b.edit("agents/cis_ouest.yaml", "  a1002: {name: Yann Kermarrec, center: cis_ouest, phone: PJSIP/a1002, media: [voice, email], skills: {topic: 2, recouvrement: 2}}\n", "")
	b.edit("agents/cis_ouest.yaml", "skills: {topic: 3, relais: 2, recouvrement: 1}", "skills: {topic: 4}")
	b.edit("agents/cis_ouest.yaml", "Sophie Moreau, center: cis_ouest", "Sophie Moreau, center: cis_sud")
	done := b.activate()
	assert.Equal(t, []string{"file changed: agents/cis_ouest.yaml", "agent removed: a1002", "2 agents changed: a1001, a1003"}, done.Changes)
	require.Len(t, done.Drift, 1)
	assert.Equal(t, []string{"declaration 5 instead of 4"}, done.Drift[0].Words)
	assert.Equal(t, "paul", done.Drift[0].By)

	b.until("the new cards", func() bool {
		one, three := b.card("a1001"), b.card("a1003")
		return one.Skills["avis"] == 4 && one.Skills["declaration"] == 5 && one.Skills["relais"] == 0 && three.Center == "cis_sud"
	})
	assert.Equal(t, acd.Paused, b.agent("a1003"), "what they do is not touched")
	assert.Equal(t, "lunch", b.why("a1003"))
	assert.Equal(t, acd.Talking, b.agent("a1002"))
	assert.Equal(t, "talking", b.standingOf(caller))
	caller.Hangup()
	b.agentIs("a1002", acd.LoggedOut)
	b.untilQuiet()
	b.sameAfterReplay()
}

// card is what decides whom an agent may serve now.
func (b *bench) card(id contact.Agent) (card acd.Card) {
	b.c.View(func(s *fold.State) {
		if a := s.Floor.Agents[id]; a != nil {
			card = a.Card
		}
	})
	return card
}

func TestASkillChangedByHandActsAtOnceOnWhoWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001"})
	b.login("a1002")
	b.command("a1002", fact.AgentChanged{Agent: "a1002", Skills: map[contact.Skill]int{"declaration": 0}})
	caller := b.waits()
	b.phone("a1002", aritest.Answers(0))
	b.command("a1002", fact.AgentChanged{Agent: "a1002", Skills: map[contact.Skill]int{"declaration": 1}})
	b.untilTalking(caller, "a1002")
	caller.Hangup()
	b.untilQuiet()
}

func TestAnAcknowledgedActivationSurvivesAFailoverThatLostIt(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	before := b.mark()
	b.newMenu()
	done := b.activate()
	b.failOver(before)
	b.until("the version to be active again", func() bool { return b.config() == done.Hash && b.c.Site().Hash == done.Hash })
}

func TestContentsThatNobodyNeedsAreDroppedAndThoseOfContactsStay(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	b.login("a1001")
	old := b.inMenu()
	first := b.config()
	log := memory.NewLog(b.store)
	for i := range 21 {
		b.edit("queues.yaml", "label: Particuliers"+strings.Repeat("x", i), "label: Particuliers"+strings.Repeat("x", i+1))
		b.activate()
	}
	kept := func() []string {
		require.NoError(t, b.c.Prune(context.Background()))
		names, err := log.KeptVersions(context.Background())
		require.NoError(t, err)
		return names
	}
	require.NoError(t, log.SaveVersion(context.Background(), "stray", []byte("x")))
	assert.Contains(t, kept(), "stray", "what was just stored may be on its way to a proposal")
	names := kept()
	assert.NotContains(t, names, "stray")
	assert.Contains(t, names, first, "a contact goes by it")
	assert.Len(t, names, 20+1)
	old.Hangup()
	b.untilQuiet()
}

// Recordings are no part of a version: whoever goes back to an earlier one is told, as
// with an activation, what callers hear otherwise by now, and that it stays so.
func TestWhoGoesBackIsToldWhatWasRecordedAnew(t *testing.T) {
	t.Parallel()
	b := newBenchOnCopy(t)
	records := func(digest string) {
		b.prints.Store(&[]config.SoundPrint{{Recording: config.Recording{Name: "bienvenue"}, Digest: digest, Lasts: 9 * time.Second}})
	}
	records("first")
	b.newMenu()
	assert.NotContains(t, b.activate().Differences, "prompt 'bienvenue': is recorded anew, 9s long")
	records("second")
	b.edit("ivr/accueil.yaml", "Avis reçu", "Avis d'impôt")
	assert.Contains(t, b.activate().Differences, "prompt 'bienvenue': is recorded anew, 9s long")

	records("third")
	back := func(dry bool) []string {
		t.Helper()
		done, err := b.c.Rollback(context.Background(), "", status.Ask{By: "paul", DryRun: dry})
		require.NoError(t, err)
		return done.Differences
	}
	for _, dry := range []bool{true, false} {
		said := back(dry)
		require.Greater(t, len(said), 2, "the menu, too")
		assert.Equal(t, []string{
			"prompt 'bienvenue': is recorded anew, 9s long",
			"recordings are no part of a version: what was recorded anew stays, also after going back",
		}, said[len(said)-2:])
	}
	assert.NotContains(t, strings.Join(back(false), "\n"), "record", "it was told, and nothing was recorded since")
}

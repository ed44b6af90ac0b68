package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func TestActivateSaysWhatChangedAndWhatDrifts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Next = func() (status.Activated, error) {
		return status.Activated{
			Hash: "feedfacefeedface", From: "0123456789abcdef", Changes: []string{"file changed: queues.yaml", "queue changed: recouvrement"},
			Differences: []string{"accueil, menu 'principal': key 3 now leads to 'paiement' (was 'autre'), and this sentence is long"},
			Drift:       []status.Drift{{Agent: "a1", Words: []string{"topic 3 instead of 2"}, At: reporttest.Begin.UnixMicro(), By: "paul"}},
		}, nil
	}
	assert.Equal(t, `version feedfacefeed is active; before: 0123456789ab
  file changed: queues.yaml
  queue changed: recouvrement

different for those who call:
  accueil, menu 'principal': key 3 now leads to 'paiement' (was 'autre'), and
      this sentence is long

changed by hand, and stays (guichet agents reset ID takes it back):
  a1, on 2026-11-23 14:00:00 by paul: topic 3 instead of 2
`, d.prints(t, "activate"))
	assert.Contains(t, d.prints(t, "activate", "--dry-run"), "version feedfacefeed would take the place of 0123456789ab:")
	assert.Contains(t, d.prints(t, "rollback", "feed"), "version feedfacefeed is active")
	assert.Contains(t, d.prints(t, "activate", "--json"), `"changed": true`)

	d.Next = func() (status.Activated, error) { return status.Activated{Hash: "v", From: "v"}, nil }
	assert.Equal(t, "version v is active already; nothing changes\n", d.prints(t, "activate"))
}

func TestABadFolderIsPrintedAsByCheck(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Next = func() (status.Activated, error) {
		return status.Activated{}, &status.Refused{Why: status.BadSite, Message: "no", Problems: []config.Problem{
			{File: "queues.yaml", Line: 3, Column: 5, Message: "unknown key rnig", Hint: "did you mean ring?",
				Excerpt: config.Excerpt{Text: "    rnig: 18s", Column: 5}},
		}}
	}
	code, out, errs := d.types(t, "activate")
	assert.Equal(t, exitWrong, code)
	assert.Equal(t, "queues.yaml:3:5: unknown key rnig; did you mean ring?\n        rnig: 18s\n        ^\n1 problem in the controller's site folder; the active version stays\n", out)
	assert.Empty(t, errs)

	d.Next = func() (status.Activated, error) {
		return status.Activated{}, status.Refuse(status.NeedsRestart, "restart the controller", "site.yaml changes http, which needs a restart")
	}
	code, _, errs = d.types(t, "activate")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "guichet: site.yaml changes http, which needs a restart; restart the controller\n", errs)
	code, _, _ = d.types(t, "rollback", "a", "b")
	assert.Equal(t, exitWrong, code)
}

func TestVersionsShowWhoActivatedWhat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Change(func(l *reporttest.Ledger) {
		l.Lead("", fact.ConfigActivated{Hash: "0123456789abcdef0123", Cause: fact.Cause{By: "stage", Source: fact.AtStart}})
		l.Pass(time.Minute)
		l.Lead("", fact.ConfigActivated{Hash: "feedfacefeedface0123", Cause: fact.Cause{By: "marie", Source: fact.ByAPI, Summary: "2 files changed: queues.yaml, routing.yaml; 2 queues changed: particuliers, recouvrement"}})
	})
	d.VersionNow = status.Version{Folder: "cafecafecafecafe", Drift: []status.Drift{{
		Agent: "a1", At: reporttest.Begin.UnixMicro(), By: "paul",
		Words: []string{"declaration 1 instead of 3", "payment 1 instead of 3", "topic 1 instead of 3", "center cis_sud instead of cis_ouest"},
	}}}
	golden(t, "versions.txt", d.prints(t, "versions"))
}

func TestASkillIsChangedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.VersionNow.Drift = []status.Drift{{Agent: "a1", Words: []string{"payment 5 instead of 3"}}}
	assert.Equal(t, "a1 of cis_ouest: by hand: payment 5 instead of 3\n", d.prints(t, "agents", "skill", "a1", "payment=5"))
	d.VersionNow.Drift = nil
	assert.Equal(t, "a1 of cis_ouest: as the site folder says\n", d.prints(t, "agents", "reset", "a1"))
	for _, args := range [][]string{{"a1"}, {"a1", "payment"}, {"a1", "payment=much"}, {"a1", "=3"}, {}} {
		code, _, _ := d.types(t, append([]string{"agents", "skill"}, args...)...)
		assert.Equal(t, exitWrong, code, args)
	}
	code, _, errs := d.types(t, "agents", "skill", "a1", "payment=9")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, "out of range")
}

package demo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAHurriedSiteHasShorterDelaysAndSmallerQueuesAndNothingElse(t *testing.T) {
	t.Parallel()
	sample, site := filepath.Join("..", "..", "examples", "dgfip"), filepath.Join(t.TempDir(), "site")
	require.NoError(t, Hurry(sample, site))
	require.NoError(t, Hurry(sample, site), "the copy of the last demo is replaced")
	routing, err := os.ReadFile(filepath.Join(site, "routing.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(routing), "{after: 2s, add: [cis_ouest], need: recouvrement >= 1}")
	assert.Contains(t, string(routing), "{after: 6s, add: [cis_ouest], files: optional}")
	queues, err := os.ReadFile(filepath.Join(site, "queues.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(queues), "full: {waiting: 10, estimated_wait: 15m, then: dissuade}")
	assert.Contains(t, string(queues), "full: {waiting: 2, then: dissuade}")
	assert.Contains(t, string(queues), "serve_waiting: 20m")
	_, problems := config.Load(site)
	assert.Empty(t, problems, "the site's own tests hold on the copy")
	for _, same := range []string{"centers.yaml", filepath.Join("agents", "cis_ouest.yaml")} {
		was, err := os.ReadFile(filepath.Join(sample, same))
		require.NoError(t, err)
		is, err := os.ReadFile(filepath.Join(site, same))
		require.NoError(t, err)
		assert.Equal(t, string(was), string(is), same)
	}
}

func TestADelayThatIsNoneIsLeftToTheLoader(t *testing.T) {
	t.Parallel()
	site := t.TempDir()
	for _, name := range []string{"routing.yaml", "queues.yaml"} {
		require.NoError(t, os.WriteFile(filepath.Join(site, name), []byte("- {after: soon}\n"), 0o644))
	}
	to := filepath.Join(t.TempDir(), "site")
	require.NoError(t, Hurry(site, to))
	text, err := os.ReadFile(filepath.Join(to, "routing.yaml"))
	require.NoError(t, err)
	assert.Equal(t, "- {after: soon}\n", string(text))
}

func TestADemoThatDidNotShowASceneSaysWhich(t *testing.T) {
	t.Parallel()
	at := func(organisation contact.Organisation, center contact.Center) report.Contact {
		return report.Contact{Outcome: contact.Answered, Organisation: organisation, ServedBy: center}
	}
	played := []report.Contact{
		at("adossement_cis", "cis_ouest"), at("plateau", "cis_ouest"), at("existant", "cis_sud"),
		{Outcome: contact.TransferredOut},
	}
	o := Options{Out: t.Output(), Callers: cast}
	missing := shows(o, played)
	require.Len(t, missing, 1)
	assert.ErrorContains(t, missing[0], "dissuasion")
	assert.Empty(t, shows(o, append(played, report.Contact{Outcome: contact.Dissuaded, Refusal: contact.Full})))
	o.Callers = cast - 1
	assert.Empty(t, shows(o, nil), "too few to show everything")
}

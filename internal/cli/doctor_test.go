package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/ledger/redis"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/ivr"
)

// patient is a site that is well, and its doctor.
func patient(t *testing.T, d *desk) (*config.Site, *doctor) {
	t.Helper()
	site := reporttest.Site()
	site.Dir = t.TempDir()
	secret := func(name, value string) config.Secret {
		path := filepath.Join(site.Dir, name)
		require.NoError(t, os.WriteFile(path, []byte(value+"\n"), 0o600))
		return config.Secret{File: path}
	}
	asterisk := aritest.New(t)
	o := asterisk.Options()
	site.Asterisk = []config.Asterisk{{
		Node: "ast1", URL: o.URL, Application: o.Application,
		Username: secret("user", o.Username), Password: secret("password", o.Password),
	}}
	site.Ledger = config.Ledger{Backend: "redis", Redis: config.Redis{Address: "127.0.0.1:6379"}}
	site.Prompts = map[ivr.Prompt]config.Prompt{"hello": {Name: "hello", Sound: config.Sound{File: "password"}}}
	return site, &doctor{
		program: &Program{url: d.url},
		redis: func(context.Context, *config.Site) (redis.Health, error) {
			return redis.Health{Version: "8.0.6", Role: "master", Policy: "noeviction", AOF: true, AOFWritten: true, UsedMemory: 1, MaxMemory: 100, LedgerFacts: 7}, nil
		},
	}
}

// diagnosis are the findings as they are printed, without addresses that
// change, and without those that are well.
func diagnosis(t *testing.T, d *doctor, site *config.Site) string {
	t.Helper()
	var all []finding
	for _, f := range d.surroundings(t.Context(), site) {
		if f.Grade != gradeOK {
			all = append(all, f)
		}
	}
	var text strings.Builder
	require.NoError(t, writeFindings(&text, all))
	return text.String()
}

func TestAHealthySiteHasOnlyOneWarningUntilAControllerRegisters(t *testing.T) {
	t.Parallel()
	site, d := patient(t, newDesk(t))
	assert.Equal(t, "warn  asterisk ast1: the application app is not registered\n"+
		"      → calls take the fallback of the dialplan until a controller runs: guichet run\n", diagnosis(t, d, site))
}

func TestADoctorWhoHadAnAsteriskRecordLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	asterisk := aritest.New(t)
	o := asterisk.Options()
	client, err := ari.New(o)
	require.NoError(t, err)
	assert.Equal(t, finding{gradeOK, "asterisk ast1", "messages can be recorded", ""}, spool(t.Context(), "asterisk ast1", client))
	assert.Empty(t, asterisk.Recordings())
	assert.Empty(t, asterisk.Bridges())
}

func TestEachTroubleIsNamedWithItsRemedy(t *testing.T) {
	t.Parallel()
	running := newDesk(t)
	for _, c := range []struct {
		name  string
		wrong func(*testing.T, *config.Site, *doctor)
		says  []string
	}{
		{"credentials", func(t *testing.T, s *config.Site, _ *doctor) {
			require.NoError(t, os.WriteFile(s.Asterisk[0].Password.File, []byte("wrong"), 0o600))
		}, []string{"fail  asterisk ast1: refuses the credentials", "→ compare username and password"}},
		{"secret", func(_ *testing.T, s *config.Site, _ *doctor) { s.Asterisk[0].Password.File += ".missing" },
			[]string{"fail  asterisk ast1: read secret", "→ see asterisk in site.yaml"}},
		{"address", func(_ *testing.T, s *config.Site, _ *doctor) { s.Asterisk[0].URL = "http://127.0.0.1:1/ari" },
			[]string{"fail  asterisk ast1", "connection refused", "→ is Asterisk running"}},
		{"version", func(t *testing.T, s *config.Site, _ *doctor) {
			s.Asterisk[0].URL = aritest.NewWith(t, aritest.Config{Version: "22.9.0"}).URL()
		}, []string{"fail  asterisk ast1: version 22.9.0 is too old", "→ install Asterisk 22.10.1 or newer"}},
		{"no spool", func(t *testing.T, s *config.Site, _ *doctor) {
			s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil"}}
			lost := aritest.New(t)
			lost.LoseSpool()
			s.Asterisk[0].URL = lost.URL()
		}, []string{"fail  asterisk ast1: nothing can be recorded: Asterisk wrote no file into the folder recording", "→ on its machine: install -d -o asterisk"}},
		{"no recordings", func(t *testing.T, s *config.Site, _ *doctor) {
			s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil"}}
			refusing := aritest.New(t)
			refusing.Inject(1, "POST /bridges/*/record", aritest.Refuse(404, "Not Found"))
			s.Asterisk[0].URL = refusing.URL()
		}, []string{"fail  asterisk ast1: ", "→ callers cannot leave messages: are res_stasis_recording"}},
		{"no recordings of bridges", func(t *testing.T, s *config.Site, _ *doctor) {
			s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil"}}
			refusing := aritest.New(t)
			refusing.Inject(1, "POST /bridges/*/record", aritest.Refuse(500, "Internal Server Error"))
			s.Asterisk[0].URL = refusing.URL()
		}, []string{"warn  asterisk ast1: it is not known whether messages can be recorded: ", "→ load chan_bridge_media"}},
		{"redis away", func(_ *testing.T, _ *config.Site, d *doctor) {
			d.redis = func(context.Context, *config.Site) (redis.Health, error) {
				return redis.Health{}, errors.New("connection refused")
			}
		}, []string{"fail  redis 127.0.0.1:6379: connection refused", "→ is Redis (or Valkey) running there"}},
		{"redis careless", func(_ *testing.T, _ *config.Site, d *doctor) {
			d.redis = func(context.Context, *config.Site) (redis.Health, error) {
				return redis.Health{Role: "slave", Policy: "allkeys-lru"}, nil
			}
		}, []string{"is a replica and takes no facts", `fail  redis 127.0.0.1:6379: maxmemory-policy is "allkeys-lru"`, "warn  redis 127.0.0.1:6379: redis writes no append-only file: a restart loses the ledger", "→ set appendonly yes"}},
		{"memory", func(_ *testing.T, s *config.Site, _ *doctor) { s.Ledger.Backend = "memory" },
			[]string{"warn  ledger: is in memory"}},
		{"prompts", func(_ *testing.T, s *config.Site, _ *doctor) {
			s.Prompts["draft"] = config.Prompt{Name: "draft", Sound: config.Sound{File: "prompts/draft.wav", Text: "Bonjour"}}
			s.Prompts["lost"] = config.Prompt{Name: "lost", Sound: config.Sound{File: "prompts/lost.wav"}}
		}, []string{"fail  prompts: 1 have neither a sound nor a text: lost", "warn  prompts: 1 have a text but no sound: draft"}},
		{"no controller", func(_ *testing.T, _ *config.Site, d *doctor) { d.program = &Program{url: "http://127.0.0.1:1"} },
			[]string{"warn  controller http://127.0.0.1:1: cannot reach", "→ start it with guichet run"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site, d := patient(t, running)
			c.wrong(t, site, d)
			text := diagnosis(t, d, site)
			for _, says := range c.says {
				assert.Contains(t, text, says)
			}
		})
	}
}

func TestVersionsAreComparedByNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"22.10.1": gradeOK, "22.10.2~dfsg+~cs6.15": gradeOK, "22.11.0": gradeOK, "23.0.0": gradeOK, "24.1": gradeOK,
		"22.10.0": gradeFail, "22.9.5": gradeFail, "20.20.1": gradeFail, "certified/20.7-cert5": gradeFail,
		"GIT-master-abcdef": gradeWarn,
	} {
		assert.Equal(t, want, version("asterisk", text).Grade, text)
	}
}

func TestAFailureOfTheDoctorIsExitCodeOne(t *testing.T) {
	t.Parallel()
	code, out, _ := newDesk(t).types(t, "doctor", "--site", t.TempDir())
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, out, "guichet check --site")
	assert.Contains(t, out, "ok    controller")
}

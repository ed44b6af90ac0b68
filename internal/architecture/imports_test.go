package architecture_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/guichet/guichet"

// allowed says which packages of ours each package may import. Arrows point
// down: nouns at the bottom, the pure core above them, the shell on top. A new
// arrow is a decision: draw it in ARCHITECTURE.md in the same change.
var allowed = map[string][]string{
	// Nouns and pure leaves.
	"internal/contact":      {},
	"internal/calendar":     {},
	"internal/geography":    {"internal/contact"},
	"internal/fact":         {"internal/contact"},
	"internal/ledger":       {},
	"internal/spoken":       {},
	"internal/password":     {},
	"internal/forecast":     {},
	"internal/architecture": {},

	// The pure core: ivr, routing and acd do not know each other.
	"ivr":             {"internal/calendar", "internal/contact"},
	"routing":         {"internal/calendar", "internal/contact"},
	"acd":             {"internal/contact", "internal/fact"},
	"internal/orders": {"internal/contact", "internal/fact"},
	"internal/engine": {"internal/calendar", "internal/contact", "internal/fact", "ivr", "routing"},
	"internal/sim": {
		"config", "internal/channel/email", "internal/contact", "internal/engine", "internal/fact", "internal/fold", "internal/ledger",
		"ivr",
	},
	// The protocol played in virtual time, for its own tests only.
	"internal/model": {
		"acd", "ari", "internal/channel/email", "internal/channel/voice", "internal/contact", "internal/engine", "internal/fact",
		"internal/fold", "internal/ledger", "internal/orders", "ivr", "routing",
	},
	"internal/fold": {"acd", "internal/contact", "internal/engine", "internal/fact", "internal/forecast", "internal/ledger"},

	// Technologies.
	"ari":                        {},
	"ari/aritest":                {"ari"},
	"ari/aritest/quirks":         {},
	"internal/ledger/redis":      {"internal/ledger"},
	"internal/ledger/memory":     {"internal/ledger"},
	"internal/ledger/ledgertest": {"internal/ledger"},
	"internal/backend":           {"config", "ivr"},
	"internal/channel/email":     {"internal/contact", "internal/engine"},
	"internal/channel/voice":     {"ari", "internal/contact", "internal/engine", "internal/fact"},

	// The site folder.
	"internal/keypad": {},
	"config":          {"internal/calendar", "internal/contact", "internal/geography", "internal/keypad", "internal/password", "internal/rehearsal", "internal/spoken", "ivr", "routing"},

	// Calls played in virtual time, for the tests of a site folder and its authors.
	"internal/rehearsal": {"internal/calendar", "internal/contact", "internal/engine", "internal/fact", "ivr", "routing"},

	// What a version changes for callers, in words.
	"internal/difference": {"config"},

	// Pictures of menu trees.
	"internal/drawing": {"ivr"},

	"internal/coverage": {"acd", "config", "internal/calendar", "internal/contact", "internal/geography", "internal/terminal", "ivr", "routing"},

	// The running controller, and what shows it.
	"internal/status": {"config", "internal/contact", "internal/fact"},
	"internal/node": {
		"acd", "ari", "config", "internal/backend", "internal/channel/email", "internal/channel/voice", "internal/contact", "internal/difference", "internal/engine",
		"internal/fact", "internal/fold", "internal/keypad", "internal/ledger", "internal/orders", "internal/password", "internal/status", "ivr",
	},
	"internal/terminal": {},
	"internal/metrics": {
		"acd", "config", "internal/contact", "internal/fact", "internal/fold", "internal/report", "internal/status", "ivr",
	},
	// report judges the core, so it may not use the core's own matching: acd and
	// engine are not in its line.
	"internal/report": {
		"config", "internal/contact", "internal/fact", "internal/fold", "internal/ledger", "internal/terminal",
	},
	"internal/explanation": {
		"acd", "config", "internal/calendar", "internal/contact", "internal/engine", "internal/fact", "internal/fold",
		"internal/geography", "internal/ledger", "internal/report", "internal/terminal", "routing",
	},
	"internal/report/reporttest": {
		"config", "internal/contact", "internal/fact", "internal/fold", "internal/ledger", "internal/report", "internal/status",
		"routing",
	},
	"internal/api": {
		"acd", "config", "internal/contact", "internal/engine", "internal/explanation", "internal/fact", "internal/fold", "internal/geography", "internal/ledger",
		"internal/password", "internal/report", "internal/status", "internal/terminal", "ivr", "routing",
	},
	"internal/app": {
		"config", "internal/api", "internal/contact", "internal/coverage", "internal/drafts", "internal/fact", "internal/ledger", "internal/ledger/memory",
		"internal/ledger/redis", "internal/metrics", "internal/node", "internal/status",
	},
	"internal/drafts": {},
	"schema":          {},
	"internal/cli": {
		"acd", "ari", "config", "internal/api", "internal/app", "internal/backend", "internal/calendar", "internal/contact", "internal/coverage", "internal/difference", "internal/drafts", "internal/drawing", "internal/explanation", "internal/rehearsal", "internal/ledger", "internal/ledger/redis", "internal/password",
		"internal/report", "internal/status", "internal/terminal", "ivr", "schema",
	},
	"cmd/guichet": {"internal/cli"},

	// The laboratory: real Asterisk, Redis and phones, for tests and the demo.
	"internal/phone":          {},
	"internal/lab":            {},
	"internal/stage":          {"config", "internal/contact", "internal/drafts", "internal/lab", "internal/phone"},
	"internal/demo":           {"internal/contact", "internal/phone", "internal/report", "internal/stage"},
	"internal/compose":        {"internal/contact", "internal/lab", "internal/phone", "internal/report"},
	"internal/bench":          {"ari", "internal/lab", "internal/phone", "internal/stage"},
	"internal/e2e":            {},
	"internal/bench/alone":    {},
	"internal/bench/language": {},
	// observer judges the product and shares no code with it.
	"internal/observer": {"internal/phone"},
	"cmd/lab":           {"internal/bench", "internal/compose", "internal/demo", "internal/lab", "internal/stage"},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestImportsFollowTheTable(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		found[name] = true
		table, known := allowed[name]
		if !assert.Truef(t, known, "package %s is not in the table", name) {
			continue
		}
		for _, path := range p.Imports {
			if mine, ours := strings.CutPrefix(path, module+"/"); ours {
				assert.Truef(t, slices.Contains(table, mine), "%s imports %s: not in the table", name, mine)
			}
		}
	}
	for name := range allowed {
		assert.Truef(t, found[name], "the table names %s, which does not exist", name)
	}
}

// pure packages may not read a clock, use the network, log or start anything.
var pure = []string{"acd", "ivr", "routing", "internal/contact", "internal/calendar", "internal/geography", "internal/fact", "internal/engine", "internal/fold", "internal/orders", "internal/channel/email", "internal/difference", "internal/drawing", "internal/rehearsal", "internal/spoken"}

var impure = []string{"net", "net/http", "os", "sync", "context", "math/rand", "math/rand/v2", "crypto/rand", "go.uber.org/zap", "log", "log/slog"}

func TestThePureCoreKnowsNoClockNetworkOrLogger(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		if !slices.Contains(pure, name) {
			continue
		}
		for _, path := range p.Imports {
			assert.NotContainsf(t, impure, path, "%s imports %s", name, path)
		}
	}
}

// The observer judges the product: from elsewhere it takes nothing but a client
// for Redis.
func TestTheObserverSharesNoCodeWithTheProduct(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.ImportPath != module+"/internal/observer" {
			continue
		}
		for _, path := range p.Imports {
			first, _, _ := strings.Cut(path, "/")
			library := strings.Contains(first, ".")
			assert.Truef(t, !library || path == module+"/internal/phone" || path == "github.com/redis/go-redis/v9", "observer imports %s", path)
		}
	}
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	require.NoError(t, err)
	var list []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return list
		} else {
			require.NoError(t, err)
		}
		list = append(list, p)
	}
}

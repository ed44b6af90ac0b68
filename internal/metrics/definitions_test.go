package metrics

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryMetricIsDefinedAndEveryDefinitionIsServed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "definitions.md"))
	require.NoError(t, err)
	defined := map[string]bool{}
	for _, name := range regexp.MustCompile(`guichet_[a-z_]+`).FindAllString(string(text), -1) {
		defined[name] = true
	}
	served := map[string]bool{}
	descs := make(chan *prometheus.Desc, 100)
	(&collector{}).Describe(descs)
	o := NewObserver()
	for _, h := range []prometheus.Collector{o.ledger, o.requests, o.lag, o.backends, o.messages, o.unpromised, o.barred, o.circling, o.transferKey} {
		h.Describe(descs)
	}
	close(descs)
	for d := range descs {
		served[regexp.MustCompile(`fqName: "([^"]+)"`).FindStringSubmatch(d.String())[1]] = true
	}
	assert.Equal(t, served, defined)
}

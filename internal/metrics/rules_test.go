package metrics

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

var prometheusFolder = filepath.Join("..", "..", "deploy", "prometheus")

func rules(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(prometheusFolder, "guichet.rules.yaml"))
	require.NoError(t, err)
	return string(text)
}

// labels of every metric that is served, by its full name.
func labels() map[string][]string {
	descs := make(chan *prometheus.Desc, 200)
	(&collector{}).Describe(descs)
	close(descs)
	served := map[string][]string{}
	form := regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	for d := range descs {
		m := form.FindStringSubmatch(d.String())
		served[m[1]] = strings.Split(m[2], ",")
	}
	return served
}

func TestEveryMetricAndLabelOfTheAlertsIsServed(t *testing.T) {
	t.Parallel()
	text, served := rules(t), labels()
	used := regexp.MustCompile(`(guichet_[a-z_]+)(\{[^}]*\})?`).FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, used)
	for _, u := range used {
		if !assert.Contains(t, served, u[1], "the alerts use a metric that nobody serves") {
			continue
		}
		for _, label := range regexp.MustCompile(`([a-z]+)=~?"`).FindAllStringSubmatch(u[2], -1) {
			assert.Contains(t, served[u[1]], label[1], "label of %s", u[1])
		}
	}
	all := map[string]bool{"part": true} // the rule's own
	for _, ls := range served {
		for _, l := range ls {
			all[l] = true
		}
	}
	for _, l := range regexp.MustCompile(`\$labels\.([a-z]+)`).FindAllStringSubmatch(text, -1) {
		assert.True(t, all[l[1]], "no metric has the label %s", l[1])
	}
}

func TestEachAlertNamesACauseAndACommand(t *testing.T) {
	t.Parallel()
	alerts := strings.Split(rules(t), "- alert: ")[1:]
	require.NotEmpty(t, alerts)
	tested, err := os.ReadFile(filepath.Join(prometheusFolder, "guichet_test.yaml"))
	require.NoError(t, err)
	for _, a := range alerts {
		name, body, _ := strings.Cut(a, "\n")
		assert.Regexp(t, `(?m)^        for: \d+[sm]$`, body, name)
		assert.Regexp(t, `severity: (warning|critical)`, body, name)
		assert.Regexp(t, `(?m)^          summary: ".+"$`, body, name)
		assert.Regexp(t, `(?m)^          description: ".+Type: guichet [a-z]+.*"$`, body, name)
		assert.Contains(t, string(tested), "alertname: "+name, "never tested")
	}
}

func TestTheAlertsPassTheirTestsInPromtool(t *testing.T) {
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs promtool of the Debian package prometheus; set GUICHET_LAB=1 (make test does)")
	}
	t.Parallel()
	promtool, err := lab.Promtool(t.Context(), lab.Silent)
	require.NoError(t, err)
	for _, args := range [][]string{{"check", "rules", "guichet.rules.yaml"}, {"test", "rules", "guichet_test.yaml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = prometheusFolder
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "promtool %v: %s", args, said)
	}
}

package compose

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type service struct {
	Image       string            `yaml:"image"`
	Ports       []string          `yaml:"ports"`
	Privileged  bool              `yaml:"privileged"`
	User        string            `yaml:"user"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	Environment map[string]string `yaml:"environment"`
}

func services(t *testing.T) map[string]service {
	t.Helper()
	text, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	// A key beside a merge (<<) replaces the merged one; the library calls it twice.
	var file struct{ Services map[string]service }
	require.NoError(t, yaml.UnmarshalWithOptions(text, &file, yaml.AllowDuplicateMapKey()))
	require.Len(t, file.Services, 5)
	return file.Services
}

func TestNoServiceIsGivenMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	for name, s := range services(t) {
		assert.True(t, s.ReadOnly, "%s has a read-only root", name)
		assert.Equal(t, []string{"ALL"}, s.CapDrop, "%s has no capability", name)
		assert.False(t, s.Privileged, name)
		assert.Empty(t, s.User, "%s runs as the user of its image", name)
		assert.Empty(t, s.Ports, "%s publishes nothing: what listens is on loopback", name)
		for variable := range s.Environment {
			assert.NotRegexp(t, `PASSWORD|TOKEN|_KEY`, variable, "secrets are files")
		}
	}
}

var (
	stage  = regexp.MustCompile(`(?m)^FROM (\S+) AS (\S+)$`)
	user   = regexp.MustCompile(`(?m)^USER (guichet|10001:10001)$`)
	health = regexp.MustCompile(`(?m)^HEALTHCHECK `)
)

// A base that the test does not know could not be made where no registry answers.
func TestTheImagesBuildOnTheBasesThatCanBeMade(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/docker/Dockerfile")
	require.NoError(t, err)
	known := []string{"scratch", debian, golang}
	for _, found := range stage.FindAllStringSubmatch(string(text), -1) {
		assert.Contains(t, known, found[1])
		known = append(known, found[2])
	}
	for _, target := range []string{"guichet", "lab", "asterisk", "redis"} {
		assert.True(t, slices.Contains(known, target), target)
	}
	assert.Len(t, user.FindAllString(string(text), -1), 4, "no image runs as root")
	assert.Len(t, health.FindAllString(string(text), -1), 3, "all that stay say how they are")
}

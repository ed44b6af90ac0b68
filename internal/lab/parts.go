package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// MinimumAsterisk is the oldest Asterisk that the engine accepts: the first of
// branch 22 without the two ARI holes closed in June 2026.
var MinimumAsterisk = Version{22, 10, 1}

// Parts are the programs found or made by Prepare.
type Parts struct {
	redisServer string
	root        string // "/" when the machine's own Asterisk is used

	// Asterisk is the version that StartAsterisk runs.
	Asterisk Version
	// Redis is the version that StartRedis runs.
	Redis Version
}

// Prepare makes sure that a redis-server, an Asterisk of at least
// MinimumAsterisk and espeak-ng exist. What is missing is installed as a Debian
// package; an Asterisk that is missing or too old is built as a Debian root
// folder of its own in the user's cache, once for every clone. When nothing is
// missing it only looks, in a few milliseconds.
//
// An error is one sentence that ends with the remedy.
func Prepare(ctx context.Context, progress Progress) (*Parts, error) {
	redisServer, err := ensureProgram(ctx, progress, "redis-server", "redis-server")
	if err != nil {
		return nil, err
	}
	if _, err := ensureProgram(ctx, progress, "espeak-ng", "espeak-ng"); err != nil {
		return nil, err
	}
	parts := &Parts{redisServer: redisServer}
	if parts.Redis, err = versionOf(ctx, redisServer, "--version"); err != nil {
		return nil, err
	}
	if parts.root, parts.Asterisk, err = ensureAsterisk(ctx, progress); err != nil {
		return nil, err
	}
	return parts, nil
}

// ensureAsterisk prefers an installed Asterisk that is recent enough, and else
// returns the root folder that holds one.
func ensureAsterisk(ctx context.Context, progress Progress) (root string, v Version, err error) {
	if os.Geteuid() != 0 {
		return "", v, fmt.Errorf("start Asterisk: it needs root for its private folders; run this as root")
	}
	if path, err := exec.LookPath("asterisk"); err == nil {
		if v, err := versionOf(ctx, path, "-V"); err == nil && !v.Before(MinimumAsterisk) {
			return "/", v, nil
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", v, fmt.Errorf("find a cache folder for Asterisk: %w; set HOME or XDG_CACHE_HOME", err)
	}
	root, err = ensureRoot(ctx, progress, filepath.Join(cache, "guichet"))
	if err != nil {
		return "", v, err
	}
	if v, err = versionOfRoot(root); err != nil {
		return "", v, err
	}
	if v.Before(MinimumAsterisk) {
		return "", v, fmt.Errorf("use Asterisk %s: at least %s is needed; remove %s once Debian %s has it", v, MinimumAsterisk, root, suite)
	}
	return root, v, nil
}

// Version is a dotted version of three numbers.
type Version [3]int

// Before reports whether v is older than w.
func (v Version) Before(w Version) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] < w[i]
		}
	}
	return false
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

var threeNumbers = regexp.MustCompile(`(\d+)\.(\d+)\.(\d+)`)

// parseVersion finds the first dotted version in what a program said of itself.
func parseVersion(said string) (v Version, err error) {
	found := threeNumbers.FindStringSubmatch(said)
	if found == nil {
		return v, fmt.Errorf("no version in %q", strings.TrimSpace(said))
	}
	for i := range v {
		if v[i], err = strconv.Atoi(found[i+1]); err != nil {
			return Version{}, fmt.Errorf("read version %q: %w", found[0], err)
		}
	}
	return v, nil
}

func versionOf(ctx context.Context, program, flag string) (Version, error) {
	said, err := exec.CommandContext(ctx, program, flag).Output()
	if err != nil {
		return Version{}, fmt.Errorf("ask %s for its version: %w", program, err)
	}
	return parseVersion(string(said))
}

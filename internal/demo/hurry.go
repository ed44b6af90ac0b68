package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// pace is by how much a demo is faster than a day: delays of steps are so much
// shorter, and queues are full with so much fewer.
const pace = 30

var (
	delay = regexp.MustCompile(`\bafter: (\w+)`)
	limit = regexp.MustCompile(`\bwaiting: (\d+)`)
)

// Hurry copies a site folder, so that a minute of calls shows what takes an hour:
// the delays of its steps and the limits of its queues are divided by thirty.
func Hurry(site, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return fmt.Errorf("remove the site of the last demo: %w", err)
	}
	if err := os.CopyFS(to, os.DirFS(site)); err != nil {
		return fmt.Errorf("copy the site folder for the demo: %w", err)
	}
	// What the site's own tests expect of the delays goes with them.
	rules, err := filepath.Glob(filepath.Join(to, "tests", "*.yaml"))
	if err != nil {
		return fmt.Errorf("list the tests of the demo's site: %w", err)
	}
	for _, path := range append(rules, filepath.Join(to, "routing.yaml")) {
		if err := replaceIn(path, delay, sooner); err != nil {
			return err
		}
	}
	return replaceIn(filepath.Join(to, "queues.yaml"), limit, fewer)
}

func sooner(delay string) string {
	d, err := time.ParseDuration(delay)
	if err != nil {
		return delay // the loader says what is wrong with it
	}
	return (d / pace).String()
}

func fewer(waiting string) string {
	n, err := strconv.Atoi(waiting)
	if err != nil {
		return waiting
	}
	return strconv.Itoa(max(1, n/pace))
}

// replaceIn replaces what the first group of a pattern matches.
func replaceIn(path string, pattern *regexp.Regexp, by func(string) string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("shorten the times of the demo: %w", err)
	}
	text = pattern.ReplaceAllFunc(text, func(found []byte) []byte {
		at := pattern.FindSubmatchIndex(found)
		return append(append([]byte{}, found[:at[2]]...), by(string(found[at[2]:at[3]]))...)
	})
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("shorten the times of the demo: %w", err)
	}
	return nil
}

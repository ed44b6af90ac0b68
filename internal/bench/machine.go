package bench

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine says on what and when something was measured, in one line.
func (w world) machine() string {
	return fmt.Sprintf("%s; %s, %d cores, Linux %s; Asterisk %s, Redis %s, %s, guichet %s; load of the last minute at the end %s.",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), processor(), runtime.NumCPU(), first("/proc/sys/kernel/osrelease"),
		w.parts.Asterisk, w.parts.Redis, runtime.Version(), commit(), first("/proc/loadavg"))
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // unknown is said as such
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// first is the first word of a file of the kernel.
func first(path string) string {
	text, _ := os.ReadFile(path)
	if words := strings.Fields(string(text)); len(words) > 0 {
		return words[0]
	}
	return "unknown"
}

// commit is what git says of the working directory.
func commit() string {
	said, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "of no known commit"
	}
	return strings.TrimSpace(string(said))
}

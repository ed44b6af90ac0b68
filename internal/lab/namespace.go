package lab

import (
	_ "embed"
	"os/exec"
	"path/filepath"
)

// enter.sh makes the private view of the file system in which one Asterisk runs.
//
//go:embed enter.sh
var enterScript string

// command prepares the process: unshare, then the script, then Asterisk, each by
// exec, so that our child is Asterisk itself. The mounts belong to its namespace
// and are gone with it, even after a kill -9.
func (a *Asterisk) command() *exec.Cmd {
	cmd := exec.Command("unshare", "--mount", "--propagation", "private",
		"sh", "-eu", "-c", enterScript, "asterisk",
		a.parts.root, a.options.Dir, a.options.Prompts)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/var/lib/asterisk", "LC_ALL=C.UTF-8"}
	return cmd
}

// privateDirs are the folders that each instance has for itself, the same paths
// below its Dir as Asterisk sees them. The script mounts them.
var privateDirs = []string{"etc/asterisk", "run/asterisk", "var/log/asterisk", "var/spool/asterisk"}

func (a *Asterisk) configDir() string { return filepath.Join(a.options.Dir, "etc/asterisk") }

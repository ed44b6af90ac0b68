package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// ensureProgram returns the path of program, installing the Debian package that
// holds it when the machine lacks it.
func ensureProgram(ctx context.Context, progress Progress, program, debianPackage string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	done := progress.Step("install " + debianPackage)
	err := install(ctx, debianPackage)
	done(err)
	if err != nil {
		return "", err
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("find %s after installing %s: %w; look at PATH", program, debianPackage, err)
	}
	return path, nil
}

// install installs one Debian package. The package lists of a fresh machine are
// empty or old, so a first failure refreshes them and tries once more.
func install(ctx context.Context, name string) error {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("install %s: this machine has no apt-get; install it by hand, or use Debian 12 or newer", name)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("install %s: it needs root; run this as root, or first `apt-get install %s`", name, name)
	}
	if apt(ctx, "install", name) == nil {
		return nil
	}
	if err := apt(ctx, "update"); err != nil {
		return fmt.Errorf("refresh package lists to install %s: %w", name, err)
	}
	if err := apt(ctx, "install", name); err != nil {
		return fmt.Errorf("install %s: %w", name, err)
	}
	return nil
}

// policyFile is what Debian's package scripts ask before they start a service.
const policyFile = "/usr/sbin/policy-rc.d"

// startNothing keeps packages from starting services while they are installed:
// the machine did not ask for a Redis of its own on port 6379, only for the
// program. A policy that is there already is left alone.
func startNothing() (end func(), err error) {
	file, err := os.OpenFile(policyFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if errors.Is(err, os.ErrExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keep services from starting: %w", err)
	}
	_, err = file.WriteString("#!/bin/sh\nexit 101\n")
	return func() { _ = os.Remove(policyFile) }, errors.Join(err, file.Close())
}

func apt(ctx context.Context, args ...string) error {
	end, err := startNothing()
	if err != nil {
		return err
	}
	defer end()
	args = append([]string{
		"-y", "-q",
		"-o", "DPkg::Lock::Timeout=300",
		"-o", "APT::Install-Recommends=false",
	}, args...)
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	said, err := cmd.CombinedOutput()
	if err != nil {
		return explain(ctx, err, string(said))
	}
	return nil
}

// explain turns the failure of a package tool into one sentence with a remedy.
func explain(ctx context.Context, err error, said string) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case containsAny(said, "resolving", "Could not resolve", "Could not connect", "Unable to connect", "Network is unreachable", "Connection timed out"):
		return errors.New("no network to the Debian mirror; connect this machine, or set http_proxy")
	case containsAny(said, "No space left", "enough free space"):
		return errors.New("the disk is full; free 1 GB and run this again")
	}
	return fmt.Errorf("%w: %s", err, lastComplaint(said))
}

func containsAny(s string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// lastComplaint picks from a program's output the last line that names an error,
// or else its last line.
func lastComplaint(said string) string {
	lines := strings.FieldsFunc(said, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := len(lines) - 1; i >= 0; i-- {
		if containsAny(lines[i], "E: ", "ERROR", "rror:") {
			return strings.TrimSpace(lines[i])
		}
	}
	if len(lines) == 0 {
		return "it said nothing"
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

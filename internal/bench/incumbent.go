package bench

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// incumbentFiles are what differs from deploy/asterisk: the dialplan, the queue and
// the one more module it takes.
//
//go:embed incumbent
var incumbentFiles embed.FS

// raiseQueue puts up the incumbent: app_queue, driven by nobody.
func raiseQueue(ctx context.Context, w world, agents int) (*system, error) {
	s := &system{name: queueName, retrace: shownByPhone}
	config := filepath.Join(w.folder("app_queue"), "config")
	err := writeQueue(config, w.config, agents)
	if err == nil {
		err = s.startAsterisk(ctx, w, "app_queue", config, agents)
	}
	return s.ready(ctx, err)
}

// startAsterisk starts the Asterisk of a system other than the product.
func (s *system) startAsterisk(ctx context.Context, w world, name, config string, agents int) (err error) {
	accounts := map[string]string{}
	var list []lab.Account
	for _, u := range users(agents) {
		// It never leaves loopback, and lasts as long as the run.
		accounts[u] = u + "-" + w.password
		list = append(list, lab.Account{User: u, Password: accounts[u]})
	}
	s.account = func(u string) phone.Account { return phone.Account{User: u, Password: accounts[u]} }
	s.clockIn = func(context.Context, []string) error { return nil } // who is registered is there
	s.asterisk, err = w.parts.StartAsterisk(ctx, lab.AsteriskOptions{
		Name: "bench", Dir: filepath.Join(w.folder(name), "asterisk"), ConfigDir: config, Agents: list,
		ARIPassword: w.password,
	})
	if err != nil {
		return fmt.Errorf("start the Asterisk of %s: %w", s.name, err)
	}
	s.onLower(s.asterisk.Stop)
	return nil
}

// writeQueue puts the operator's configuration into dir, changed to app_queue.
func writeQueue(dir, product string, agents int) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the configuration of the last run: %w", err)
	}
	if err := os.CopyFS(dir, os.DirFS(product)); err != nil {
		return fmt.Errorf("copy the configuration of Asterisk: %w", err)
	}
	for name, change := range map[string]func(was, ours string) string{
		"extensions.conf": func(_, ours string) string { return ours },
		"modules.conf":    func(was, ours string) string { return was + ours },
		"queues.conf":     func(_, ours string) string { return ours + members(agents) },
	} {
		ours, err := fs.ReadFile(incumbentFiles, "incumbent/"+name)
		if err != nil {
			return fmt.Errorf("read the incumbent's %s: %w", name, err)
		}
		path := filepath.Join(dir, name)
		was, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("read the product's %s: %w", name, err)
		}
		if err := os.WriteFile(path, []byte(change(string(was), string(ours))), 0o644); err != nil {
			return fmt.Errorf("write the incumbent's %s: %w", name, err)
		}
	}
	return nil
}

func members(n int) string {
	var b strings.Builder
	for _, u := range users(n) {
		fmt.Fprintf(&b, "member => PJSIP/%s\n", u)
	}
	return b.String()
}

// shownByPhone reads when a caller was routed from what the dialplan let the agent's
// phone show.
func shownByPhone(_ context.Context, calls []call) error {
	for i := range calls {
		us, err := strconv.ParseInt(calls[i].shown, 10, 64)
		if err != nil {
			return fmt.Errorf("the phone of agent %s shows %q, not when the caller was routed: %w", calls[i].agent, calls[i].shown, err)
		}
		calls[i].routed = us
	}
	return nil
}

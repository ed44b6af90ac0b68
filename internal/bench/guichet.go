package bench

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/stage"
)

// siteFiles are the site folder of the bench, but for its agents.
//
//go:embed site
var siteFiles embed.FS

// raiseGuichet puts up the product: its own Redis, Asterisk as deploy/asterisk has
// it, and guichet as a process.
func raiseGuichet(ctx context.Context, w world, agents int) (*system, error) {
	return raiseProduct(ctx, w, agents, "guichet", nil)
}

// raiseProduct does it in a folder of its own, perhaps with a detour to Asterisk.
func raiseProduct(ctx context.Context, w world, agents int, folder string, detour func(*lab.Lab) ([]string, error)) (*system, error) {
	s := &system{name: guichetName}
	dir := w.folder(folder)
	site := filepath.Join(dir, "site")
	if err := writeSite(site, agents); err != nil {
		return nil, err
	}
	// An empty ledger: what is read of it later is of this part only.
	if err := os.RemoveAll(filepath.Join(dir, "redis")); err != nil {
		return nil, fmt.Errorf("empty the ledger of the last run: %w", err)
	}
	st, err := stage.Raise(ctx, stage.Options{Program: w.program, Site: site, Dir: dir, Detour: detour, Progress: w.progress})
	if err != nil {
		return nil, err
	}
	s.onLower(st.Lower)
	s.asterisk, s.account = st.Lab.Asterisk, st.Account
	s.controller = st.Controller.PID
	s.clockIn = func(ctx context.Context, users []string) error {
		out, err := st.Guichet(ctx, append([]string{"agents", "login"}, users...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("log the agents in: %w: %s", err, out)
		}
		return nil
	}
	ledger := openLedger(st.Lab.Redis.Addr())
	s.onLower(ledger.close)
	s.retrace = ledger.retrace
	return s.ready(ctx, nil)
}

// writeSite puts the site folder into dir, with so many agents of one center.
func writeSite(dir string, agents int) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the site of the last run: %w", err)
	}
	files, err := fs.Sub(siteFiles, "site")
	if err != nil {
		return fmt.Errorf("read the site of the bench: %w", err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		return fmt.Errorf("write the site of the bench: %w", err)
	}
	group := fmt.Sprintf("groups:\n  bench: {count: %d, name: Agent %%d, phones: PJSIP/b%%04d, center: floor}\n", agents)
	if err := os.WriteFile(filepath.Join(dir, "agents.yaml"), []byte(group), 0o644); err != nil {
		return fmt.Errorf("write the agents of the bench: %w", err)
	}
	return nil
}

// Package app wires a controller: it loads and checks the site, opens the
// ledger, and runs controller and HTTP server until it is told to stop. What
// was started is stopped in reverse order.
//
// It is for wiring only: whatever decides something is elsewhere. Read Run.
package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/coverage"
	"github.com/guichet/guichet/internal/drafts"
	"github.com/guichet/guichet/internal/metrics"
	"github.com/guichet/guichet/internal/node"
)

// Options are what a start of the program chooses; everything else is the
// site's.
type Options struct {
	// SiteDir is the site folder.
	SiteDir string
	// Sounds is the folder from which Asterisk plays the prompts. Default: prompts/ of
	// the site folder.
	Sounds string
	// Instance names this controller in the ledger. Default: the host's name.
	Instance string
	// LockFile proves that no other process of this instance runs. Default: a
	// file of the site's and instance's name in the folder for temporary files.
	LockFile string
	// Watch has the site folder activated when its files change.
	Watch bool
	// NewSite begins a missing ledger at once: no other controller can have it.
	NewSite bool
	// Version is shown by the API.
	Version string
}

// SiteError lists what is wrong with a site folder that therefore never starts.
type SiteError struct {
	Dir      string
	Problems []config.Problem
}

// Error gives the number of problems; whoever shows it lists them.
func (e *SiteError) Error() string {
	return fmt.Sprintf("site folder %s has %d problem(s)", e.Dir, len(e.Problems))
}

// Run serves until ctx ends. A site folder with problems returns a *SiteError
// before anything was opened.
func Run(ctx context.Context, o Options) error {
	site, problems := config.Load(o.SiteDir)
	if len(problems) == 0 {
		problems = site.Unheard(o.Sounds)
	}
	if len(problems) > 0 {
		return &SiteError{Dir: o.SiteDir, Problems: problems}
	}
	log, err := newLogger(site.Log.Level)
	if err != nil {
		return err
	}
	defer func() { _ = log.Sync() }()
	if err := o.fillDefaults(site); err != nil {
		return err
	}
	collectSeldom()
	lock, err := acquire(o.LockFile, o.Instance)
	if err != nil {
		return err
	}
	defer lock.release()
	return serve(ctx, o, site, log)
}

// load reads the site folder that is to replace the one in use.
func (o *Options) load() (*config.Site, []config.Problem) {
	site, problems := coverage.Load(o.SiteDir, time.Now())
	if len(problems) > 0 {
		return nil, problems
	}
	if unheard := site.Unheard(o.Sounds); len(unheard) > 0 {
		return nil, unheard
	}
	return site, nil
}

func (o *Options) fillDefaults(site *config.Site) error {
	if o.Instance == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("name this controller after its host: %w; give --instance", err)
		}
		o.Instance = host
	}
	if o.LockFile == "" {
		o.LockFile = defaultLockFile(site.Name, o.Instance)
	}
	return nil
}

func serve(ctx context.Context, o Options, site *config.Site, log *zap.Logger) error {
	book, err := openLedger(site)
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }()
	doors, err := openDoors(site)
	if err != nil {
		return err
	}
	observer := metrics.NewObserver()
	c, err := node.New(node.Options{
		Site: site, Load: o.load, Sounds: func(s *config.Site) []config.SoundPrint { return s.SoundPrints(o.Sounds, drafts.IsDraft) },
		Log: log, Ledger: book, Instance: o.Instance, Locked: true, LostWait: o.lostWait(site), Observer: observe(observer),
	})
	if err != nil {
		doors.close()
		return err
	}
	return runBoth(ctx, c, api.New(api.Options{
		Controller: c, Metrics: metrics.Handler(metrics.New(c, observer)), Log: log, Version: o.Version,
		Reveal: c.Reveal, RevealCallback: c.RevealCallback,
	}), doors, o, log)
}

// doors are where HTTP is heard: here, and where people sign in, if they do.
type doors struct {
	here, people net.Listener
	site         *config.Site
}

func openDoors(site *config.Site) (d doors, err error) {
	d.site = site
	if d.here, err = net.Listen("tcp", site.HTTP.Listen); err != nil {
		return d, fmt.Errorf("listen on http address %s: %w; choose another http.listen in site.yaml", site.HTTP.Listen, err)
	}
	if site.HTTP.People.Listen == "" {
		return d, nil
	}
	if d.people, err = net.Listen("tcp", site.HTTP.People.Listen); err != nil {
		_ = d.here.Close()
		return d, fmt.Errorf("listen where people sign in, at %s: %w; choose another http.people.listen in site.yaml", site.HTTP.People.Listen, err)
	}
	return d, nil
}

func (d doors) close() {
	_ = d.here.Close()
	if d.people != nil {
		_ = d.people.Close()
	}
}

// serve answers at each door until ctx ends; the end of one is that of the other.
func (d doors) serve(ctx context.Context, server *api.Server) error {
	if d.people == nil {
		return server.Serve(ctx, d.here)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		defer stop()
		p := d.site.HTTP.People
		err := server.ServePeople(ctx, d.people, api.Door{Certificate: p.Certificate, Key: p.Key, Proxy: p.Proxy})
		_ = d.people.Close() // of a certificate that cannot be used
		served <- err
	}()
	err := server.Serve(ctx, d.here)
	stop()
	return errors.Join(err, <-served)
}

// lostWait leaves a missing ledger to other controllers, where there may be some.
func (o *Options) lostWait(site *config.Site) time.Duration {
	if o.NewSite || site.Ledger.Backend == "memory" {
		return 0
	}
	return node.LostWait
}

// runBoth runs controller and HTTP server together: the end of either ends the
// other. Beside them, the site folder is activated when that is asked for.
func runBoth(ctx context.Context, c *node.Controller, server *api.Server, d doors, o Options, log *zap.Logger) error {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	beside.Go(func() { activations(ctx, c, o, log) })
	served := make(chan error, 1)
	go func() {
		defer stop()
		served <- d.serve(ctx, server)
	}()
	log.Info("guichet runs", zap.String("site", c.Site().Name), zap.String("version", short(c.Site().Hash)),
		zap.String("http", d.here.Addr().String()))
	err := c.Run(ctx)
	stop()
	return errors.Join(err, <-served)
}

// observe adapts the metrics to what a controller reports.
func observe(o *metrics.Observer) node.Observer {
	return node.Observer{
		OnLedger:   o.OnLedger,
		OnRequest:  o.OnARIRequest,
		OnEventLag: func(n contact.Node, lag time.Duration) { o.OnEventLag(n, lag) },
		OnBackend:  o.OnBackend,
		OnMessage:  o.OnMessage,

		OnUnpromised:  o.OnUnpromised,
		OnBarred:      o.OnBarred,
		OnCircling:    o.OnCircling,
		OnTransferKey: o.OnTransferKey,
	}
}

func short(hash string) string { return hash[:min(12, len(hash))] }

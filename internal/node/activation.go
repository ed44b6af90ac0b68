package node

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	words "github.com/guichet/guichet/internal/difference"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

// activationPatience is how long an activation waits for the leader.
const activationPatience = 10 * time.Second

// Activate reads the controller's site folder as it is now, checks it, and has
// it made the active version: contacts that arrive from then on go by it, those
// in flight finish on theirs. The error is a *status.Refused; then nothing has
// changed.
func (c *Controller) Activate(ctx context.Context, ask status.Ask) (status.Activated, error) {
	c.versions.asking.Lock()
	defer c.versions.asking.Unlock()
	site, problems := c.versions.load()
	if len(problems) > 0 {
		return c.versions.refused(ask, "", &status.Refused{
			Why: status.BadSite, Problems: problems,
			Message: fmt.Sprintf("the site folder has %s", some(len(problems), "problem")),
			Hint:    "mend them; until then the active version stays",
		})
	}
	c.versions.noteFolder(site.Hash)
	sounds := c.versions.sounds(site)
	result, err := c.versions.change(ctx, site, ask)
	if err != nil {
		return result, err
	}
	result.Differences = append(result.Differences, c.versions.rerecorded(sounds)...)
	if !ask.DryRun {
		c.versions.sounding = sounds
	}
	return result, nil
}

// Rollback has an earlier version made the active one again: that of the hash,
// of which a beginning is enough, or the one before the present if it is empty.
func (c *Controller) Rollback(ctx context.Context, hash string, ask status.Ask) (status.Activated, error) {
	c.versions.asking.Lock()
	defer c.versions.asking.Unlock()
	ask.Source = fact.ByRollback
	target, refused := c.versions.pick(hash)
	if refused != nil {
		return c.versions.refused(ask, hash, refused)
	}
	if err := c.versions.fetch(ctx, target); err != nil {
		return c.versions.refused(ask, target, status.Refuse(status.UnknownVersion, "choose another of guichet versions",
			"the version %s cannot be loaded: %s", brief(target), err))
	}
	site := c.versions.of(target)
	sounds := c.versions.sounds(site)
	result, err := c.versions.change(ctx, site, ask)
	if err != nil {
		return result, err
	}
	if recorded := c.versions.rerecorded(sounds); len(recorded) > 0 {
		result.Differences = append(append(result.Differences, recorded...), recordingsStay)
	}
	if !ask.DryRun {
		c.versions.sounding = sounds
	}
	return result, nil
}

// recordingsStay is said of a way back on which callers hear other recordings than
// before: people who go back because of one must put the file back themselves.
const recordingsStay = "recordings are no part of a version: what was recorded anew stays, also after going back"

// Version tells how this controller stands to the versions of the site.
func (c *Controller) Version() status.Version {
	var hash string
	var changed []status.Drift
	site := c.Site()
	c.View(func(s *fold.State) { hash, changed = s.Config, drift(s, site) })
	c.versions.mu.Lock()
	defer c.versions.mu.Unlock()
	self := c.versions.self
	self.Drift = changed
	if failed := c.versions.failed[hash]; failed.why != nil && c.versions.held[hash] == nil {
		self.Missing = fmt.Sprintf("the active version %s of the site cannot be loaded: %s", brief(hash), failed.why)
	}
	return self
}

// pick finds an earlier version among the latest activations.
func (v *versions) pick(prefix string) (hash string, refused *status.Refused) {
	var active string
	var known []string
	v.c.View(func(s *fold.State) {
		active = s.Config
		for _, a := range s.Activations {
			for _, hash := range []string{a.Hash, a.From} {
				if hash != "" && !slices.Contains(known, hash) {
					known = append(known, hash)
				}
			}
		}
	})
	known = slices.DeleteFunc(known, func(hash string) bool {
		return hash == active && prefix == "" || !strings.HasPrefix(hash, prefix)
	})
	switch {
	case len(known) == 0 && prefix == "":
		return "", status.Refuse(status.UnknownVersion, "see guichet versions", "there is no version before the active one")
	case len(known) == 0:
		return "", status.Refuse(status.UnknownVersion, "see guichet versions", "there is no version that begins with %q", prefix)
	case len(known) > 1 && prefix != "":
		return "", status.Refuse(status.UnknownVersion, "give more of its hash", "%d versions begin with %q", len(known), prefix)
	}
	return known[0], nil
}

// change has a checked version made the active one.
func (v *versions) change(ctx context.Context, site *config.Site, ask status.Ask) (status.Activated, error) {
	var result status.Activated
	v.c.View(func(s *fold.State) {
		result = status.Activated{Hash: site.Hash, From: s.Config, Drift: drift(s, site)}
	})
	if result.From == site.Hash {
		v.tried(true)
		return result, nil
	}
	if fixed := site.Fixed(v.running); len(fixed) > 0 {
		return v.refused(ask, site.Hash, status.Refuse(status.NeedsRestart,
			"restart the controller with this folder; calls survive it",
			"site.yaml changes %s, which needs a restart", strings.Join(fixed, ", ")))
	}
	result.Changes, result.Differences = config.Compare(v.of(result.From), site), differences(v.of(result.From), site)
	if ask.DryRun {
		return result, nil
	}
	if err := v.propose(ctx, site, result, ask); err != nil {
		return v.refused(ask, site.Hash, err)
	}
	v.tried(true)
	v.c.log.Info("site version activated", zap.String("from", brief(result.From)), zap.String("to", brief(result.Hash)),
		zap.String("by", ask.By), zap.String("source", string(ask.Source)), zap.Strings("changes", result.Changes), zap.Int("drift", len(result.Drift)))
	return result, nil
}

// propose writes the proposal and waits for what the leader makes of it.
func (v *versions) propose(ctx context.Context, site *config.Site, result status.Activated, ask status.Ask) *status.Refused {
	ctx, cancel := context.WithTimeout(ctx, activationPatience)
	defer cancel()
	if err := v.keep(ctx, site); err != nil {
		return status.Refuse(status.LedgerAway, "try again when the ledger is back", "the version cannot be kept: %s", err)
	}
	op := "version-" + rand.Text()
	answer, err := v.c.say(ctx, "", fact.ConfigProposed{Hash: site.Hash, From: result.From, Cause: fact.Cause{
		By: ask.By, Source: ask.Source, Summary: v.summary(result.From, site),
	}}, op)
	switch {
	case err != nil:
		return status.Refuse(status.LedgerAway, "see guichet versions for what became of it", "the activation could not be written: %s", err)
	case answer.Void != "":
		return status.Refuse(status.Overtaken, "see guichet versions, then try again", "%s", answer.Void)
	}
	if refused := v.await(ctx, op); refused != nil {
		return refused
	}
	v.follow(ctx)
	return nil
}

// await waits until the leader has answered a proposal.
func (v *versions) await(ctx context.Context, op string) *status.Refused {
	changed, done := v.c.Watch()
	defer done()
	for {
		answered, reason, leader := false, "", ""
		v.c.View(func(s *fold.State) {
			leader, _ = s.Protocol.Leader()
			answered = slices.ContainsFunc(s.Activations, func(a fold.Activation) bool { return a.Op == op })
			if s.Refusal != nil && s.Refusal.Op == op {
				reason = s.Refusal.Reason
			}
		})
		switch {
		case answered:
			return nil
		case reason != "":
			return status.Refuse(status.LeaderRefused, "its log has more", "%s leads and refuses it: %s", leader, reason)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			if leader == "" {
				return status.Refuse(status.NoLeader, "see guichet status", "nobody leads, so nobody activates it")
			}
			return status.Refuse(status.NoLeader, "see guichet versions for what became of it", "%s leads and has not answered in time", leader)
		}
	}
}

// refused notes a refusal: the line of the audit, with the first problems.
func (v *versions) refused(ask status.Ask, hash string, why *status.Refused) (status.Activated, error) {
	if ask.DryRun {
		return status.Activated{}, why
	}
	v.tried(false)
	const most = 20
	var problems []string
	for _, p := range why.Problems[:min(most, len(why.Problems))] {
		problems = append(problems, p.String())
	}
	v.c.log.Warn("site version refused; the active one stays", zap.String("from", brief(v.active.Load().Hash)), zap.String("to", brief(hash)),
		zap.String("by", ask.By), zap.String("source", string(ask.Source)), zap.Error(why), zap.Strings("problems", problems))
	return status.Activated{}, why
}

// tried notes that an activation was tried, and whether it succeeded.
func (v *versions) tried(ok bool) {
	at := v.c.clock.now()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.self.ReloadedAt, v.self.ReloadOK = at, ok
}

// noteFolder notes what the folder holds.
func (v *versions) noteFolder(hash string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.self.Folder = hash
}

// listen notes what callers hear of the folder of the start, for those who activate
// the next one.
func (v *versions) listen() {
	v.asking.Lock()
	defer v.asking.Unlock()
	if v.sounding == nil {
		v.sounding = v.sounds(v.running)
	}
}

// rerecorded are the sounds that were recorded since this controller activated a folder
// last, or was started. They are no part of a version: callers hear them already.
func (v *versions) rerecorded(now []config.SoundPrint) []string {
	return words.Lines(words.Sounds(v.sounding, now))
}

// differences are what callers would notice; of a folder that is another altogether,
// enough to see that.
func differences(before, after *config.Site) []string {
	const most = 200
	lines := words.Lines(words.Of(before.Content, after.Content))
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], fmt.Sprintf("and %d more", more))
	}
	return lines
}

func some(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

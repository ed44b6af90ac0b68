package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// menus is part (g): how long the next prompt of a menu is in coming after a key, on a
// real Asterisk, and what the language costs without one.
func menus(ctx context.Context, w world) (result, error) {
	const perSecond = 30
	r := result{part: "g", title: "menus"}
	all, err := raiseAll(ctx, w, 1, raiseMenus, raiseReader)
	if err != nil {
		return r, err
	}
	defer lowerAll(all)
	r.settings = fmt.Sprintf("%d people call in a second, at random. Each presses a key %d times, %s after the other, while a prompt plays: it is stopped, and the next one begins. %s",
		perSecond, keysPressed, betweenKeys, w.turns())
	bouts := make([]*bout, len(all))
	heard := table{title: "key received → the next prompt is asked for", floor: readerName}
	for i, s := range all {
		bouts[i] = &bout{system: s, crowd: newCrowd(s)}
		heard.rows = append(heard.rows, row{name: s.name})
	}
	for round := range w.rounds {
		for i, b := range bouts {
			done := w.progress.Step(fmt.Sprintf("menus: %s, block %d of %d", b.name, round+1, w.rounds))
			err := b.pressing(ctx, perSecond, w.block)
			done(err)
			if err != nil {
				return r, err
			}
			heard.rows[i].values = append(heard.rows[i].values, b.wire.taken()...)
		}
	}
	r.tables = append(r.tables, heard)
	r.pulses(bouts)
	r.gate("key received → the next prompt is asked for", heard.rows[0].values, 0, 10*time.Millisecond)
	return r, r.language(ctx, w)
}

// How a caller goes through the menu.
const (
	keysPressed = 6
	betweenKeys = 300 * time.Millisecond
	question    = "2015" // the entry whose tree asks and asks
)

// pressing lets people call and press keys for so long.
func (b *bout) pressing(ctx context.Context, perSecond float64, lasting time.Duration) error {
	rest, err := feelAtRest(ctx, b.asterisk.SIPAddr())
	if err != nil {
		return err
	}
	felt, err := feelAlongside(ctx, b.asterisk.SIPAddr(), func() {
		b.crowd.arriving(ctx, perSecond, lasting, b.crowd.press)
	})
	if err == nil {
		err = b.quiet(ctx)
	}
	b.rest.add(rest)
	b.felt.add(felt)
	return errors.Join(append(b.crowd.failed, err, ctx.Err())...)
}

// press is one call to the menu, which its caller ends.
func (w *crowd) press(ctx context.Context) {
	err := func() error {
		c, err := w.s.trunk.Call(ctx, phone.Caller{Number: fmt.Sprintf("06%08d", w.serial.Add(1))}, question)
		if err != nil {
			return err
		}
		defer func() { _ = c.Hangup(context.WithoutCancel(ctx)) }()
		if err := c.WaitAnswered(ctx); err != nil {
			return err
		}
		for range keysPressed {
			if !sleep(ctx, betweenKeys) {
				return ctx.Err()
			}
			if err := c.Press(ctx, "1"); err != nil {
				return err
			}
		}
		sleep(ctx, betweenKeys) // the answer to the last key counts as well
		return nil
	}()
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failed = append(w.failed, err)
	}
}

// raiseMenus is the product, with an ear on what it says to Asterisk.
func raiseMenus(ctx context.Context, w world, agents int) (*system, error) {
	var ear *wire
	s, err := raiseProduct(ctx, w, agents, "menus", func(l *lab.Lab) (env []string, err error) {
		if ear, err = openWire(l.Asterisk.ARIURL()); err != nil {
			return nil, err
		}
		return []string{"GUICHET_ARI_URL=" + ear.url()}, nil
	})
	switch {
	case err == nil:
		s.wire = ear
		s.onLower(ear.close)
	case ear != nil:
		ear.close()
	}
	return s, err
}

// readerName is the floor of menus.
const readerName = "bare ARI, stop + play"

// raiseReader is the floor: whoever presses a key hears the prompt anew. There is no
// tree, no state and no ledger; the commands to Asterisk are those of guichet.
func raiseReader(ctx context.Context, w world, agents int) (*system, error) {
	s := &system{name: readerName}
	err := s.startAsterisk(ctx, w, "reader", w.config, agents)
	if err == nil {
		if s.wire, err = openWire(s.asterisk.ARIURL()); err == nil {
			s.onLower(s.wire.close)
			err = s.read(ctx, w)
		}
	}
	return s.ready(ctx, err)
}

// read answers callers and reads to them.
func (s *system) read(ctx context.Context, w world) error {
	client, err := ari.New(ari.Options{URL: s.wire.url(), Application: application, Username: s.asterisk.ARIUser(), Password: w.password})
	if err != nil {
		return fmt.Errorf("drive the Asterisk of %s: %w", s.name, err)
	}
	up := make(chan ari.ChannelID, 1)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	play := func(id ari.ChannelID, n int) ari.PlaybackID {
		playback := ari.PlaybackID(fmt.Sprintf("%s-%d", id, n))
		_ = client.Play(running, id, playback, []string{"sound:all-circuits-busy-now"}, "")
		return playback
	}
	said := map[ari.ChannelID]int{} // only the reader of the events touches it
	client.Default(func(e ari.Event) {
		id := e.Channel()
		switch e.Value.(type) {
		case ari.LinkUp:
			up <- ""
		case *v5.StasisStart:
			work.Go(func() {
				_ = client.Answer(running, id)
				play(id, 0)
			})
		case *v5.ChannelDtmfReceived:
			n := said[id]
			said[id]++
			work.Go(func() {
				_ = client.StopPlayback(running, ari.PlaybackID(fmt.Sprintf("%s-%d", id, n)))
				play(id, n+1)
			})
		case *v5.ChannelDestroyed:
			delete(said, id)
		}
	})
	var loop sync.WaitGroup
	loop.Go(func() { _ = client.Run(running) }) // it ends with its context only
	s.onLower(func() {
		stop()
		loop.Wait()
		work.Wait()
	})
	_, err = await(ctx, up)
	return err
}

// language adds what the interpreter and the loader take by themselves.
func (r *result) language(ctx context.Context, w world) error {
	var printed bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "test", "./internal/bench/language", "-run", "^$", "-bench", ".")
	cmd.Stdout, cmd.Stderr = io.MultiWriter(w.out, &printed), w.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run the benchmarks of the menu language: %w", err)
	}
	tables, notes := tablesOf(printed.String(), languageSections)
	r.columns, r.notes = append(r.columns, tables...), append(r.notes, notes...)
	return nil
}

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
)

// bare is the floor: a controller in a page, without ledger, skills, menus, recovery
// or reasons. Who calls first gets who is free first. What a product adds to it is
// what a product costs.
type bare struct {
	client    *ari.Client
	http      *http.Client // of originate, which package ari has no use for
	base      string
	password  string
	originate bool

	mu      sync.Mutex
	serial  int
	free    []string // agents
	waiting []caller
	legs    map[ari.ChannelID]leg
	came    map[string]int64 // when callers came, in µs, by number
	work    sync.WaitGroup   // requests under way
}

type caller struct {
	id     ari.ChannelID
	number string
}

type leg struct {
	agent  string
	caller caller
}

func raiseCreate(ctx context.Context, w world, agents int) (*system, error) {
	return raiseBare(ctx, w, agents, createName, false)
}

func raiseOriginate(ctx context.Context, w world, agents int) (*system, error) {
	return raiseBare(ctx, w, agents, originateName, true)
}

// raiseBare puts up an Asterisk as deploy/asterisk has it, and drives it.
func raiseBare(ctx context.Context, w world, agents int, name string, originate bool) (*system, error) {
	s := &system{name: name}
	folder := "create"
	if originate {
		folder = "originate"
	}
	err := s.startAsterisk(ctx, w, folder, w.config, agents)
	if err == nil {
		err = s.drive(ctx, w, originate)
	}
	return s.ready(ctx, err)
}

func (s *system) drive(ctx context.Context, w world, originate bool) error {
	b := &bare{
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, base: s.asterisk.ARIURL(),
		password: w.password, originate: originate, legs: map[ari.ChannelID]leg{}, came: map[string]int64{},
	}
	s.retrace = b.retrace
	client, err := ari.New(ari.Options{
		URL: s.asterisk.ARIURL(), Application: application, Username: s.asterisk.ARIUser(), Password: w.password,
	})
	if err != nil {
		return fmt.Errorf("drive the Asterisk of %s: %w", s.name, err)
	}
	b.client = client
	events, up := make(chan ari.Event, 1<<16), make(chan struct{})
	b.client.Default(func(e ari.Event) { events <- e })
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var loop sync.WaitGroup
	loop.Go(func() { _ = b.client.Run(running) }) // it ends with its context only
	loop.Go(func() { b.serve(running, events, sync.OnceFunc(func() { close(up) })) })
	s.onLower(func() {
		stop()
		loop.Wait()
		b.work.Wait()
		b.http.CloseIdleConnections()
	})
	s.clockIn = func(_ context.Context, users []string) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.free = append(b.free, users...)
		return nil
	}
	select {
	case <-up:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drive the Asterisk of %s: %w", s.name, ctx.Err())
	}
}

// application is the one to which deploy/asterisk sends callers.
const application = "guichet"

func (b *bare) serve(ctx context.Context, events <-chan ari.Event, up func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			if e.Type == ari.TypeLinkUp {
				_ = b.client.SetEventFilter(ctx, ari.Chatter()...) // as the product does
				up()
			}
			b.take(ctx, e)
		}
	}
}

func (b *bare) take(ctx context.Context, e ari.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := e.Channel()
	switch v := e.Value.(type) {
	case *v5.StasisStart:
		l, ours := b.legs[id]
		switch {
		case !ours && len(v.Args) > 0 && v.Args[0] == "entry":
			b.arrived(ctx, caller{id, v.Channel.Caller.Number})
		case ours && b.originate:
			b.join(ctx, id, l)
		case ours:
			b.do(func() { _ = b.client.Dial(ctx, id, "", 0) })
		}
	case *v5.ChannelStateChange:
		if l, ours := b.legs[id]; ours && !b.originate && v.Channel.State == "Up" {
			b.join(ctx, id, l)
		}
	case *v5.StasisEnd, *v5.ChannelDestroyed:
		b.gone(ctx, id)
	}
}

// do sends requests; their errors show as calls that nobody gets.
func (b *bare) do(send func()) { b.work.Go(send) }

func (b *bare) arrived(ctx context.Context, c caller) {
	b.came[known(c.number)] = time.Now().UnixMicro()
	b.waiting = append(b.waiting, c)
	b.match(ctx)
	b.do(func() {
		_ = b.client.Answer(ctx, c.id)
		_ = b.client.StartMusic(ctx, c.id, "")
	})
}

func (b *bare) match(ctx context.Context) {
	for len(b.free) > 0 && len(b.waiting) > 0 {
		l := leg{b.free[0], b.waiting[0]}
		b.free, b.waiting = b.free[1:], b.waiting[1:]
		b.serial++
		id := ari.ChannelID("leg-" + strconv.Itoa(b.serial))
		b.legs[id] = l
		b.do(func() { b.ring(ctx, id, l) })
	}
}

func (b *bare) ring(ctx context.Context, id ari.ChannelID, l leg) {
	if b.originate {
		b.post(ctx, "/channels/"+string(id), map[string]any{
			"endpoint": "PJSIP/" + l.agent, "app": application, "appArgs": "leg", "callerId": l.caller.number,
			"originator": l.caller.id,
		})
		return
	}
	_ = b.client.Create(ctx, ari.CreateChannel{
		ID: id, Endpoint: "PJSIP/" + l.agent, AppArgs: "leg", Originator: l.caller.id,
		Variables: map[string]string{"CONNECTEDLINE(all,i)": "<" + l.caller.number + ">"},
	})
}

func (b *bare) join(ctx context.Context, id ari.ChannelID, l leg) {
	bridge := ari.BridgeID("with-" + string(id))
	b.do(func() {
		_ = b.client.CreateBridge(ctx, bridge, "mixing", "")
		_ = b.client.StopMusic(ctx, l.caller.id)
		_ = b.client.AddToBridge(ctx, bridge, l.caller.id, id)
	})
}

func (b *bare) gone(ctx context.Context, id ari.ChannelID) {
	if l, ours := b.legs[id]; ours {
		delete(b.legs, id)
		b.free = append(b.free, l.agent)
		b.match(ctx)
		b.do(func() {
			_ = b.client.Hangup(ctx, l.caller.id, "")
			_ = b.client.DestroyBridge(ctx, ari.BridgeID("with-"+string(id)))
		})
		return
	}
	for i, c := range b.waiting {
		if c.id == id {
			b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
			return
		}
	}
	for leg, l := range b.legs {
		if l.caller.id == id {
			b.do(func() { _ = b.client.Hangup(ctx, leg, "") })
			return
		}
	}
}

// retrace tells when callers were routed: here it is when their StasisStart was read.
func (b *bare) retrace(_ context.Context, calls []call) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range calls {
		calls[i].routed = b.came[known(calls[i].number)]
	}
	return nil
}

func (b *bare) post(ctx context.Context, path string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic("bench: a body of strings cannot fail: " + err.Error())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+path, bytes.NewReader(text))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.SetBasicAuth("guichet", b.password)
	answer, err := b.http.Do(request)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}

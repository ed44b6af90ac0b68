package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/phone"
)

// transport is of part (f): commands by HTTP against commands over the event websocket,
// when all is well and when one channel is stuck.
func transport(ctx context.Context, w world) (result, error) {
	r := result{
		part: "f", title: "commands by HTTP, and over the websocket",
		settings: "A variable is set on one channel 100 times a second for 3 s. The other channel is stuck: a command to it waits until what is played to it has ended.",
	}
	s := &system{name: "ARI"}
	defer s.lower()
	if err := s.startAsterisk(ctx, w, "transport", w.config, 1); err != nil {
		return r, err
	}
	l, err := s.openLines(ctx, w)
	if err != nil {
		return r, err
	}
	socket, err := dialSocket(ctx, s.asterisk, w.password)
	if err != nil {
		return r, err
	}
	s.onLower(socket.close)
	t := table{title: "a variable is set on a channel that is well", floor: "HTTP, all well"}
	for _, by := range []struct {
		name string
		set  setter
	}{{"HTTP", l.client.SetVariable}, {"websocket", socket.set}} {
		well, err := l.load(ctx, by.set, false)
		if err != nil {
			return r, fmt.Errorf("by %s: %w", by.name, err)
		}
		stuck, err := l.load(ctx, by.set, true)
		if err != nil {
			return r, fmt.Errorf("by %s, with a channel that is stuck: %w", by.name, err)
		}
		t.rows = append(t.rows, row{by.name + ", all well", well}, row{by.name + ", one channel stuck", stuck})
	}
	r.tables = append(r.tables, t)
	return r, nil
}

// setter sets a variable of a channel.
type setter func(ctx context.Context, id ari.ChannelID, name, value string) error

// lines are two callers whose channels are under control.
type lines struct {
	client      *ari.Client
	well, stuck ari.ChannelID
}

func (s *system) openLines(ctx context.Context, w world) (*lines, error) {
	client, err := ari.New(ari.Options{
		URL: s.asterisk.ARIURL(), Application: application, Username: s.asterisk.ARIUser(), Password: w.password,
		RequestTimeout: 10 * time.Second,
	})
	if err != nil {
		return nil, fmt.Errorf("control two calls: %w", err)
	}
	up, started := make(chan struct{}, 16), make(chan ari.ChannelID, 16)
	client.Default(func(e ari.Event) {
		switch e.Value.(type) {
		case ari.LinkUp:
			up <- struct{}{}
		case *v5.StasisStart:
			started <- e.Channel()
		}
	})
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var loop sync.WaitGroup
	loop.Go(func() { _ = client.Run(running) }) // it ends with its context only
	s.onLower(func() { stop(); loop.Wait() })
	if _, err := await(ctx, up); err != nil {
		return nil, err
	}
	if err := s.openPhones(ctx); err != nil {
		return nil, err
	}
	l := &lines{client: client}
	for _, id := range []*ari.ChannelID{&l.well, &l.stuck} {
		if _, err := s.trunk.Call(ctx, phone.Caller{Number: "0600000000"}, unique); err != nil {
			return nil, err
		}
		if *id, err = await(ctx, started); err != nil {
			return nil, err
		}
		if err := client.Answer(ctx, *id); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func await[T any](ctx context.Context, from <-chan T) (v T, err error) {
	select {
	case v = <-from:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(10 * time.Second):
		err = fmt.Errorf("asterisk did not tell of a call or link in time")
	}
	return v, err
}

// load sets a variable of the channel that is well, again and again, whether or not
// the one before has been answered.
func (l *lines) load(ctx context.Context, set setter, stuck bool) (took sample, err error) {
	const requests, apart = 300, 10 * time.Millisecond
	var mu sync.Mutex
	var all sync.WaitGroup
	send := func(id ari.ChannelID, record bool) {
		began := time.Now()
		failure := set(ctx, id, "BENCH", "1")
		mu.Lock()
		defer mu.Unlock()
		if failure != nil {
			err = failure
		}
		if record {
			took = append(took, time.Since(began))
		}
	}
	if stuck {
		playback := ari.PlaybackID("stuck-" + strconv.FormatInt(time.Now().UnixNano(), 36))
		media := []string{"sound:all-circuits-busy-now", "sound:all-circuits-busy-now", "sound:all-circuits-busy-now"}
		if err := l.client.Play(ctx, l.stuck, playback, media, ""); err != nil {
			return nil, err
		}
		all.Go(func() { send(l.stuck, false) })
		sleep(ctx, apart) // the stuck one is first on its way
		defer func() { _ = l.client.StopPlayback(ctx, playback) }()
	}
	for range requests {
		all.Go(func() { send(l.well, true) })
		if !sleep(ctx, apart) {
			break
		}
	}
	all.Wait()
	return took, err
}

// rest is one request over the websocket, or its answer.
type rest struct {
	Type       string `json:"type"`
	Request    string `json:"request_id"`
	Method     string `json:"method,omitempty"`
	URI        string `json:"uri,omitempty"`
	StatusCode int    `json:"status_code,omitempty"`
}

func setting(n int, id ari.ChannelID, name, value string) (request string, text []byte) {
	request = strconv.Itoa(n)
	query := url.Values{"variable": {name}, "value": {value}}
	text, err := json.Marshal(rest{
		Type: "RESTRequest", Request: request, Method: "POST",
		URI: "channels/" + url.PathEscape(string(id)) + "/variable?" + query.Encode(),
	})
	if err != nil {
		panic("bench: a body of strings cannot fail: " + err.Error())
	}
	return request, text
}

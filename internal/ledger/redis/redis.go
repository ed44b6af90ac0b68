// Package redis is the ledger on a Redis Stream: it survives controllers, and
// with an AOF the restart of Redis. One script appends, and it alone; everything
// else reads. See append.lua for what is checked there.
//
// It decides nothing about facts and retries nothing: after an error of Append
// the batch may be in the log, and only a fold can tell. Read Options and Log
// first.
package redis

import (
	"context"
	"crypto/tls"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/guichet/guichet/internal/ledger"
)

// Options say which Redis serves the log. Address and Sentinel exclude each other.
type Options struct {
	Site     string    // names the keys, and keeps sites apart in one Redis
	Address  string    // host:port of the one Redis, or the path of its socket
	Sentinel *Sentinel // or: who knows the present primary
	Username string    // empty for the default user; the rights it needs are in docs/ledger.md
	Password string
	DB       int
	TLS      *tls.Config
	// Timeout bounds each exchange, connecting included; 2 s if zero. Only a
	// waiting Read takes longer, by its wait.
	Timeout time.Duration
}

// Sentinel names a primary that Redis Sentinel watches.
type Sentinel struct {
	Primary   string   // its name in the sentinels' configuration
	Addresses []string // host:port of the sentinels
	Password  string   // of the sentinels, if they have one
}

const defaultTimeout = 2 * time.Second

//go:embed append.lua
var appendSource string

var appendScript = goredis.NewScript(appendSource)

// Log is one controller's view of the ledger. It implements ledger.Log. Only one
// waiting Read runs at a time; a second waits for the first.
type Log struct {
	site    string
	timeout time.Duration
	client  *goredis.Client // everything that answers at once

	tailing sync.Mutex
	tail    *goredis.Client // waiting reads
	sockets sockets         // of tail

	mu  sync.Mutex
	gen uint64 // highest generation seen: a lost log begins above it
}

var _ ledger.Log = (*Log)(nil)

// New makes a Log of these options. It does not connect; Open does.
func New(o Options) (*Log, error) {
	switch {
	case o.Site == "" || strings.ContainsAny(o.Site, "{}"):
		return nil, fmt.Errorf("use redis as the ledger: site name %q must not be empty or hold braces", o.Site)
	case (o.Address == "") == (o.Sentinel == nil):
		return nil, errors.New("use redis as the ledger: give either an address or sentinels")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	l := &Log{site: o.Site, timeout: o.Timeout}
	l.client = connect(o, plainDial)
	l.tail = connect(o, l.sockets.dial)
	return l, nil
}

// Close implements ledger.Log.
func (l *Log) Close() error {
	return errors.Join(l.tail.Close(), l.client.Close())
}

// Open implements ledger.Log. It refuses a Redis that may evict keys.
func (l *Log) Open(ctx context.Context) (ledger.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	head, err := l.open(ctx)
	if err != nil {
		return ledger.Head{}, fmt.Errorf("open the ledger in redis: %w", err)
	}
	l.seen(head.Gen)
	return head, nil
}

func (l *Log) open(ctx context.Context) (ledger.Head, error) {
	health, err := l.health(ctx)
	if err != nil {
		return ledger.Head{}, err
	}
	if health.Policy != "noeviction" {
		return ledger.Head{}, fmt.Errorf("maxmemory-policy is %q and would remove facts; set it to noeviction", health.Policy)
	}
	for {
		answer, err := l.begin(ctx)
		if err != nil || answer[0] == "ok" {
			return readOpened(answer, err)
		}
		// Another controller has just put its own snapshot there: read that one.
		if err := ctx.Err(); err != nil {
			return ledger.Head{}, err
		}
	}
}

// begin opens the log, or begins it from the snapshot that is there.
func (l *Log) begin(ctx context.Context) ([]string, error) {
	continued, text, err := l.continued(ctx)
	if err != nil {
		return nil, err
	}
	return l.script(ctx, l.keys(), "open", max(l.seen(0), continued.Gen),
		continued.Position.ID.String(), continued.Position.Digest.String(), text)
}

// Append implements ledger.Log.
func (l *Log) Append(ctx context.Context, gen uint64, batch []ledger.Entry) (ledger.Appended, error) {
	bodies, err := ledger.Bodies(gen, batch)
	if err != nil {
		return ledger.Appended{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	args := make([]any, len(bodies))
	for i, body := range bodies {
		args[i] = body
	}
	answer, err := l.script(ctx, l.keys(), "append", gen, args...)
	if err != nil {
		return ledger.Appended{}, fmt.Errorf("append %d facts to the ledger in redis: %w", len(batch), err)
	}
	if answer[0] != "ok" {
		return ledger.Appended{}, l.refused(answer)
	}
	return readAppended(answer, bodies)
}

// script runs append.lua by its hash. If the server has forgotten the script it
// has not run, and is sent again with its text: no retry in the sense of Append.
func (l *Log) script(ctx context.Context, keys []string, intent string, gen uint64, args ...any) ([]string, error) {
	answer, err := appendScript.Run(ctx, l.client, keys, append([]any{intent, gen}, args...)...).StringSlice()
	if err != nil {
		return nil, err
	}
	if len(answer) == 0 {
		return nil, errors.New("the append script answered nothing")
	}
	return answer, nil
}

// together runs commands as one transaction. Its error is that of the command for
// which Redis refused it: "transaction discarded" tells nobody what to do.
func (l *Log) together(ctx context.Context, commands func(goredis.Pipeliner)) error {
	queued, err := l.client.TxPipelined(ctx, func(p goredis.Pipeliner) error {
		commands(p)
		return nil
	})
	if err == nil || !goredis.HasErrorPrefix(err, "EXECABORT") {
		return err
	}
	for _, command := range queued {
		if cause := command.Err(); cause != nil && !goredis.HasErrorPrefix(cause, "EXECABORT") {
			return cause
		}
	}
	return err
}

// keys are those that the script is given to append and to open.
func (l *Log) keys() []string {
	return []string{ledgerKey(l.site), headKey(l.site), snapshotKey(l.site), baseKey(l.site)}
}

func (l *Log) refused(answer []string) error {
	if ledger.Refusal(answer[0]) == ledger.NoStream {
		return &ledger.Refused{Reason: ledger.NoStream}
	}
	head, err := readHead(answer)
	if err != nil {
		return fmt.Errorf("append to the ledger in redis, refused as %q: %w", answer[0], err)
	}
	l.seen(head.Gen)
	return &ledger.Refused{Reason: ledger.Refusal(answer[0]), Head: head}
}

// seen raises the highest generation seen to gen and returns it.
func (l *Log) seen(gen uint64) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gen = max(l.gen, gen)
	return l.gen
}

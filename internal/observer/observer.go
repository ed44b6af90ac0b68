package observer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/guichet/guichet/internal/phone"
)

// Options say where the evidence is.
type Options struct {
	// Redis is an address, Site the name of the site in its keys. With Primary it is that of
	// a sentinel, which knows the server of that name.
	Redis, Site, Primary string
	// ARI is the base of Asterisk's REST interface, with its user and password.
	ARI, User, Password string
	Limits              Limits
}

// Observer brings a judge the evidence, again and again, until it is closed.
type Observer struct {
	options Options
	redis   *redis.Client
	http    *http.Client
	cancel  context.CancelFunc
	running sync.WaitGroup
	reading sync.Mutex // one reads the ledger at a time

	mu      sync.Mutex
	judge   *Judge
	callers []*phone.Call
	phones  []*phone.Phone
	excuses int
	looked  time.Time // when it was judged last what lasts
}

// Watch starts an observer.
func Watch(o Options) *Observer {
	ctx, cancel := context.WithCancel(context.Background())
	w := &Observer{
		options: o, cancel: cancel, judge: NewJudge(o.Limits), redis: connect(o),
		http: &http.Client{Timeout: time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}},
	}
	w.running.Go(func() { w.every(ctx, 20*time.Millisecond, func(ctx context.Context) { w.readLedger(ctx) }) })
	w.running.Go(func() { w.every(ctx, 100*time.Millisecond, w.look) })
	return w
}

func connect(o Options) *redis.Client {
	if o.Primary == "" {
		return redis.NewClient(&redis.Options{
			Addr: o.Redis, MaxRetries: -1, DialerRetries: 1, PoolSize: 1,
			DialTimeout: time.Second, ReadTimeout: time.Second,
		})
	}
	return redis.NewFailoverClient(&redis.FailoverOptions{
		SentinelAddrs: []string{o.Redis}, MasterName: o.Primary, MaxRetries: -1, DialerRetries: 1, PoolSize: 1,
		DialTimeout: time.Second, ReadTimeout: time.Second,
	})
}

// Close ends it.
func (w *Observer) Close() error {
	w.cancel()
	w.running.Wait()
	w.http.CloseIdleConnections()
	return w.redis.Close()
}

// Follow watches what calls from outside and agents' phones see.
func (w *Observer) Follow(callers []*phone.Call, phones ...*phone.Phone) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.callers = append(w.callers, callers...)
	w.phones = append(w.phones, phones...)
}

// Outage declares an outage, which lasts until the returned function is called.
// Nothing that takes time is judged meanwhile.
func (w *Observer) Outage() (over func()) {
	w.excuse(1)
	return sync.OnceFunc(func() { w.excuse(-1) })
}

func (w *Observer) excuse(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.excuses += n
	w.judge.Excuse(w.excuses > 0)
	w.judge.Sweep(time.Now().UnixMicro())
}

// Breaches are those found so far.
func (w *Observer) Breaches() []Breach {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge.Breaches()
}

// Recount counts the ledger.
func (w *Observer) Recount() Totals {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge.Recount()
}

// Compare judges what the controller counts; called when nothing moves any more.
func (w *Observer) Compare(counted Totals) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.judge.Counted(time.Now().UnixMicro(), counted)
}

// Accepted names the facts that the ledger accepted from a writer after an id, its
// beats left out: they claim nothing.
func (w *Observer) Accepted(writer, after string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge.AcceptedFrom(writer, after)
}

// Last is the id of the last entry that was read.
func (w *Observer) Last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	id, _ := w.judge.Last()
	return id
}

// Holder says who holds a node.
func (w *Observer) Holder(node string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge.account.nodes[node].holder
}

func (w *Observer) every(ctx context.Context, period time.Duration, do func(context.Context)) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for ctx.Err() == nil {
		do(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// readLedger reads on from the last entry. That entry itself is read too: if it
// is not there any more, the log is another one. False: the ledger is away.
func (w *Observer) readLedger(ctx context.Context) bool {
	w.reading.Lock()
	defer w.reading.Unlock()
	w.mu.Lock()
	id, position := w.judge.Last()
	w.mu.Unlock()
	from := "-"
	if id != "" {
		from = id
	}
	messages, err := w.messages(ctx, from)
	if err != nil {
		return false // an outage that nobody declared shows in what lasts
	}
	if id != "" {
		if len(messages) > 0 && messages[0].ID == id && is(messages[0], position) {
			messages = messages[1:]
		} else if messages, err = w.again(ctx); err != nil {
			return false
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range messages {
		if err := w.judge.Message(m); err != nil {
			if !errors.Is(err, ErrGap) {
				w.judge.breach(time.Now().UnixMicro(), "I5 the ledger cannot be read: "+err.Error())
			}
			break
		}
	}
	return true
}

// is reports whether a message is the entry at that position.
func is(m Message, position string) bool {
	e, err := read(m)
	return err == nil && e.position() == position
}

// again reads a log from its beginning, after it was replaced or cut.
func (w *Observer) again(ctx context.Context) ([]Message, error) {
	messages, err := w.messages(ctx, "-")
	if err != nil || len(messages) == 0 {
		return nil, errors.Join(err, errors.New("no log"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.judge.Again(messages[0]); err != nil {
		w.judge.breach(time.Now().UnixMicro(), "I5 the ledger cannot be read again: "+err.Error())
		return nil, err
	}
	return messages, nil
}

func (w *Observer) messages(ctx context.Context, from string) ([]Message, error) {
	found, err := w.redis.XRange(ctx, fmt.Sprintf("guichet:{%s}:ledger", w.options.Site), from, "+").Result()
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	messages := make([]Message, len(found))
	for i, x := range found {
		body, _ := x.Values["body"].(string)
		prev, _ := x.Values["prev"].(string)
		messages[i] = Message{ID: x.ID, Body: body, Prev: prev}
	}
	return messages, nil
}

// blink is for how long the observer may fail to look. Who was held up for longer, as on a busy
// machine, has not seen what went on.
const blink = time.Second

// look lists Asterisk, reads on in the ledger, asks the phones, and judges: all as it is now,
// so that nothing is held against what it was before this process was held up.
func (w *Observer) look(ctx context.Context) {
	listing, err := w.list(ctx)
	answered := w.readLedger(ctx) && err == nil
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.judge.Listed(listing)
	}
	w.judge.Saw(w.saw())
	now := time.Now()
	if away := now.Sub(w.looked); answered && away > blink && !w.looked.IsZero() {
		w.judge.Overlook(away)
	}
	w.looked = now
	w.judge.Sweep(now.UnixMicro())
}

func (w *Observer) saw() (callers []Caller, phones []Phone) {
	for _, c := range w.callers {
		end, over := c.End()
		callers = append(callers, Caller{
			Number: c.From().Number, Over: over, ByUs: end.By != phone.Remote, At: c.Times().Ended.UnixMicro(),
		})
	}
	for _, p := range w.phones {
		phones = append(phones, Phone{User: p.User(), Live: p.Live()})
	}
	return callers, phones
}

package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// readyTimeout bounds the start of one part.
const readyTimeout = time.Minute

// RedisOptions say where a Redis keeps its files and listens.
type RedisOptions struct {
	Dir  string // its data and log; created when missing
	Port int    // on 127.0.0.1; 0 means a free one
}

// Redis is a server process of ours, durable as the ledger wants it: appended to
// disk each second, and refusing writes rather than forgetting when full.
type Redis struct {
	*process
	program string
	options RedisOptions
	addr    string
}

// StartRedis starts a Redis and returns when it answers.
func (p *Parts) StartRedis(ctx context.Context, options RedisOptions) (*Redis, error) {
	addr, err := freeTCP(loopback(options.Port))
	if err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	if err := os.MkdirAll(options.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("start Redis: make its folder: %w", err)
	}
	r := &Redis{process: &process{name: "Redis"}, program: p.redisServer, options: options, addr: addr}
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Addr is the server's host and port; a restart keeps it.
func (r *Redis) Addr() string { return r.addr }

// Restart starts again a server that was stopped or killed, with the same data
// and address, and returns when it answers.
func (r *Redis) Restart(ctx context.Context) error {
	r.Stop()
	return r.begin(ctx)
}

func (r *Redis) begin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	cmd := exec.Command(r.program,
		"--bind", "127.0.0.1", "--port", portOf(r.addr), "--dir", r.options.Dir,
		"--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
		"--maxmemory-policy", "noeviction", "--daemonize", "no")
	log := filepath.Join(r.options.Dir, "redis.log")
	err := r.run(ctx, cmd, log, func(ctx context.Context, pid int) error { return answers(ctx, r.addr, pid) })
	if err != nil {
		return fmt.Errorf("%w; its log is %s", err, log)
	}
	return nil
}

// answers reports whether the server at addr is that process and has loaded its
// data: before that it accepts connections and says LOADING.
func answers(ctx context.Context, addr string, pid int) error {
	// Asked first without the client, which would log each refusal.
	plain, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	plain.Close()
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1, DialTimeout: time.Second, PoolSize: 1})
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return err
	}
	info, err := client.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, fmt.Sprintf("process_id:%d\r\n", pid)) {
		return fmt.Errorf("another Redis listens on %s", addr)
	}
	return nil
}

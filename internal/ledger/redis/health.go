package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/guichet/guichet/internal/ledger"
)

// Health is the state of Redis as far as the ledger depends on it.
type Health struct {
	RunID   string // names the process
	Version string
	Role    string // "master" or "slave"

	UsedMemory int64  // bytes
	MaxMemory  int64  // bytes; the machine's memory if Redis has no limit
	Policy     string // what Redis does when memory is full

	AOF         bool  // an append-only file is written
	AOFWritten  bool  // and its last write went well
	LedgerFacts int64 // entries in the stream
}

// memoryAlarm is the part of the memory, in percent, above which there is
// something to report: with noeviction a full Redis accepts no facts.
const memoryAlarm = 60

// Health asks Redis how it is.
func (l *Log) Health(ctx context.Context) (Health, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	h, err := l.health(ctx)
	if err != nil {
		return Health{}, fmt.Errorf("ask redis for its health: %w", err)
	}
	return h, nil
}

func (l *Log) health(ctx context.Context) (Health, error) {
	text, err := l.client.Info(ctx, "default").Result()
	if err != nil {
		return Health{}, err
	}
	facts, err := l.client.XLen(ctx, ledgerKey(l.site)).Result()
	if err != nil {
		return Health{}, err
	}
	h := readInfo(text)
	h.LedgerFacts = facts
	return h, nil
}

func readInfo(text string) Health {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			values[name] = value
		}
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(values[name], 10, 64) // absent in old versions: 0
		return n
	}
	h := Health{
		RunID: values["run_id"], Version: values["redis_version"], Role: values["role"],
		UsedMemory: number("used_memory"), MaxMemory: number("maxmemory"), Policy: values["maxmemory_policy"],
		AOF: values["aof_enabled"] == "1", AOFWritten: values["aof_last_write_status"] == "ok",
	}
	if h.MaxMemory == 0 {
		h.MaxMemory = number("total_system_memory")
	}
	return h
}

// Room is the memory that is used, how much there is, and what happens then.
func (h Health) Room() ledger.Room {
	room := ledger.Room{Used: h.UsedMemory, Limit: h.MaxMemory}
	if h.Policy != "noeviction" {
		room.Evicts = h.Policy
	}
	return room
}

// MemoryPercent is the used part of the memory; 0 if its size is not known.
func (h Health) MemoryPercent() int64 { return h.Room().Percent() }

// Problems are sentences for an operator, each with its remedy; none if all is well.
func (h Health) Problems() []string {
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if percent := h.MemoryPercent(); percent >= memoryAlarm {
		report("redis uses %d %% of its memory (%d of %d bytes): the ledger's oldest part is trimmed, and at 100 %% no fact is accepted; raise maxmemory", percent, h.UsedMemory, h.MaxMemory)
	}
	if h.Policy != "noeviction" {
		report("maxmemory-policy is %q and would remove facts: set it to noeviction", h.Policy)
	}
	switch {
	case !h.AOF:
		report("redis writes no append-only file: a restart loses the ledger; set appendonly yes")
	case !h.AOFWritten:
		report("redis could not write its append-only file: see its log, usually a full disk")
	}
	return problems
}

package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// processorTime is what a process has used so far; zero for one that is gone.
func processorTime(pid int) time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(text), ") ") // the name before it may hold anything
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	const perSecond = 100 // USER_HZ, the same on every Linux that Go knows
	return time.Duration(user+system) * time.Second / perSecond
}

// memoryOf is how much of a process is in memory, in bytes; zero for one that is gone.
func memoryOf(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// quarters tells memory at the end of each quarter of the time.
func (w watched) quarters() string {
	if len(w.memory) < 4 {
		return "too short to tell"
	}
	var said []string
	for i := 1; i <= 4; i++ {
		said = append(said, fmt.Sprintf("%d MB", w.memory[i*len(w.memory)/4-1]>>20))
	}
	return strings.Join(said, ", ")
}

// backlog is what one of Asterisk's task queues holds, and the most it ever held.
type backlog struct{ now, ever int }

// backlogs reads what `core show taskprocessors` says, by queue.
func backlogs(said string) map[string]backlog {
	all := map[string]backlog{}
	for line := range strings.Lines(said) {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			continue
		}
		// Processor, Processed, In Queue, Max Depth, Low water, High water.
		now, err := strconv.Atoi(fields[2])
		ever, also := strconv.Atoi(fields[3])
		if err == nil && also == nil {
			all[fields[0]] = backlog{now, ever}
		}
	}
	return all
}

// fullest is the queue that held most while it was looked at. The most it ever held
// counts from Asterisk's start, when a thousand phones register at once: it says
// something only where it has grown since the first look; for the others there is
// what was seen. Asterisk can be told to forget (`core reset taskprocessors`), but
// with 22.10.1 that made each call cost it five times as much from then on.
func fullest(looks []map[string]backlog) (most int, name string) {
	if len(looks) == 0 {
		return 0, ""
	}
	for _, look := range looks[1:] {
		for queue, b := range look {
			held := b.now
			if b.ever > looks[0][queue].ever {
				held = b.ever
			}
			if held > most || held > 0 && held == most && queue < name {
				most, name = held, queue
			}
		}
	}
	return most, name
}

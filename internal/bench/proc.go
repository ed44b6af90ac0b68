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

// deepest reads what `core show taskprocessors` says: the queue that was ever the
// fullest, and how full.
func deepest(said string) (most int, name string) {
	for line := range strings.Lines(said) {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			continue
		}
		// Processor, Processed, In Queue, Max Depth, Low water, High water.
		if depth, err := strconv.Atoi(fields[3]); err == nil && depth > most {
			most, name = depth, fields[0]
		}
	}
	return most, name
}

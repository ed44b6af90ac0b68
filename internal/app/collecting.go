package app

import (
	"os"
	"runtime/debug"
)

// GarbagePercent is how much a controller allocates, in percent of what it holds,
// before garbage is collected. It holds little: some ten megabytes, a hundred and
// fifty with 50,000 waiting. Go's own 100 would collect every few calls, and what
// happens meanwhile would wait for one of the processors: in the slowest hundredth
// of all cases a phone rang 1 to 1.5 ms later.
const GarbagePercent = 400

// collectSeldom sets GarbagePercent, unless the operator has set another by GOGC.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(GarbagePercent)
	}
}

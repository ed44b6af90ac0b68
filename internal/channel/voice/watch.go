package voice

import (
	"slices"

	"github.com/guichet/guichet/internal/engine"
)

// watch has supervisors hear legs, or no more.
func (l *Line) watch(out *Out, was, now []engine.Spy) {
	if slices.Equal(was, now) {
		return
	}
}

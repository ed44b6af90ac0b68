package config

import (
	"slices"
	"time"

	"github.com/guichet/guichet/ivr"
)

// transferYAML sends the caller to a number outside, for good: the menu goes on only
// if nobody answers there.
type transferYAML struct {
	commonYAML
	// To is the number, in quotes: an ordinary one of France, or one with its plus. It
	// is fixed: no value of a call becomes a number that is dialled.
	To value[string] `yaml:"to,required"`
	// Timeout is how long it may ring, 30s by default, 2m at most.
	Timeout value[time.Duration] `yaml:"timeout"`
	// OnBusy is taken when the number is busy or refuses the call; on_error by default.
	OnBusy exitYAML `yaml:"on_busy"`
	// OnNoAnswer is taken when nobody answers in time; on_error by default.
	OnNoAnswer exitYAML `yaml:"on_no_answer"`
	// OnError is taken when the number cannot be reached at all.
	OnError exitYAML `yaml:"on_error,required"`
}

// defaultRing is how long a number outside may ring.
const defaultRing = 30 * time.Second

func (y *transferYAML) build(b *treeBuilder) ivr.Node {
	n := &ivr.Transfer{
		Common: b.common(y.commonYAML), Number: digits(y.To.v), Ring: y.Timeout.or(defaultRing),
		Busy: b.exit(y.OnBusy), NoAnswer: b.exit(y.OnNoAnswer), Error: b.exit(y.OnError),
	}
	if !y.To.set {
		b.whole = false // reported where it was looked for
		return n
	}
	// A flow is built for each tree that uses it.
	if !slices.ContainsFunc(b.sentOut, func(v value[string]) bool { return v.at == y.To.at }) {
		b.sentOut = append(b.sentOut, y.To)
	}
	return n
}

// numbersOfMenus checks the numbers to which menus send, once the entries are known:
// none of them may lead back to us.
func (b *builder) numbersOfMenus() {
	for _, v := range b.sentOut {
		b.phoneNumber(v, "place")
	}
}

package ivr

import (
	"fmt"
	"io"
	"maps"
)

// Secret is what a caller has keyed in where nobody may look: it stays in the
// memory of this process. However it is printed or encoded, nothing of it shows;
// Reveal is the one way to it, for whoever must send it on. The zero Secret is
// empty.
//
// Copies share the digits, so that Wipe leaves none behind. A key added to a
// Secret does not change the copies made before.
type Secret struct {
	digits *[maxDigits]byte
	length int
}

// Reveal returns the digits, or nothing once they were wiped. It makes a copy that
// no Wipe reaches: ask for it at the last moment and keep it nowhere.
func (s Secret) Reveal() string { return string(s.bytes()) }

// Empty reports whether there is nothing in it, any more or yet.
func (s Secret) Empty() bool { return len(s.bytes()) == 0 }

// Wipe overwrites the digits, for all copies.
func (s Secret) Wipe() {
	if s.digits != nil {
		clear(s.digits[:])
	}
}

func (s Secret) bytes() []byte {
	if s.length == 0 || s.digits[0] == 0 {
		return nil
	}
	return s.digits[:s.length]
}

// with is the secret and one more key. What is longer than any number may be stays
// as it is; whoever asks has stopped listening before.
func (s Secret) with(key byte) Secret {
	switch {
	case s.digits == nil:
		s.digits = new([maxDigits]byte)
	case s.length == maxDigits:
		return s
	}
	s.digits[s.length] = key
	s.length++
	return s
}

const hidden = "<secret>"

// Format hides the digits from every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText hides the digits from JSON and whatever else encodes text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// add notes one more digit and returns how many there are.
func (k *keys) add(digit byte, sensitive bool) int {
	if sensitive {
		k.number = k.number.with(digit)
		return k.number.length
	}
	k.entered += string(rune(digit))
	return len(k.entered)
}

// Forget wipes everything secret, and what was pressed and not used. Whoever leads
// the caller calls it as soon as the caller is not in the tree any more; should the
// tree need a secret after that, it asks again.
func (s *State) Forget() {
	for _, kept := range s.secrets {
		kept.Wipe()
	}
	s.secrets = nil
	s.dropKeys()
}

// seal keeps a secret under the name of its variable, in copies of the maps, since
// earlier states share them.
func (s *State) seal(variable string, secret Secret) {
	if before, held := s.secrets[variable]; held {
		before.Wipe()
	}
	secrets, sealed := maps.Clone(s.secrets), maps.Clone(s.Sealed)
	if secrets == nil {
		secrets = map[string]Secret{}
	}
	if sealed == nil {
		sealed = map[string]NodeID{}
	}
	secrets[variable], sealed[variable] = secret, s.Node
	s.secrets, s.Sealed = secrets, sealed
}

// lost tells where a node has its caller asked again: it reads a sensitive variable
// of which the digits are gone, since the process began after they were keyed in,
// or wiped them.
func (s *State) lost(n reader) (askedAt NodeID, lost bool) {
	n.reads(func(_, variable string, _ Use) {
		if at, sealed := s.Sealed[variable]; sealed && !lost && s.secrets[variable].Empty() {
			askedAt, lost = at, true
		}
	})
	return askedAt, lost
}

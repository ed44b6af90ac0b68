// Package password keeps what people prove themselves with, passwords and PINs, as
// argon2id hashes, and slows down who guesses.
//
// It knows no accounts and stores nothing: a hash stands where its owner keeps it,
// such as the site folder. Read Hash and Attempts.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// Hash is what is kept of a secret, in the usual form of argon2id:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY. The zero value matches nothing.
type Hash struct {
	encoded   string
	memory    uint32 // in KiB
	passes    uint32
	threads   uint8
	salt, key []byte
}

// What new hashes cost: the least that is advised for argon2id, so that a floor of
// agents who sign in at eight o'clock does not need a machine of its own.
const (
	memory, passes, threads = 19 << 10, 2, 1
	saltBytes, keyBytes     = 16, 32
)

// Bounds on hashes that somebody else made: one that costs gigabytes would stop the
// program of whoever tries a password.
const (
	maxMemory, maxPasses, maxThreads = 256 << 10, 10, 8
	minSalt, minKey, maxBytes        = 8, 16, 64
)

// MaxSecret bounds a secret, in bytes.
const MaxSecret = 256

// deriving bounds how many secrets are hashed at a time: each takes the memory that
// its hash says.
var deriving = make(chan struct{}, 2)

// Make hashes a secret with a salt of its own. It fails for one that is empty or
// longer than MaxSecret.
func Make(secret string) (Hash, error) {
	if secret == "" || len(secret) > MaxSecret {
		return Hash{}, fmt.Errorf("hash a secret of %d bytes: it must have 1 to %d", len(secret), MaxSecret)
	}
	h := Hash{memory: memory, passes: passes, threads: threads, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	_, _ = rand.Read(h.salt) // never fails
	h.key = h.derive(secret)
	h.encoded = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.threads,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.key))
	return h, nil
}

// ErrNotHash says that a text is no hash that this program can compare with.
var ErrNotHash = errors.New("not an argon2id hash")

// Parse reads a hash as String writes it. The error wraps ErrNotHash and never
// holds the text: it may be a password that somebody wrote in the wrong place.
func Parse(text string) (Hash, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return Hash{}, fmt.Errorf("%w: it does not begin with $argon2id$", ErrNotHash)
	}
	h := Hash{encoded: text}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return Hash{}, fmt.Errorf("%w: version %d is needed", ErrNotHash, argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.threads); err != nil {
		return Hash{}, fmt.Errorf("%w: its costs are not m=…,t=…,p=…", ErrNotHash)
	}
	if h.memory < 8*uint32(h.threads) || h.memory > maxMemory || h.passes < 1 || h.passes > maxPasses || h.threads < 1 || h.threads > maxThreads {
		return Hash{}, fmt.Errorf("%w: it costs too little or too much", ErrNotHash)
	}
	var err, also error
	h.salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, also = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || also != nil || len(h.salt) < minSalt || len(h.key) < minKey || len(h.salt) > maxBytes || len(h.key) > maxBytes {
		return Hash{}, fmt.Errorf("%w: salt or key are not whole", ErrNotHash)
	}
	return h, nil
}

// Matches reports whether the secret is the one that was hashed. It takes some
// hundredths of a second, and waits while others are compared.
func (h Hash) Matches(secret string) bool {
	if len(h.key) == 0 || secret == "" || len(secret) > MaxSecret {
		return false
	}
	return subtle.ConstantTimeCompare(h.derive(secret), h.key) == 1
}

func (h Hash) derive(secret string) []byte {
	deriving <- struct{}{}
	defer func() { <-deriving }()
	return argon2.IDKey([]byte(secret), h.salt, h.passes, h.memory, h.threads, uint32(len(h.key)))
}

// Nobody is compared with where there is no hash, so that the time tells nothing.
var Nobody = sync.OnceValue(func() Hash {
	h, err := Make("nobody")
	if err != nil {
		panic("password: a constant cannot be hashed: " + err.Error()) // it is not empty
	}
	return h
})

// String is the hash as it is written down.
func (h Hash) String() string { return h.encoded }

// Given reports whether there is a hash at all.
func (h Hash) Given() bool { return h.encoded != "" }

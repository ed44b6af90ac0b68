package password

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
)

func TestAHashMatchesItsSecretAndNoOther(t *testing.T) {
	t.Parallel()
	h, err := Make("correct horse battery")
	require.NoError(t, err)
	again, err := Make("correct horse battery")
	require.NoError(t, err)
	assert.NotEqual(t, h.String(), again.String(), "each has a salt of its own")
	read, err := Parse(h.String())
	require.NoError(t, err)
	assert.True(t, read.Matches("correct horse battery"))
	for _, wrong := range []string{"", "correct horse batterY", "correct horse battery ", strings.Repeat("x", MaxSecret+1)} {
		assert.False(t, read.Matches(wrong), "%q", wrong)
	}
	assert.False(t, Hash{}.Matches(""), "no hash matches nothing")
	assert.NotContains(t, h.String(), "horse")
}

// The known answer of RFC 9106 needs secret and associated data, which nobody uses
// for passwords; that library is held to it. What is ours is the form.
func TestTheFormIsTheUsualOne(t *testing.T) {
	t.Parallel()
	h, err := Parse("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + key(t))
	require.NoError(t, err)
	assert.True(t, h.Matches("password"))
}

func key(t *testing.T) string {
	t.Helper()
	h := Hash{memory: 64, passes: 1, threads: 1, salt: []byte("somesalt"), key: make([]byte, 32)}
	assert.Equal(t, argon2.IDKey([]byte("password"), []byte("somesalt"), 1, 64, 1, 32), h.derive("password"))
	return base64.RawStdEncoding.EncodeToString(h.derive("password"))
}

func TestWhatIsNoHashIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	good, err := Make("x")
	require.NoError(t, err)
	for _, text := range []string{
		"", "hunter2", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
		strings.Replace(good.String(), "v=19", "v=16", 1),
		strings.Replace(good.String(), "m=19456", "m=99999999", 1),
		strings.Replace(good.String(), "t=2", "t=0", 1),
		strings.Replace(good.String(), "p=1", "p=0", 1),
		strings.Replace(good.String(), "m=19456", "m=lots", 1),
		good.String()[:len(good.String())-30],
		good.String() + "=",
	} {
		_, err := Parse(text)
		require.ErrorIs(t, err, ErrNotHash, text)
		if len(text) > 0 {
			assert.NotContains(t, err.Error(), text)
		}
	}
	for _, secret := range []string{"", strings.Repeat("x", MaxSecret+1)} {
		_, err := Make(secret)
		assert.Error(t, err)
	}
}

func TestWhoGuessesIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	a := NewAttempts(3, time.Minute)
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for i := range 3 {
		assert.Zero(t, a.Begin("anne", now), i)
		now = now.Add(time.Second)
	}
	assert.Equal(t, 57*time.Second, a.Begin("anne", now))
	assert.Zero(t, a.Begin("yann", now), "nobody else is concerned")
	now = now.Add(57 * time.Second)
	assert.Zero(t, a.Begin("anne", now), "the first has passed")
	assert.Positive(t, a.Begin("anne", now))
	a.Succeeded("anne")
	assert.Zero(t, a.Begin("anne", now))
}

func TestAnAttemptThatWasRightIsTakenBackAndThoseBeforeItAreNot(t *testing.T) {
	t.Parallel()
	a := NewAttempts(2, time.Minute)
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	require.Zero(t, a.Begin("here", now))
	for range 5 {
		now = now.Add(time.Second)
		require.Zero(t, a.Begin("here", now))
		a.Withdraw("here", now)
		a.Withdraw("here", now)
	}
	require.Zero(t, a.Begin("here", now))
	assert.Positive(t, a.Begin("here", now), "the first counts still")
	a.Withdraw("nowhere", now)
	require.Zero(t, a.Begin("there", now))
	a.Withdraw("there", now)
	assert.NotContains(t, a.last, "there", "nothing is remembered for nothing")
}

func TestNamesThatAreTriedDoNotFillTheMemory(t *testing.T) {
	t.Parallel()
	a := NewAttempts(2, time.Hour)
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for i := range maxNames + 50 {
		a.Begin(fmt.Sprint("name", i), now.Add(time.Duration(i)))
	}
	assert.Len(t, a.last, maxNames)
	assert.NotContains(t, a.last, "name0")
}

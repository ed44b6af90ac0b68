package api

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
)

func TestASessionEndsByItsTimeAndWhenNobodyLooks(t *testing.T) {
	t.Parallel()
	s, now := newSessions(), time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	idle, busy := s.begin(config.Account{Login: "a1"}, now), s.begin(config.Account{Login: "a2"}, now)
	watching := s.find(busy, now).ended
	for range 24 {
		now = now.Add(sessionIdles - time.Second)
		if now.Sub(watchBegin) < sessionLasts {
			require.NotNil(t, s.find(busy, now))
		}
	}
	assert.Nil(t, s.find(idle, now))
	assert.Nil(t, s.find(busy, watchBegin.Add(sessionLasts)), "a day is over for everybody")
	_, open := <-watching
	assert.False(t, open, "its pages are told")
	assert.Nil(t, s.find("guessed", now))
	assert.Empty(t, s.by)
}

var watchBegin = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

func TestTooManySessionsEndTheOnesSeenLeastLately(t *testing.T) {
	t.Parallel()
	s, now := newSessions(), watchBegin
	first := s.begin(config.Account{Login: "a1"}, now)
	for i := range maxSessions - 1 {
		s.by[sha256.Sum256([]byte(fmt.Sprint(i)))] = &session{login: fmt.Sprint("b", i), began: now, seen: now.Add(time.Millisecond), ended: make(chan struct{})}
	}
	s.begin(config.Account{Login: "a2"}, now.Add(time.Second))
	assert.Len(t, s.by, maxSessions)
	assert.Nil(t, s.find(first, now.Add(time.Minute)))
}

func TestAnAccountThatSignsInAgainAndAgainTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	s, now := newSessions(), watchBegin
	other := s.begin(config.Account{Login: "a1"}, now)
	var tokens []string
	for range maxSessionsEach + 3 {
		now = now.Add(time.Second)
		tokens = append(tokens, s.begin(config.Account{Login: "a2"}, now))
	}
	assert.NotNil(t, s.find(other, now))
	assert.Len(t, s.by, 1+maxSessionsEach)
	assert.Nil(t, s.find(tokens[2], now))
	assert.NotNil(t, s.find(tokens[3], now), "those seen lately stay")
}

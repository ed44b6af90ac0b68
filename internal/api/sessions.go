package api

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/guichet/guichet/config"
)

// sessions are who is signed in at this controller. They are in its memory alone:
// what a stolen ledger holds signs nobody in, and after a restart people sign in
// anew. Only a hash of what the browser has is kept.
type sessions struct {
	mu sync.Mutex
	by map[[sha256.Size]byte]*session
}

// session is one browser that is signed in.
type session struct {
	login string
	// password is the hash that was matched: another one in the site ends the session.
	password string
	began    time.Time
	seen     time.Time
	ended    chan struct{}
}

const (
	// sessionLasts is for how long somebody stays signed in, a working day;
	// sessionIdles without a page that is open.
	sessionLasts = 12 * time.Hour
	sessionIdles = 30 * time.Minute
	maxSessions  = 10_000
	// maxSessionsEach are those of one account: browsers, not people.
	maxSessionsEach = 8
)

func newSessions() *sessions { return &sessions{by: map[[sha256.Size]byte]*session{}} }

// begin makes a session and returns what the browser is to keep. Whoever signs in once
// more than an account may takes the place of that account's session seen least lately,
// and no other's; when all places are taken, of the one of all.
func (s *sessions) begin(a config.Account, now time.Time) (token string) {
	token = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	if s.count(a.Login) >= maxSessionsEach {
		s.endOldest(func(one *session) bool { return one.login == a.Login })
	} else if len(s.by) >= maxSessions {
		s.endOldest(func(*session) bool { return true })
	}
	s.by[sha256.Sum256([]byte(token))] = &session{login: a.Login, password: a.Password.String(), began: now, seen: now, ended: make(chan struct{})}
	return token
}

// find returns the live session of a token, and notes that it was seen.
func (s *sessions) find(token string, now time.Time) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(token))
	found := s.by[key]
	if found == nil || found.over(now) {
		s.drop(key)
		return nil
	}
	found.seen = now
	return found
}

// end ends the session of a token, if there is one, and the pages that follow it.
func (s *sessions) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(sha256.Sum256([]byte(token)))
}

func (s *sessions) drop(key [sha256.Size]byte) {
	if found := s.by[key]; found != nil {
		close(found.ended)
		delete(s.by, key)
	}
}

func (s *sessions) sweep(now time.Time) {
	for key, found := range s.by {
		if found.over(now) {
			s.drop(key)
		}
	}
}

func (s *sessions) count(login string) (n int) {
	for _, found := range s.by {
		if found.login == login {
			n++
		}
	}
	return n
}

func (s *sessions) endOldest(among func(*session) bool) {
	var oldest [sha256.Size]byte
	var at time.Time
	for key, found := range s.by {
		if among(found) && (at.IsZero() || found.seen.Before(at)) {
			oldest, at = key, found.seen
		}
	}
	s.drop(oldest)
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.began) >= sessionLasts || now.Sub(s.seen) >= sessionIdles
}

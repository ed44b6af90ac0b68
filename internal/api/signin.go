package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/internal/terminal"
)

const (
	// Wrong passwords under one name, and from one address, where a whole center may
	// be: more are not tried within the time.
	maxAttempts, maxAttemptsFrom = 5, 50
	attemptsWithin               = 5 * time.Minute
)

// visitor is who is signed in.
type visitor struct {
	config.Account
	session *session
	token   string
}

// Session says who is signed in.
type Session struct {
	Login string      `json:"login"`
	Name  string      `json:"name"`
	Role  config.Role `json:"role"`
	// Agent is the one that the account is of; absent for a supervisor.
	Agent contact.Agent `json:"agent,omitempty"`
}

func (v *visitor) shown() Session {
	return Session{Login: v.Login, Name: v.Name, Role: v.Role, Agent: v.Agent()}
}

// The cookie of a session. Where everything is encrypted, a browser is told never to
// take one of that name from anywhere else.
const (
	cookieHere      = "guichet_session"
	cookieEncrypted = "__Host-guichet_session"
)

func cookie(d door, token string, maxAge int) *http.Cookie {
	name := cookieHere
	if d.encrypted {
		name = cookieEncrypted
	}
	return &http.Cookie{Name: name, Value: token, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: d.encrypted, SameSite: http.SameSiteStrictMode}
}

// visitor is who a request is from; nil for nobody. An account that the site does not
// have any more, or not with that password, is nobody's.
func (s *Server) visitor(r *http.Request) *visitor {
	has, err := r.Cookie(cookie(through(r), "", 0).Name)
	if err != nil {
		return nil
	}
	found := s.signedIn.find(has.Value, time.Now())
	if found == nil {
		return nil
	}
	account, known := s.Controller.Site().Accounts[found.login]
	if !known || account.Password.String() != found.password {
		s.signedIn.end(has.Value)
		return nil
	}
	return &visitor{Account: account, session: found, token: has.Value}
}

// credentials are the body of a sign-in.
type credentials struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// signIn begins a session. It never says which of the two was wrong.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	var body credentials
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Login == "" || body.Password == "" || len(body.Login) > maxShort || len(body.Password) > password.MaxSecret {
		return badRequest("login and password are needed", fmt.Sprintf("a password has up to %d bytes", password.MaxSecret))
	}
	// One after another, or nearly: a center whose people all sign in at eight o'clock
	// from one address has few attempts that nobody knows the end of.
	select {
	case s.comparing <- struct{}{}:
		defer func() { <-s.comparing }()
	case <-r.Context().Done():
		return &Error{Status: http.StatusServiceUnavailable, Code: "busy", Message: "nobody waits for this sign-in any more"}
	}
	now, from := time.Now(), origin(r)
	if wait := s.mayTry(body.Login, from, now); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		return &Error{Status: http.StatusTooManyRequests, Code: "too_many_attempts",
			Message: "there were too many wrong passwords", Hint: fmt.Sprintf("try again in %d s", int(wait.Seconds())+1)}
	}
	account, known := s.Controller.Site().Accounts[body.Login]
	hash := account.Password
	if !known {
		hash = password.Nobody()
	}
	if !hash.Matches(body.Password) || !known {
		s.Log.Warn("sign-in refused", zap.String("login", terminal.Plain(body.Login)), zap.String("from", from))
		return &Error{Status: http.StatusUnauthorized, Code: "wrong_password", Message: "that is not the password of such an account",
			Hint: "after a few wrong ones nothing is tried for some minutes"}
	}
	s.attempts.Succeeded(body.Login)
	s.attemptsFrom.Withdraw(from, now)
	if before := s.visitor(r); before != nil {
		s.signedIn.end(before.token)
	}
	token := s.signedIn.begin(account, now)
	http.SetCookie(w, cookie(through(r), token, int(sessionLasts.Seconds())))
	s.Log.Info("signed in", zap.String("login", account.Login), zap.String("role", string(account.Role)), zap.String("from", from))
	return reply(w, http.StatusOK, (&visitor{Account: account}).shown())
}

// mayTry counts an attempt under a name and from an address, or says for how long
// nothing is tried. Whoever signs in does not forgive what failed from his address: there
// may be others.
func (s *Server) mayTry(login, from string, now time.Time) (wait time.Duration) {
	if wait = s.attemptsFrom.Begin(from, now); wait > 0 {
		return wait
	}
	if wait = s.attempts.Begin(login, now); wait > 0 {
		s.attemptsFrom.Withdraw(from, now)
	}
	return wait
}

// origin is the address that a request comes from: what the proxy says of it, where
// one is declared.
func origin(r *http.Request) string {
	if through(r).proxied {
		if chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ","); chain[len(chain)-1] != "" {
			return terminal.Plain(strings.TrimSpace(chain[len(chain)-1]))
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// signedInAs says who is signed in.
func (s *Server) signedInAs(w http.ResponseWriter, r *http.Request) error {
	return reply(w, http.StatusOK, visiting(r).shown())
}

// signOut ends the session, and the pages of it.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	s.signedIn.end(visiting(r).token)
	http.SetCookie(w, cookie(through(r), "", -1))
	return reply(w, http.StatusOK, map[string]bool{"signed_out": true})
}

type visitorKey struct{}

// actor is by whom something is done: whoever has signed in, whatever the request says,
// and else whom it names.
func actor(r *http.Request, named string) (string, error) {
	if v := visiting(r); v != nil {
		return v.Login, nil
	}
	return author(named)
}

// visiting is who a request is from, once access has let it in; nil for a program of
// this machine.
func visiting(r *http.Request) *visitor {
	v, _ := r.Context().Value(visitorKey{}).(*visitor)
	return v
}

func withVisitor(r *http.Request, v *visitor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
}

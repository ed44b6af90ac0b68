package phone

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// registrar is a server that challenges REGISTER with 401 and INVITE with 407,
// checks the digest, and then accepts the one and finds the other busy.
type registrar struct {
	addr string

	mu       sync.Mutex
	password string
	contacts map[string]string // user → contact of the latest registration
	seen     []*sip.Request    // those with the right credentials
}

const nonce = "n0nce"

func newRegistrar(t *testing.T, password string) *registrar {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	r := &registrar{addr: conn.LocalAddr().String(), password: password, contacts: make(map[string]string)}
	w := newWire(conn, zap.NewNop(), func(sip.Message) {}, r.serve)
	t.Cleanup(func() {
		w.hush()
		require.NoError(t, w.close())
	})
	return r
}

func (r *registrar) serve(req *sip.Request, tx *sip.ServerTx) {
	switch req.Method {
	case sip.REGISTER:
		r.answer(req, tx, 401, "WWW-Authenticate", "Authorization", 200)
	case sip.INVITE:
		r.answer(req, tx, 407, "Proxy-Authenticate", "Proxy-Authorization", 486)
		select {
		case <-tx.Acks():
		case <-tx.Done():
		}
		tx.Terminate()
	default:
		tx.Terminate()
	}
}

func (r *registrar) answer(req *sip.Request, tx *sip.ServerTx, challenge int, ask, reply string, accepted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := challenge
	if h := req.GetHeader(reply); h != nil {
		if status = 403; r.proves(req, h.Value()) {
			status = accepted
			r.seen = append(r.seen, req)
			r.contacts[req.From().Address.User] = req.Contact().Address.String()
		}
	}
	res := sip.NewResponseFromRequest(req, status, "-", nil)
	if status == challenge {
		res.AppendHeader(sip.NewHeader(ask, `Digest realm="guichet",nonce="`+nonce+`",algorithm=MD5,qop="auth"`))
	}
	_ = tx.Respond(res)
}

func (r *registrar) proves(req *sip.Request, header string) bool {
	given, err := digest.ParseCredentials(header)
	if err != nil || given.Nonce != nonce {
		return false
	}
	wanted, err := digest.Digest(&digest.Challenge{Realm: "guichet", Nonce: nonce, Algorithm: "MD5", QOP: []string{"auth"}},
		digest.Options{Method: req.Method.String(), URI: req.Recipient.String(), Username: given.Username, Password: r.password, Cnonce: given.Cnonce, Count: given.Nc})
	return err == nil && wanted.Response == given.Response
}

func (r *registrar) accepted() []*sip.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*sip.Request(nil), r.seen...)
}

func (r *registrar) contact(user string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.contacts[user]
}

func TestPhoneRegistersWithDigestAndUnregisters(t *testing.T) {
	t.Parallel()
	ctx, server := within(t), newRegistrar(t, "secret")
	x := open(t, Options{LocalIP: "127.0.0.3", Server: server.addr})
	phone, err := x.Register(ctx, Account{User: "1001", Password: "secret"}, Answers(0))
	require.NoError(t, err)
	assert.Equal(t, "sip:1001@"+x.Addr(), server.contact("1001"), "the contact is our own address, not a wildcard or 127.0.0.1")

	require.NoError(t, phone.Unregister(ctx))
	seen := server.accepted()
	require.Len(t, seen, 2)
	assert.Equal(t, "300", seen[0].GetHeader("Expires").Value())
	assert.Equal(t, "0", seen[1].GetHeader("Expires").Value())
	assert.Equal(t, seen[0].CallID().Value(), seen[1].CallID().Value())
	assert.Greater(t, seen[1].CSeq().SeqNo, seen[0].CSeq().SeqNo)
}

func TestPhoneWithTheWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	server := newRegistrar(t, "secret")
	x := open(t, Options{LocalIP: "127.0.0.3", Server: server.addr})
	_, err := x.Register(within(t), Account{User: "1001", Password: "guess"}, Answers(0))
	assert.ErrorContains(t, err, "register phone 1001: server answers 403")
	_, err = x.Plug(Account{User: "1001"}, Answers(0))
	assert.NoError(t, err, "nothing of it is left")
}

func TestPhoneRenewsItsRegistration(t *testing.T) {
	t.Parallel()
	server := newRegistrar(t, "secret")
	x := open(t, Options{LocalIP: "127.0.0.3", Server: server.addr, Expires: time.Second})
	_, err := x.Register(within(t), Account{User: "1001", Password: "secret"}, Answers(0))
	require.NoError(t, err)
	eventually(t, "it registers again before it expires", func() bool { return len(server.accepted()) >= 2 })
}

func TestRegisteringWithoutAServerEndsWithTheContext(t *testing.T) {
	t.Parallel()
	dead, err := net.ListenPacket("udp4", "127.0.0.1:0") // bound, but nobody reads
	require.NoError(t, err)
	defer dead.Close()
	x := open(t, Options{LocalIP: "127.0.0.3", Server: dead.LocalAddr().String()})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = x.Register(ctx, Account{User: "1001"}, Answers(0))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestPhoneAnswersTheChallengeOfItsCall(t *testing.T) {
	t.Parallel()
	ctx, server := within(t), newRegistrar(t, "secret")
	x := open(t, Options{LocalIP: "127.0.0.3", Server: server.addr})
	phone, err := x.Register(ctx, Account{User: "1001", Password: "secret"}, Answers(0))
	require.NoError(t, err)
	c, err := phone.Call(ctx, "2014")
	require.NoError(t, err)
	end, err := c.WaitEnded(ctx)
	require.NoError(t, err)
	assert.Equal(t, End{By: Remote, Status: 486}, end, "past the challenge")
	assert.Same(t, phone, c.Phone())
}

func TestCallerWithoutAnAccountEndsAtTheChallenge(t *testing.T) {
	t.Parallel()
	ctx, server := within(t), newRegistrar(t, "secret")
	x := open(t, Options{LocalIP: "127.0.0.2", Server: server.addr})
	for _, account := range []Account{{}, {User: "1", Password: "guess"}} {
		c, err := x.Call(ctx, Caller{Number: "1", Account: account}, "2014")
		require.NoError(t, err)
		end, err := c.WaitEnded(ctx)
		require.NoError(t, err)
		if account == (Account{}) {
			assert.Equal(t, 407, end.Status)
		} else {
			assert.Equal(t, 403, end.Status)
		}
	}
}

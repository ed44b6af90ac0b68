package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
	"go.uber.org/zap"
)

// wire is sipgo's transport and transaction layer over one UDP socket. It uses
// package sip and not the server, client and dialogs above it, for three
// reasons met in v1.7.2:
//   - the server ends a transaction when its handler returns without a final
//     response, which would cost a goroutine for each ringing phone;
//   - every message is handled on a goroutine of its own, so their order is
//     lost: only a listener registered before the transaction layer sees them
//     as they came, and before anybody else touches them;
//   - headers are parsed when first asked for, which is a data race between
//     that layer's timers and us unless all have been asked for by then.
type wire struct {
	socket    *doorway
	local     sip.Addr
	transport *sip.TransportLayer
	tx        *sip.TransactionLayer
	serving   sync.WaitGroup
}

// newWire serves conn until close. arrived sees every message in the order of
// arrival and must not block; serve then gets requests, each on a goroutine of
// the library.
func newWire(conn net.PacketConn, log *zap.Logger, arrived func(sip.Message), serve sip.TransactionRequestHandler) *wire {
	logger := slog.New(quiet{log.WithOptions(zap.WithCaller(false))})
	addr := conn.LocalAddr().(*net.UDPAddr)
	w := &wire{
		socket: newDoorway(conn),
		local:  sip.Addr{IP: addr.IP, Port: addr.Port},
	}
	w.transport = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil, sip.WithTransportLayerLogger(logger))
	w.transport.OnMessage(func(m sip.Message) { parseAll(m); arrived(m) })
	w.tx = sip.NewTransactionLayer(w.transport, sip.WithTransactionLayerLogger(logger),
		sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})) // late repetitions
	w.tx.OnRequest(serve)
	w.serving.Go(func() { _ = w.transport.ServeUDP(w.socket) })
	<-w.socket.reading
	return w
}

// hush lets nothing more in and ends every transaction, so that whoever waits
// for one comes home. The socket stays: the library, when it wants to answer
// and finds none, binds a new one and starts a reader that nobody ends.
func (w *wire) hush() {
	w.socket.hold()
	w.tx.Close()
}

// close follows hush and the end of all our own work. What is left then is the
// library's goroutine for a message that came just before hush; it cannot be
// waited for, so it is given a moment.
func (w *wire) close() error {
	<-time.After(20 * time.Millisecond)
	w.tx.Close()
	w.socket.release()
	w.serving.Wait()
	return errors.Join(w.socket.Close(), w.transport.Close())
}

// doorway is the socket as the library reads it: it tells of the first read,
// since only from then on the library finds this socket for what it sends and
// does not try to bind a second one; and it can stop to let messages in
// without being closed.
type doorway struct {
	net.PacketConn
	once     sync.Once
	reading  chan struct{}
	held     chan struct{}
	released chan struct{}
}

func newDoorway(conn net.PacketConn) *doorway {
	return &doorway{PacketConn: conn, reading: make(chan struct{}), held: make(chan struct{}), released: make(chan struct{})}
}

func (d *doorway) hold() {
	close(d.held)
	_ = d.SetReadDeadline(time.Now()) // wakes the reader; an error means that it is gone
}

func (d *doorway) release() { close(d.released) }

func (d *doorway) ReadFrom(p []byte) (int, net.Addr, error) {
	d.once.Do(func() { close(d.reading) })
	n, from, err := d.PacketConn.ReadFrom(p)
	select {
	case <-d.held:
		<-d.released
		return 0, nil, net.ErrClosed
	default:
		return n, from, err
	}
}

// parseAll asks once for every header that the library parses lazily.
func parseAll(m sip.Message) {
	m.Via()
	m.From()
	m.To()
	m.CallID()
	m.CSeq()
	switch m := m.(type) {
	case *sip.Request:
		m.Contact()
		m.MaxForwards()
		m.Route()
		m.RecordRoute()
		m.ContentType()
		m.ContentLength()
	case *sip.Response:
		m.Contact()
		m.RecordRoute()
		m.ContentType()
		m.ContentLength()
	}
}

// request opens a transaction from our socket.
func (w *wire) request(ctx context.Context, req *sip.Request) (*sip.ClientTx, error) {
	req.Laddr = w.local
	return w.tx.Request(ctx, req)
}

// write sends a request outside of any transaction: the ACK of a success. The library writes
// into what it sends, and an ACK is sent again, by another goroutine, when the answer comes
// again; so each time a copy goes out.
func (w *wire) write(req *sip.Request) error {
	sent := req.Clone()
	sent.Laddr = w.local
	return w.transport.WriteMsg(sent)
}

// do sends a request other than INVITE and returns its final response.
func (w *wire) do(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	tx, err := w.request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("send %s: %w", req.Method, err)
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, fmt.Errorf("%s to %s: %w", req.Method, req.Destination(), tx.Err())
		case <-ctx.Done():
			return nil, fmt.Errorf("%s to %s: %w", req.Method, req.Destination(), ctx.Err())
		}
	}
}

// envelope is what every request of ours carries.
type envelope struct {
	method   sip.RequestMethod
	target   sip.Uri
	from     sip.FromHeader
	to       sip.ToHeader
	callID   string
	sequence uint32
	peer     string // host:port to send to
}

func (x *Exchange) compose(e envelope) *sip.Request {
	req := sip.NewRequest(e.method, e.target)
	callID, forwards := sip.CallIDHeader(e.callID), sip.MaxForwardsHeader(70)
	req.AppendHeader(x.newVia())
	req.AppendHeader(&forwards)
	req.AppendHeader(sip.HeaderClone(&e.from))
	req.AppendHeader(sip.HeaderClone(&e.to))
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: e.sequence, MethodName: e.method})
	req.AppendHeader(sip.NewHeader("User-Agent", userAgent))
	req.SetTransport("UDP")
	req.SetDestination(e.peer)
	req.SetBody(nil)
	return req
}

const userAgent = "guichet-phone"

func (x *Exchange) newVia() *sip.ViaHeader {
	via := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: "UDP", Host: x.ip.String(), Port: x.port}
	via.Params.Add("branch", sip.GenerateBranch())
	via.Params.Add("rport", "")
	return via
}

func withSDP(m interface {
	AppendHeader(sip.Header)
	SetBody([]byte)
}, body []byte) {
	kind := sip.ContentTypeHeader("application/sdp")
	m.AppendHeader(&kind)
	m.SetBody(body)
}

func isChallenge(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// authorised is the request again, with the answer to the challenge: a new
// branch, the next sequence number.
func (x *Exchange) authorised(req *sip.Request, res *sip.Response, account Account) (*sip.Request, error) {
	ask, reply := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		ask, reply = "Proxy-Authenticate", "Proxy-Authorization"
	}
	header := res.GetHeader(ask)
	if header == nil {
		return nil, fmt.Errorf("answer challenge %d: no %s header", res.StatusCode, ask)
	}
	challenge, err := digest.ParseChallenge(header.Value())
	if err != nil {
		return nil, fmt.Errorf("answer challenge %d: %w", res.StatusCode, err)
	}
	credentials, err := digest.Digest(challenge, digest.Options{
		Method: req.Method.String(), URI: req.Recipient.String(), Username: account.User, Password: account.Password,
	})
	if err != nil {
		return nil, fmt.Errorf("answer challenge %d: %w", res.StatusCode, err)
	}
	again := req.Clone()
	again.RemoveHeader("Via")
	again.PrependHeader(x.newVia())
	again.CSeq().SeqNo++
	again.RemoveHeader(reply)
	again.AppendHeader(sip.NewHeader(reply, credentials.String()))
	return again, nil
}

// quiet passes sipgo's log on, all of it at debug level: what it calls an
// error is mostly a peer that died, which the phones report in their own way.
type quiet struct{ log *zap.Logger }

func (q quiet) Enabled(context.Context, slog.Level) bool { return q.log.Core().Enabled(zap.DebugLevel) }

func (q quiet) Handle(_ context.Context, r slog.Record) error {
	fields := make([]zap.Field, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		fields = append(fields, zap.String(a.Key, a.Value.String()))
		return true
	})
	q.log.Debug("sipgo: "+r.Message, fields...)
	return nil
}

func (q quiet) WithAttrs([]slog.Attr) slog.Handler { return q }
func (q quiet) WithGroup(string) slog.Handler      { return q }

package phone

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// otherEar is an RTP port that is no phone's.
type otherEar struct{ conn *net.UDPConn }

func newOtherEar(t *testing.T) otherEar {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return otherEar{conn}
}

func (e otherEar) describes(d direction) []byte {
	return description{address: e.conn.LocalAddr().(*net.UDPAddr).AddrPort(), events: payloadEvent, direction: d}.body(2)
}

func (e otherEar) hears(t *testing.T, s Signature) {
	t.Helper()
	require.NoError(t, e.conn.SetReadDeadline(time.Now().Add(limit)))
	buf := make([]byte, 1500)
	n, err := e.conn.Read(buf)
	require.NoError(t, err)
	assert.Equal(t, s, signatureOf(buf[12:n]))
}

// invite sends an INVITE past the API of calls and acknowledges its success,
// with a session description when there is one for the ACK.
func invite(t *testing.T, x *Exchange, req *sip.Request, inACK []byte) *sip.Response {
	t.Helper()
	tx, err := x.wire.request(within(t), req)
	require.NoError(t, err)
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			if res.IsSuccess() {
				ack := req.Clone()
				ack.Method, ack.CSeq().MethodName = sip.ACK, sip.ACK
				ack.Via().Params.Add("branch", sip.GenerateBranch())
				ack.To().Params.Add("tag", res.To().Params.GetOr("tag", ""))
				ack.RemoveHeader("Content-Type")
				if ack.SetBody(nil); inACK != nil {
					withSDP(ack, inACK)
				}
				require.NoError(t, x.wire.write(ack))
			}
			return res
		case <-tx.Done():
			require.FailNow(t, "no final response", tx.Err())
		}
	}
}

func TestReinviteMovesTheAudio(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	ear := newOtherEar(t)
	req := caller.within(sip.INVITE)
	withSDP(req, ear.describes(bothWays))
	res := invite(t, l.callers, req, nil)
	require.Equal(t, 200, res.StatusCode)
	ear.hears(t, agent.Signature())

	answer, err := parseDescription(res.Body())
	require.NoError(t, err)
	assert.Equal(t, agent.stream().local().Port(), answer.address.Port())
	assert.True(t, agent.Talking(), "the call goes on")
}

func TestUpdateMovesTheAudioAndAnEmptyOneChangesNothing(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	res, err := l.callers.wire.do(l.ctx, caller.within(sip.UPDATE))
	require.NoError(t, err)
	assert.Equal(t, 200, res.StatusCode)
	assert.Empty(t, res.Body())

	ear := newOtherEar(t)
	req := caller.within(sip.UPDATE)
	withSDP(req, ear.describes(bothWays))
	res, err = l.callers.wire.do(l.ctx, req)
	require.NoError(t, err)
	assert.Equal(t, 200, res.StatusCode)
	ear.hears(t, agent.Signature())
}

func TestHoldStopsTheAudioUntilItEnds(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	ear := newOtherEar(t)
	req := caller.within(sip.INVITE)
	withSDP(req, ear.describes(sendOnly))
	res := invite(t, l.callers, req, nil)
	answer, err := parseDescription(res.Body())
	require.NoError(t, err)
	assert.Equal(t, recvOnly, answer.direction)
	assert.False(t, agent.stream().speaksTo().IsValid())

	req = caller.within(sip.INVITE)
	withSDP(req, ear.describes(bothWays))
	invite(t, l.callers, req, nil)
	ear.hears(t, agent.Signature())
}

func (s *stream) speaksTo() netip.AddrPort {
	s.out.Lock()
	defer s.out.Unlock()
	return s.out.remote
}

func TestInviteWithoutAnOfferGetsOursAndTheAnswerComesWithTheACK(t *testing.T) {
	l := newLine(t, Answers(0))
	ear := newOtherEar(t)
	target, peer, err := l.callers.resolve("sip:1001@" + l.agents.Addr())
	require.NoError(t, err)
	d := l.callers.newDialog(Caller{Number: "1"}, target, peer)
	req := l.callers.compose(envelope{method: sip.INVITE, target: target, from: d.local, to: d.remote, callID: t.Name(), sequence: 1, peer: peer})
	req.AppendHeader(l.callers.contact("1"))

	res := invite(t, l.callers, req, ear.describes(bothWays))
	offer, err := parseDescription(res.Body())
	require.NoError(t, err)
	assert.EqualValues(t, payloadEvent, offer.events)
	ear.hears(t, l.arriving().Signature())
}

func TestOfferWithoutPCMAIsNotAcceptable(t *testing.T) {
	l := newLine(t, Answers(0))
	target, peer, err := l.callers.resolve("sip:1001@" + l.agents.Addr())
	require.NoError(t, err)
	d := l.callers.newDialog(Caller{Number: "1"}, target, peer)
	req := l.callers.compose(envelope{method: sip.INVITE, target: target, from: d.local, to: d.remote, callID: t.Name(), sequence: 1, peer: peer})
	withSDP(req, []byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n"))
	assert.Equal(t, 488, invite(t, l.callers, req, nil).StatusCode)
	assert.Equal(t, 488, l.end(l.arriving()).Status)
}

func TestRequestsOutsideOfCallsAreAnswered(t *testing.T) {
	l := newLine(t, Answers(0))
	for method, status := range map[sip.RequestMethod]int{
		sip.OPTIONS: 200, sip.NOTIFY: 200, sip.MESSAGE: 405, sip.BYE: 481, sip.UPDATE: 481, sip.CANCEL: 481,
	} {
		target, peer, err := l.callers.resolve("sip:1001@" + l.agents.Addr())
		require.NoError(t, err)
		d := l.callers.newDialog(Caller{Number: "1"}, target, peer)
		d.remote.Params.Add("tag", "unknown")
		req := l.callers.compose(envelope{method: method, target: target, from: d.local, to: d.remote, callID: t.Name(), sequence: 1, peer: peer})
		res, err := l.callers.wire.do(l.ctx, req)
		require.NoError(t, err, method)
		assert.Equal(t, status, res.StatusCode, method)
	}
}

func TestGarbageDisturbsNobody(t *testing.T) {
	l := newLine(t, Answers(0))
	conn, err := net.Dial("udp4", l.agents.Addr())
	require.NoError(t, err)
	defer conn.Close()
	for _, garbage := range []string{
		"\x00\xff", "INVITE", "INVITE sip:1001@x SIP/2.0\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n",
		"BYE sip:1001@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nCSeq: 1 BYE\r\n\r\n",
		"INVITE sip:1001@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKy\r\nCSeq: 1 INVITE\r\nTo: <sip:1>\r\n\r\n",
	} {
		_, err := conn.Write([]byte(garbage))
		require.NoError(t, err)
	}
	caller, agent := l.talking()
	rtp, err := net.Dial("udp4", agent.stream().local().String())
	require.NoError(t, err)
	defer rtp.Close()
	_, _ = rtp.Write([]byte{0x80})
	_, _ = rtp.Write([]byte{0x80, 200, 0, 1})
	eventually(t, "audio goes on", func() bool { return agent.Heard(caller.Signature()) > 2 })
}

package phone

import (
	"net/netip"
	"testing"

	"github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSignatureIsFoundWhateverTheAlignment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Signature(rapid.Uint32Range(1, signatureLimit-1).Draw(t, "signature"))
		frame := s.frame()
		cut := rapid.IntRange(0, 7).Draw(t, "cut")
		require.Equal(t, s, signatureOf(frame[cut:]))
	})
}

func TestOtherSoundsHaveNoSignature(t *testing.T) {
	t.Parallel()
	one, other := Signature(7).frame(), Signature(8).frame()
	mixed := append(append([]byte(nil), one[:80]...), other[80:]...)
	silence := make([]byte, frameBytes)
	for i := range silence {
		silence[i] = 0xD5
	}
	quietest := make([]byte, frameBytes)
	for i := range quietest {
		quietest[i] = signatureMarker
	}
	for name, payload := range map[string][]byte{
		"nothing": nil, "short": one[:4], "silence": silence, "marker only": quietest, "two parties": mixed,
	} {
		assert.Zero(t, signatureOf(payload), name)
	}
}

func TestASignatureIsFoundBesideOthersWhoAreSilent(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		require.Equal(t, byte(b), encodeALaw(decodeALaw(byte(b))))
	}
	require.Equal(t, hushLevel, decodeALaw(silence[0]))
	for range 1000 {
		said := newSignature()
		for silent := range len(beside) + 1 {
			mixed := said.frame()
			for i := range mixed {
				mixed[i] = encodeALaw(decodeALaw(mixed[i]) + silent*hushLevel)
			}
			require.Equal(t, said, signatureOf(mixed[:]), "beside %d who are silent", silent)
		}
	}
	first, second := Signature(500).frame(), Signature(900).frame()
	for i := range first {
		first[i] = encodeALaw(decodeALaw(first[i]) + decodeALaw(second[i]))
	}
	require.Zero(t, signatureOf(first[:]), "two who speak")
}

// Whoever is in a mixing bridge hears the sum of all less himself, and Asterisk cuts off
// what does not fit into a sample.
func TestTwoWhoSpeakAtTheSameTimeHearEachOther(t *testing.T) {
	t.Parallel()
	fits := func(level int) int { return max(-0x8000, min(level, 0x7fff)) }
	for range 1000 {
		one, other := newSignature(), newSignature()
		said, besides := one.frame(), other.frame()
		for shift := range 4 {
			var heard [frameBytes]byte
			for i := range heard {
				own := decodeALaw(besides[(i+shift)%frameBytes])
				heard[i] = encodeALaw(fits(fits(decodeALaw(said[i])+own) - own))
			}
			require.Equal(t, one, signatureOf(heard[:]), "by %d", other)
		}
	}
}

func TestNewSignaturesDiffer(t *testing.T) {
	t.Parallel()
	assert.NotEqual(t, newSignature(), newSignature())
}

func TestDescriptionIsReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for _, d := range []description{
		{netip.MustParseAddrPort("127.0.0.2:40000"), 101, bothWays},
		{netip.MustParseAddrPort("10.0.0.1:2"), 96, sendOnly},
		{netip.MustParseAddrPort("10.0.0.1:2"), 0, inactive},
	} {
		read, err := parseDescription(d.body(1))
		require.NoError(t, err)
		assert.Equal(t, d, read)
	}
}

func TestDescriptionTakesTheAddressOfTheStreamAndIgnoresVideo(t *testing.T) {
	t.Parallel()
	d, err := parseDescription([]byte("v=0\nc=IN IP4 10.0.0.1\na=sendonly\nm=audio 4000 RTP/AVP 0 8 96\nc=IN IP4 10.0.0.2\n" +
		"a=rtpmap:96 telephone-event/8000\na=rtpmap:97 telephone-event/16000\na=recvonly\nm=video 4002 RTP/AVP 99\nc=IN IP4 10.0.0.3\na=inactive\n"))
	require.NoError(t, err)
	assert.Equal(t, description{netip.MustParseAddrPort("10.0.0.2:4000"), 96, recvOnly}, d)
	assert.False(t, d.silent())
	assert.Equal(t, sendOnly, d.direction.answer())
}

func TestDescriptionWithoutUseIsRefused(t *testing.T) {
	t.Parallel()
	_, err := parseDescription(nil)
	assert.Error(t, err)
	_, err = parseDescription([]byte("c=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 0 18\n"))
	assert.ErrorIs(t, err, errNoCommonMedia)
	held, err := parseDescription([]byte("c=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 8\n"))
	require.NoError(t, err)
	assert.True(t, held.silent())
}

func TestOneKeyCountsOnceThroughRepetitionAndLoss(t *testing.T) {
	t.Parallel()
	var ear digitEar
	ear.packet(100, eventPayload(5, false, 160))
	ear.packet(100, eventPayload(5, false, 320))
	for range 3 {
		ear.packet(100, eventPayload(5, true, 480))
	}
	ear.packet(900, eventPayload(5, true, 480)) // only an end arrived
	ear.packet(1700, eventPayload(11, false, 160))
	ear.packet(2500, []byte{200, 0, 0, 0}) // no key
	ear.packet(3300, []byte{1})            // torn
	assert.Equal(t, "55#", ear.digits.String())
}

func TestKeystrokeIsSentAsRFC4733Wants(t *testing.T) {
	t.Parallel()
	s, err := openStream(netip.MustParseAddr("127.0.0.1"), 1, cadence{tone: 3, pause: 2})
	require.NoError(t, err)
	defer s.close()
	assert.Zero(t, s.local().Port()%2)
	ear := newOtherEar(t)
	s.aim(description{address: ear.conn.LocalAddr().(interface{ AddrPort() netip.AddrPort }).AddrPort(), events: 96, direction: bothWays})
	s.tick(false) // the first frame of audio
	keys, err := keystrokes("9")
	require.NoError(t, err)
	sent, err := s.press(keys)
	require.NoError(t, err)
	for range 5 {
		s.tick(true) // what is made up for hurries no key
		s.tick(false)
	}
	<-sent

	type packet struct {
		marker, end bool
		duration    int
	}
	want := []packet{{true, false, 160}, {false, false, 320}, {false, true, 480}, {false, true, 480}, {false, true, 480}}
	buf := make([]byte, 1500)
	_, err = ear.conn.Read(buf) // the frame of audio
	require.NoError(t, err)
	var stamp []byte
	for _, w := range want {
		n, err := ear.conn.Read(buf)
		require.NoError(t, err)
		require.Equal(t, 16, n)
		if stamp == nil {
			stamp = append(stamp, buf[4:8]...)
		}
		assert.Equal(t, stamp, buf[4:8], "one timestamp for one key")
		assert.EqualValues(t, 96, buf[1]&0x7f)
		assert.EqualValues(t, 9, buf[12])
		assert.Equal(t, w, packet{buf[1]&0x80 != 0, buf[13]&0x80 != 0, int(buf[14])<<8 | int(buf[15])})
	}
}

func TestReasonHeaderTellsTheCause(t *testing.T) {
	t.Parallel()
	req := sip.NewRequest(sip.BYE, sip.Uri{Host: "x"})
	reason, cause := reasonOf(req)
	assert.Empty(t, reason)
	assert.Zero(t, cause)
	req.AppendHeader(sip.NewHeader("Reason", `Q.850;cause=17;text="User busy"`))
	reason, cause = reasonOf(req)
	assert.Equal(t, 17, cause)
	assert.Contains(t, reason, "User busy")
}

func TestDisplayNamesSurviveTheirQuotes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zé"\\| ]{0,20}`).Draw(t, "name")
		require.Equal(t, name, unquoted(quoted(name)))
	})
}

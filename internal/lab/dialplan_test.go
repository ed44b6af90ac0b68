package lab_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// exchange opens a telephone exchange that speaks from ip to a.
func exchange(t *testing.T, a *lab.Asterisk, ip string) *phone.Exchange {
	t.Helper()
	x, err := phone.Open(t.Context(), phone.Options{LocalIP: ip, Server: a.SIPAddr()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, x.Close()) })
	return x
}

func dial(t *testing.T, x *phone.Exchange, from, to string) *phone.Call {
	t.Helper()
	call, err := x.Call(soon(t, time.Minute), phone.Caller{Number: from}, to)
	require.NoError(t, err)
	return call
}

func endOf(t *testing.T, call *phone.Call) phone.End {
	t.Helper()
	end, err := call.WaitEnded(soon(t, 20*time.Second))
	require.NoError(t, err)
	return end
}

// stasisStart is the event that presents a call to the controller.
type stasisStart struct {
	Type    string
	Args    []string
	Channel struct {
		ID, State string
		Caller    struct{ Number string }
	}
}

// controller is just enough of one: it holds the application and asks for things.
type controller struct {
	t    *testing.T
	a    *lab.Asterisk
	conn *websocket.Conn
}

func connect(t *testing.T, a *lab.Asterisk) *controller {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, a.ARIURL(), nil)
	require.NoError(t, err)
	request.SetBasicAuth(a.ARIUser(), a.ARIPassword())
	conn, _, err := websocket.Dial(soon(t, time.Minute), a.ARIURL()+"/events?app=guichet",
		&websocket.DialOptions{HTTPHeader: request.Header, Subprotocols: []string{"ari"}})
	require.NoError(t, err)
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &controller{t: t, a: a, conn: conn}
}

// nextCall waits for a call to be presented.
func (c *controller) nextCall() stasisStart {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	for {
		var event stasisStart
		require.NoError(c.t, wsjson.Read(ctx, c.conn, &event))
		if event.Type == "StasisStart" {
			return event
		}
	}
}

func (c *controller) post(path string, query url.Values, body any) {
	c.t.Helper()
	var content io.Reader = http.NoBody // Asterisk answers 400 to a body that says null
	if body != nil {
		encoded, err := json.Marshal(body)
		require.NoError(c.t, err)
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(http.MethodPost, c.a.ARIURL()+path+"?"+query.Encode(), content)
	require.NoError(c.t, err)
	request.SetBasicAuth(c.a.ARIUser(), c.a.ARIPassword())
	request.Header.Set("Content-Type", "application/json")
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer answer.Body.Close()
	require.Less(c.t, answer.StatusCode, 300, path)
}

func TestACallIsPresentedWithItsEntryItsArrivalAndAnE164Number(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{})
	c := connect(t, a)
	trunk := exchange(t, a, lab.DefaultTrunk)
	for _, want := range []struct{ from, number, to, entry string }{
		{"0612345678", "+33612345678", "2014", "2014"},
		{"+33612345678", "+33612345678", "0199002014", "0199002014"},
		{"33612345678", "+33612345678", "+33199002014", "0199002014"},
		{"0033612345678", "+33612345678", "0033199002014", "0199002014"},
		{"004915112345678", "+4915112345678", "2014", "2014"},
		{"3939", "3939", "2014", "2014"},
		{"anonymous", "", "2014", "2014"},
		{strings.Repeat("9", 200), strings.Repeat("9", 24), "2014", "2014"},
	} {
		call := dial(t, trunk, want.from, want.to)
		got := c.nextCall()

		assert.Equal(t, want.number, got.Channel.Caller.Number, want.from)
		require.Len(t, got.Args, 4)
		assert.Equal(t, []string{"entry", want.entry}, got.Args[:2], want.to)
		assert.Equal(t, "allowed_not_screened", got.Args[3], "nobody asked for privacy")
		assert.Empty(t, got.Args[2], "the first time, the controller's clock counts")
		require.NoError(t, call.Hangup(t.Context()))
	}
}

func TestANumberThatIsNoEntryIsRefused(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{})
	trunk := exchange(t, a, lab.DefaultTrunk)
	for _, number := range []string{"9999", "0612345678", "+33612345678", "+44199002014", "0044199002014", "20144", "s", "i", "h", "arrive", "trunk", "1001", "+33,from-agent"} {
		assert.Equal(t, 404, endOf(t, dial(t, trunk, "0612345678", number)).Status, number)
	}
}

// TestAStrangerIsNotServedWhateverNameItClaims: the operator is known by address
// only, an agent by password only.
func TestAStrangerIsNotServedWhateverNameItClaims(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{Agents: []lab.Account{{User: "1001", Password: "secret"}}})
	stranger := exchange(t, a, "127.0.0.99")

	for _, name := range []string{"trunk", "1001", "0612345678", "anonymous"} {
		assert.Equal(t, 401, endOf(t, dial(t, stranger, name, "2014")).Status, name)
	}
}

func TestACallerHearsMusicWhileNoControllerIsThereAndKeepsItsRank(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{})
	trunk := exchange(t, a, lab.DefaultTrunk)
	before := time.Now()
	call := dial(t, trunk, "0612345678", "2014")
	require.NoError(t, call.WaitAnswered(soon(t, 10*time.Second)))
	answered := time.Now()
	require.Eventually(t, func() bool { return call.PacketsReceived() > 50 }, 10*time.Second, 10*time.Millisecond, "music")
	got := connect(t, a).nextCall()

	arrived, err := strconv.ParseInt(got.Args[2], 10, 64)
	require.NoError(t, err)
	assert.WithinRange(t, time.UnixMilli(arrived), before.Truncate(time.Millisecond), answered, "and not when he tries again")
	assert.Equal(t, "Up", got.Channel.State)
	assert.True(t, call.Talking())
	require.NoError(t, call.Hangup(t.Context()))
}

func TestACallerGoesToTheFallbackWhenTheControllerStaysAway(t *testing.T) {
	t.Parallel()
	parts(t)
	// The operator's gateway must be known before Asterisk starts.
	gateway, err := phone.Open(t.Context(), phone.Options{LocalIP: "127.0.0.4"})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, gateway.Close()) })
	fallback, err := gateway.Plug(phone.Account{User: "0123456789"}, phone.Answers(0))
	require.NoError(t, err)
	a := startAsterisk(t, lab.AsteriskOptions{
		TrunkContact: gateway.Addr(),
		Globals:      map[string]string{"RETRY_FOR": "0", "FALLBACK": "0123456789"},
	})

	call := dial(t, exchange(t, a, lab.DefaultTrunk), "0612345678", "2014")

	received, err := fallback.NextCall(soon(t, 20*time.Second))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return call.Heard(received.Signature()) > 0 }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, "+33612345678", received.From().Number)
	require.NoError(t, call.Hangup(t.Context()))
	endOf(t, received)
}

func TestAFallbackThatIsAnEntryIsNeverDialled(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{Globals: map[string]string{"RETRY_FOR": "0", "FALLBACK": "2014"}, TrunkContact: lab.DefaultTrunk})

	end := endOf(t, dial(t, exchange(t, a, lab.DefaultTrunk), "0612345678", "2014"))

	assert.Equal(t, 200, end.Status, "a sentence was played")
	assert.Equal(t, phone.Remote, end.By)
}

func TestAnAgentsOwnCallAsksTheController(t *testing.T) {
	t.Parallel()
	account := phone.Account{User: "1001", Password: "secret"}
	a := startAsterisk(t, lab.AsteriskOptions{Agents: []lab.Account{{User: account.User, Password: account.Password}}})
	agent, err := exchange(t, a, "127.0.0.3").Register(soon(t, 10*time.Second), account, phone.RingsForEver())
	require.NoError(t, err)

	call, err := agent.Call(t.Context(), "0612345678")
	require.NoError(t, err)
	assert.Equal(t, 503, endOf(t, call).Status, "no controller: refused")

	c := connect(t, a)
	call, err = agent.Call(t.Context(), "*21#")
	require.NoError(t, err)
	got := c.nextCall()
	assert.Equal(t, []string{"agent", "*21#"}, got.Args)
	assert.Equal(t, "1001", got.Channel.Caller.Number)
	require.NoError(t, call.Hangup(t.Context()))
}

// TestTheAgentsPhoneShowsTheConnectedLine holds what surprised us in 22.10.1: on a
// leg that is created and then dialled, CALLERID is never sent to the phone;
// CONNECTEDLINE is, and with the flag i it costs no re-INVITE after the answer.
func TestTheAgentsPhoneShowsTheConnectedLine(t *testing.T) {
	t.Parallel()
	account := phone.Account{User: "1001", Password: "secret"}
	a := startAsterisk(t, lab.AsteriskOptions{Agents: []lab.Account{{User: account.User, Password: account.Password}}})
	agent, err := exchange(t, a, "127.0.0.3").Register(soon(t, 10*time.Second), account, phone.RingsForEver())
	require.NoError(t, err)
	c := connect(t, a)

	c.post("/channels/create", url.Values{"endpoint": {"PJSIP/1001"}, "app": {"guichet"}, "channelId": {"leg-1"}},
		map[string]any{"variables": map[string]string{
			"CONNECTEDLINE(all,i)":                `"Impôts 75 2 min" <+33612345678>`,
			"PJSIP_HEADER(add,X-Guichet-Contact)": "c-42",
		}})
	require.Equal(t, "Down", c.nextCall().Channel.State)
	c.post("/channels/leg-1/dial", url.Values{"timeout": {"10"}}, nil)

	call, err := agent.NextCall(soon(t, 10*time.Second))
	require.NoError(t, err)
	assert.Equal(t, phone.Party{Name: "Impôts 75 2 min", Number: "+33612345678"}, call.From())
	assert.Equal(t, "c-42", call.Header("X-Guichet-Contact"))
}

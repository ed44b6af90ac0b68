package bench

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheWireTimesThePromptThatFollowsAKey(t *testing.T) {
	t.Parallel()
	const event = `{"digit":"1","duration_ms":100,"type":"ChannelDtmfReceived","timestamp":"2026-11-26T10:31:40.380+0100",` +
		`"channel":{"id":"1795690300.7","name":"PJSIP/trunk-00000001"}}`
	asterisk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // the event comes in two pieces
			_, _ = w.Write([]byte(event[:60]))
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write([]byte(event[60:] + "\n"))
		}
	}))
	t.Cleanup(asterisk.Close)
	w, err := openWire(asterisk.URL + "/ari")
	require.NoError(t, err)
	t.Cleanup(w.close)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	post := func(path string) {
		answer, err := client.Post(w.url()+path, "application/json", nil)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}

	post("/channels/1795690300.7/play/p1")
	assert.Empty(t, w.taken(), "no key before it")
	answer, err := client.Get(w.url() + "/events?app=guichet")
	require.NoError(t, err)
	heard, err := bufio.NewReader(answer.Body).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, event+"\n", heard)
	post("/channels/1795690300.8/play/p1")
	assert.Empty(t, w.taken(), "another caller's")
	post("/channels/1795690300.7/play/p2")
	post("/channels/1795690300.7/play/p3")
	took := w.taken()
	require.Len(t, took, 1, "the first prompt after it")
	assert.Less(t, took[0], time.Minute)
	assert.Positive(t, took[0])
}

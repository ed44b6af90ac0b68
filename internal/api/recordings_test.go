package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func recordedHouse() *house { return houseOf(reporttest.Recorded(reporttest.Site())) }

func TestRecordedConversationsAreListedWithTheirPurposeAndTheirEnd(t *testing.T) {
	t.Parallel()
	h := recordedHouse()
	all := get[[]api.Recording](t, h, "/api/v1/recordings")
	require.Len(t, all, 3)
	over, failed, goesOn := all[0], all[1], all[2]
	assert.Equal(t, []fact.RecordingID{"c31.r1", "c32.r1", "c33.r1"}, []fact.RecordingID{over.ID, failed.ID, goesOn.ID})
	assert.Equal(t, "accueil", over.Purpose)
	assert.EqualValues(t, "a1", over.Agent)
	require.NotNil(t, over.Until)
	assert.Equal(t, 30*24*time.Hour, over.Until.Sub(*over.Ended))
	assert.True(t, failed.Failed && !over.Failed)
	assert.Nil(t, goesOn.Ended)
	assert.Empty(t, get[[]api.Recording](t, h, "/api/v1/recordings?queue=autre"))
	assert.Len(t, get[[]api.Recording](t, h, "/api/v1/recordings?queue="+string(over.Queue)), 3)
}

// Whoever listens says who he is, which is noted; what is being said now is for nobody.
func TestWhoListensToARecordingIsNoted(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Accounts = accounts(t)
	c := reporttest.Recorded(site)
	o := options(c)
	core, logs := observer.New(zap.InfoLevel)
	o.Log = zap.New(core)
	h := &house{c, api.New(o).Handler()}
	code, text, header := h.exchange(t, "GET", "/api/v1/recordings/c31.r1/file?by=marie", "")
	require.Equal(t, http.StatusOK, code)
	assert.Equal(t, "RIFF of c31", text)
	assert.Equal(t, "audio/wav", header.Get("Content-Type"))
	assert.Equal(t, "no-store", header.Get("Cache-Control"))
	noted := logs.FilterMessage("recording of a conversation fetched").All()
	require.Len(t, noted, 1)
	assert.Equal(t, "marie", noted[0].ContextMap()["by"])
	assert.Equal(t, "c31.r1", noted[0].ContextMap()["recording"])
	code, text = h.ask(t, "GET", "/api/v1/recordings/c31.r1/file?by=marie", "", "Cookie", h.signIn(t, "cheffe"))
	require.Equal(t, http.StatusOK, code, text)
	noted = logs.FilterMessage("recording of a conversation fetched").All()
	require.Len(t, noted, 2)
	assert.Equal(t, "cheffe", noted[1].ContextMap()["by"], "who has signed in is who listens")
	for path, want := range map[string]int{
		"c31.r1/file": 400, "c32.r1/file?by=marie": 404, "c33.r1/file?by=marie": 409, "c99.r1/file?by=marie": 404,
	} {
		code, text = h.ask(t, "GET", "/api/v1/recordings/"+path, "")
		assert.Equal(t, want, code, "%s: %s", path, text)
	}
	c.Away = true
	h.fails(t, http.StatusServiceUnavailable, "busy", "GET", "/api/v1/recordings/c31.r1/file?by=marie", "")
	assert.Len(t, logs.FilterMessage("recording of a conversation fetched").All(), 2)
}

func TestARecordingIsDeletedBySomebody(t *testing.T) {
	t.Parallel()
	h := recordedHouse()
	const deletes = "/api/v1/recordings/c31.r1/delete"
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", deletes, `{}`)
	h.fails(t, http.StatusConflict, "no_effect", "POST", "/api/v1/recordings/c33.r1/delete", `{"by": "marie"}`)
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/recordings/c99.r1/delete", `{"by": "marie"}`)
	h.Away = true
	h.fails(t, http.StatusServiceUnavailable, "busy", "POST", deletes, `{"by": "marie"}`)
	h.Away = false
	code, text := h.ask(t, "POST", deletes, `{"by": "marie"}`)
	require.Equal(t, http.StatusOK, code, text)
	assert.Len(t, get[[]api.Recording](t, h, "/api/v1/recordings"), 2)
	h.fails(t, http.StatusNotFound, "not_found", "POST", deletes, `{"by": "marie"}`)
}

func TestACallSaysThatItIsRecorded(t *testing.T) {
	t.Parallel()
	h := recordedHouse()
	has := get[api.Assigned](t, h, "/api/v1/agents/a1/contact")
	require.NotNil(t, has.Contact.Conversation)
	assert.Equal(t, engine.TapeOn, has.Contact.Conversation.Recording)
	for _, step := range []struct {
		f   fact.Fact
		how engine.TapeState
	}{
		{fact.Held{By: "a1"}, engine.TapeInterrupted},
		{fact.Retrieved{By: "a1"}, engine.TapeOn},
		{fact.RecordingPaused{Recording: "c33.r1", By: "a1"}, engine.TapePaused},
		{fact.Held{By: "a1"}, engine.TapePaused},
	} {
		h.Change(func(l *reporttest.Ledger) { l.Own("c33", step.f) })
		assert.Equal(t, step.how, get[api.Assigned](t, h, "/api/v1/agents/a1/contact").Contact.Conversation.Recording, "%+v", step)
	}
}

// brokenOff has a file that ends before its end.
type brokenOff struct{ *reporttest.Controller }

func (b brokenOff) Conversation(context.Context, contact.Node, fact.RecordingID) (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader("RIFF of"), iotest.ErrReader(errors.New("asterisk went away")))), nil
}

func TestARecordingThatIsBrokenOffIsNotTakenForTheWhole(t *testing.T) {
	t.Parallel()
	o := options(reporttest.Recorded(reporttest.Site()))
	o.Controller = brokenOff{reporttest.Recorded(reporttest.Site())}
	core, logs := observer.New(zap.WarnLevel)
	o.Log = zap.New(core)
	served := httptest.NewServer(api.New(o).Handler())
	defer served.Close()
	answer, err := served.Client().Get(served.URL + "/api/v1/recordings/c31.r1/file?by=marie")
	if err == nil { // what was there had been sent already
		_, err = io.ReadAll(answer.Body)
		require.NoError(t, answer.Body.Close())
	}
	require.Error(t, err)
	assert.Len(t, logs.FilterMessage("a recording was not sent to its end").All(), 1)
	assert.Zero(t, logs.FilterMessage("http answer panicked").Len())
}

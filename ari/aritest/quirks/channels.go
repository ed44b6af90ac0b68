package quirks

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// repeated: a second playback of the same name plays a second time.
func repeated(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	caller, hangUp := s.caller()
	defer hangUp()
	leg := s.leg(Rings)
	again := map[string]string{"endpoint": w.Endpoint(Rings), "app": w.Application(), "channelId": leg}
	assert.Equal(t, http.StatusConflict, w.ask("POST /channels/create", again).status)
	bridge := w.id()
	w.must("POST /bridges/" + bridge + "?type=mixing")
	assert.Equal(t, http.StatusConflict, w.ask("POST /bridges/"+bridge+"?type=mixing").status)
	w.must("DELETE /bridges/" + bridge)
	w.must("DELETE /channels/" + leg)

	playback := w.id()
	play := func() reply {
		return w.ask("POST /channels/"+caller+"/play/"+playback, map[string]any{"media": w.Settings().Endless})
	}
	assert.Equal(t, http.StatusCreated, play().status)
	s.next("PlaybackStarted")
	assert.Equal(t, http.StatusCreated, play().status)
	w.must("DELETE /playbacks/" + playback)
	w.must("DELETE /channels/" + caller)
	s.next("StasisEnd")
}

func states(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	leg := s.leg(Rings)
	play := func() reply {
		return w.ask("POST /channels/"+leg+"/play/"+w.id(), map[string]any{"media": w.Settings().Endless})
	}
	assert.Equal(t, http.StatusPreconditionFailed, play().status, "not up")
	w.must("POST /channels/" + leg + "/dial?timeout=30")
	s.next("ChannelStateChange")
	assert.Equal(t, http.StatusConflict, w.ask("POST /channels/"+leg+"/dial").status, "not Down")
	w.must("DELETE /channels/" + leg)
	s.next("ChannelDestroyed")
	w.gone(leg) // a little later than that is told
	assert.Equal(t, http.StatusNotFound, w.ask("POST /channels/"+leg+"/dial").status)
	assert.Equal(t, http.StatusNotFound, w.ask("DELETE /channels/"+leg).status)
	assert.Equal(t, http.StatusNotFound, play().status)
	bridge := w.id()
	w.must("POST /bridges/" + bridge + "?type=mixing")
	assert.Equal(t, http.StatusBadRequest, w.ask("POST /bridges/"+bridge+"/addChannel?channel="+leg).status, "here it is not 404")
	w.must("DELETE /bridges/" + bridge)
	w.eventually("404 of a bridge that is gone, which for a moment is 409", func() bool {
		return w.ask("DELETE /bridges/"+bridge).status == http.StatusNotFound
	})
}

// dialledTwice: both dials are accepted.
func dialledTwice(_ *testing.T, w *wire) {
	s := w.listen(w.Application())
	leg := s.leg(Silent)
	w.must("POST /channels/" + leg + "/dial?timeout=30")
	w.must("POST /channels/" + leg + "/dial?timeout=30")
	s.next("StasisEnd")
	w.gone(leg)
}

// busy: no Dial with BUSY comes for a leg dialled by ARI, and what is told of it
// comes in this order, but for the first two: that it was dialled is told by another
// thread than that it is to end, which was first in 2 of 12 runs.
func busy(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	leg := s.leg(Busy)
	w.must("POST /channels/" + leg + "/dial?timeout=30")
	var told []string
	for {
		switch f := s.next(everyKind...); f.kind() {
		case "Dial":
			told = append(told, "Dial "+f.text("dialstatus"))
		case "ChannelHangupRequest", "StasisEnd":
			told = append(told, f.kind())
		case "ChannelDestroyed":
			told = append(told, f.kind()+" "+f.text("cause_txt"))
			slices.Sort(told[:min(2, len(told))])
			assert.Equal(t, []string{"ChannelHangupRequest", "Dial ", "StasisEnd", "ChannelDestroyed User busy"}, told)
			return
		}
	}
}

// bridgeWaits: the answer comes when the prompts before it are over.
func bridgeWaits(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	caller, hangUp := s.caller()
	defer hangUp()
	playback, bridge := w.id(), w.id()
	w.must("POST /bridges/" + bridge + "?type=mixing")
	w.must("POST /channels/"+caller+"/play/"+playback, map[string]any{"media": w.Settings().Endless})
	s.next("PlaybackStarted")
	added := make(chan reply, 1)
	go func() {
		r, _ := w.try(t.Context(), "POST /bridges/"+bridge+"/addChannel?channel="+caller)
		added <- r
	}()
	assert.NotContains(t, kinds(s.settle()), "ChannelEnteredBridge")
	assert.Empty(t, added)
	w.must("DELETE /playbacks/" + playback)
	assert.Equal(t, http.StatusNoContent, (<-added).status)
	s.next("ChannelEnteredBridge")
	w.must("DELETE /bridges/" + bridge)
	s.next("ChannelLeftBridge")
}

// falseConflict: the error number of a thread is never reset, so that after one
// repeated id an unreachable phone is refused with 409 on the same connection.
func falseConflict(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	away := func() int {
		return w.ask("POST /channels/create", map[string]string{"endpoint": w.Endpoint(Unregistered), "app": w.Application(), "channelId": w.id()}).status
	}
	assert.Equal(t, http.StatusInternalServerError, away())
	leg := s.leg(Rings)
	assert.Equal(t, http.StatusConflict,
		w.ask("POST /channels/create", map[string]string{"endpoint": w.Endpoint(Rings), "app": w.Application(), "channelId": leg}).status)
	assert.Equal(t, http.StatusConflict, away(), "the id is new")
	w.must("DELETE /channels/" + leg)
	s.next("ChannelDestroyed")
}

// stuck: REST over the websocket is served one request after the other, and what
// waits for a channel's thread has no bound. HTTP goes on.
func stuck(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	caller, hangUp := s.caller()
	defer hangUp()
	playback := w.id()
	w.must("POST /channels/"+caller+"/play/"+playback, map[string]any{"media": w.Settings().Endless})
	s.next("PlaybackStarted")
	s.request("waits", http.MethodPost, "channels/"+caller+"/variable?variable=A&value=b")
	s.request("behind", http.MethodGet, "asterisk/info")
	w.must("GET /asterisk/info")
	assert.NotContains(t, kinds(s.settle()), "RESTResponse")
	w.must("DELETE /playbacks/" + playback)
	for _, id := range []string{"waits", "behind"} {
		assert.Equal(t, id, s.next("RESTResponse").text("request_id"))
	}
}

// swallowed: answers go through the filter of events. A list of allowed ones that
// does not name RESTResponse keeps them back.
func swallowed(t *testing.T, w *wire) {
	s := w.listen(w.id())
	allow := func(kinds ...string) {
		allowed := []any{}
		for _, k := range kinds {
			allowed = append(allowed, map[string]string{"type": k})
		}
		w.must("PUT /applications/"+s.app+"/eventFilter", map[string]any{"allowed": allowed})
	}
	allow("ChannelUserevent")
	s.request("lost", http.MethodPost, "events/user/done?application="+s.app)
	s.next("ChannelUserevent")
	s.settle()
	allow("ChannelUserevent", "RESTResponse")
	s.request("heard", http.MethodGet, "asterisk/info")
	assert.Equal(t, "heard", s.next("RESTResponse").text("request_id"))
}

// snooped: the id of a snoop channel that is there answers 500, as everything does that
// fails; and the end of what it hears ends it, a moment later, without a request.
func snooped(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	caller, hangUp := s.caller()
	defer hangUp()
	id := w.id()
	snoop := func(on, id, spy, whisper string) reply {
		return w.ask("POST /channels/"+on+"/snoop/"+id, map[string]string{"app": w.Application(), "appArgs": "spy,a", "spy": spy, "whisper": whisper})
	}
	assert.Equal(t, http.StatusBadRequest, snoop(caller, id, "none", "none").status)
	assert.Equal(t, http.StatusBadRequest, snoop(caller, id, "left", "none").status)
	assert.Equal(t, http.StatusNotFound, snoop(w.id(), id, "both", "none").status)
	assert.Equal(t, http.StatusOK, snoop(caller, id, "both", "none").status)
	start := s.next("StasisStart")
	assert.Equal(t, id, start.text("channel", "id"))
	assert.Equal(t, "Up", start.text("channel", "state"), "at once")
	assert.Equal(t, http.StatusInternalServerError, snoop(caller, id, "both", "out").status, "not 409")
	assert.Equal(t, http.StatusOK, w.ask("GET /channels/"+id).status, "and it is there")

	bridge := w.id()
	w.must("POST /bridges/" + bridge + "?type=mixing")
	w.must("POST /bridges/" + bridge + "/addChannel?channel=" + id)
	assert.Equal(t, id, s.next("ChannelEnteredBridge").text("channel", "id"))
	w.must("DELETE /channels/" + caller)
	var told []string
	for {
		f := s.next(everyKind...)
		if f.text("channel", "id") == id {
			told = append(told, f.kind())
		}
		if f.kind() == "StasisEnd" && f.text("channel", "id") == id {
			break
		}
	}
	assert.Equal(t, []string{"ChannelLeftBridge", "StasisEnd"}, told)
	w.gone(id)
	w.must("DELETE /bridges/" + bridge)
}

// toldTwice: a key that ends while the one before is still being played is held back,
// told when it comes and again when it is taken up, before any other.
func toldTwice(t *testing.T, w *wire) {
	const keys = "123456789"
	s := w.listen(w.Application())
	_, c := s.somebody()
	defer c.Hangup()
	c.PressInHaste(keys)
	var told []string
	for len(told) == 0 || told[len(told)-1] != "9" {
		told = append(told, s.next("ChannelDtmfReceived").text("digit"))
	}
	assert.Greater(t, len(told), len(keys))
	assert.Equal(t, strings.Split(keys, ""), slices.Compact(told))
}

// joinedNatively: what one of two who are alone in a bridge keys is told to nobody, unless
// the bridge has dtmf_events.
func joinedNatively(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	one, c := s.somebody()
	defer c.Hangup()
	two, d := s.somebody()
	defer d.Hangup()
	for key, kind := range []string{"mixing", "mixing,dtmf_events"} {
		bridge := w.id()
		w.must("POST /bridges/" + bridge + "?type=" + kind)
		defer w.must("DELETE /bridges/" + bridge)
		for _, who := range []string{one, two} {
			w.must("POST /bridges/" + bridge + "/addChannel?channel=" + who)
			s.next("ChannelEnteredBridge")
		}
		c.PressInHaste(strconv.Itoa(key))
	}
	assert.Equal(t, "1", s.next("ChannelDtmfReceived").text("digit"), "the first was told to nobody")
}

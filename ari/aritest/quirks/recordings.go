package quirks

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// recordingKept: whoever hangs up while he is recorded leaves what he said so far, and
// RecordingFinished comes before the end of the call. The name is taken meanwhile and
// afterwards, and for a moment the recording still shows, as one that is done.
func recordingKept(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	caller, hangUp := s.caller()
	name := w.id()
	record := func() reply {
		return w.ask("POST /channels/"+caller+"/record", map[string]any{"name": name, "format": "wav", "maxSilenceSeconds": 30, "ifExists": "fail"})
	}
	assert.Equal(t, http.StatusCreated, record().status)
	s.next("RecordingStarted")
	assert.Equal(t, "recording", w.must("GET /recordings/live/" + name).body["state"])
	assert.Equal(t, http.StatusNotFound, w.ask("GET /recordings/live/"+w.id()).status)
	assert.Equal(t, http.StatusConflict, record().status, "under way")
	hangUp()
	assert.Equal(t, name, s.next("RecordingFinished", "RecordingFailed", "StasisEnd").text("recording", "name"))
	if live := w.ask("GET /recordings/live/" + name); live.status == http.StatusOK {
		assert.Equal(t, "done", live.body["state"])
	}
	s.next("StasisEnd")
	w.eventually("the recording to be over", func() bool { return w.ask("GET /recordings/live/"+name).status == http.StatusNotFound })
	w.must("GET /recordings/stored/" + name + "/file")
	w.must("DELETE /recordings/stored/" + name)
	assert.Equal(t, http.StatusNotFound, w.ask("GET /recordings/stored/"+name+"/file").status)
	assert.Equal(t, http.StatusNotFound, w.ask("DELETE /recordings/stored/"+name).status)
}

// bridgeRecorded: a bridge that nobody is in can be recorded, and leaves its file when
// it ends. So somebody far away finds out whether recordings can be written at all.
func bridgeRecorded(t *testing.T, w *wire) {
	bridge, name := w.id(), w.id()
	record := map[string]any{"name": name, "format": "wav", "maxDurationSeconds": 30, "ifExists": "fail"}
	assert.Equal(t, http.StatusNotFound, w.ask("POST /bridges/"+bridge+"/record", record).status)
	w.must("POST /bridges/" + bridge)
	assert.Equal(t, http.StatusCreated, w.ask("POST /bridges/"+bridge+"/record", record).status)
	w.eventually("it to run, or to be over", func() bool {
		live := w.ask("GET /recordings/live/" + name)
		return live.status == http.StatusNotFound || live.body["state"] == "recording"
	})
	w.must("DELETE /bridges/" + bridge)
	w.eventually("its file", func() bool { return w.ask("GET /recordings/stored/"+name+"/file").status == http.StatusOK })
	w.eventually("it to be over", func() bool { return w.ask("GET /recordings/live/"+name).status == http.StatusNotFound })
	w.must("DELETE /recordings/stored/" + name)
}

// recordingEnds: by its longest time; a prompt waits behind it.
func recordingEnds(t *testing.T, w *wire) {
	s := w.listen(w.Application())
	caller, hangUp := s.caller()
	defer hangUp()
	name, playback := w.id(), w.id()
	w.must("POST /channels/"+caller+"/record", map[string]any{"name": name, "format": "wav", "maxDurationSeconds": 1})
	s.next("RecordingStarted")
	w.must("POST /channels/"+caller+"/play/"+playback, map[string]any{"media": w.Settings().Endless})
	assert.Equal(t, "RecordingFinished", s.next("RecordingFinished", "PlaybackStarted").kind())
	s.next("PlaybackStarted")
	w.http.CloseIdleConnections() // idle for as long as the server keeps them
	assert.Equal(t, http.StatusConflict,
		w.ask("POST /channels/"+caller+"/record", map[string]any{"name": name, "format": "wav", "ifExists": "fail"}).status, "it lies there")
	w.must("DELETE /recordings/stored/" + name)
	w.must("DELETE /playbacks/" + playback)
}

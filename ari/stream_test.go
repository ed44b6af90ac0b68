package ari_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
)

// spool answers every request as a file is read, and its client has the given patience.
func spool(t *testing.T, wait time.Duration, file http.HandlerFunc) *ari.Client {
	t.Helper()
	s := httptest.NewServer(file)
	t.Cleanup(s.Close)
	c, err := ari.New(ari.Options{URL: s.URL + "/ari", Username: "u", Password: "p", Application: "a", RequestTimeout: wait})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Run(endedContext())) })
	return c
}

// Four hours of talk are 230 MB, seven times what is read of another answer.
func TestALongRecordingIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	const long = 230 << 20
	c := spool(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/ari/recordings/stored/tape.r1/file", r.URL.Path)
		w.Header().Set("Content-Length", fmt.Sprint(long))
		_, _ = io.CopyN(w, endless{}, long)
	})
	file, err := c.OpenRecording(t.Context(), "tape.r1")
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, file)
	require.NoError(t, err)
	assert.EqualValues(t, long, n)
	require.NoError(t, file.Close())
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestARecordingThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	c := spool(t, time.Minute, http.NotFound)
	_, err := c.OpenRecording(t.Context(), "tape.r1")
	require.ErrorIs(t, err, ari.ErrNotFound)
	assert.EqualValues(t, 1, c.Counters().RequestErrors)
}

// The bound is that of each part: a file may take longer than a request, a part may not.
func TestARecordingThatStallsIsGivenUp(t *testing.T) {
	t.Parallel()
	const wait = 2 * time.Second
	stuck := make(chan struct{})
	c := spool(t, wait, func(w http.ResponseWriter, _ *http.Request) {
		pace := time.NewTicker(wait / 4) // as slow as a loaded machine
		defer pace.Stop()
		for range 6 { // longer than wait, as a whole
			_, _ = io.WriteString(w, "part")
			_ = http.NewResponseController(w).Flush()
			<-pace.C
		}
		<-stuck
	})
	defer close(stuck)
	file, err := c.OpenRecording(t.Context(), "tape.r1")
	require.NoError(t, err)
	heard, err := io.ReadAll(file)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Equal(t, strings.Repeat("part", 6), string(heard))
	require.NoError(t, file.Close())
}

func TestARecordingThatIsCutShortIsNotTakenForTheWhole(t *testing.T) {
	t.Parallel()
	c := spool(t, time.Minute, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "part")
	})
	file, err := c.OpenRecording(t.Context(), "tape.r1")
	require.NoError(t, err)
	_, err = io.ReadAll(file)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NoError(t, file.Close())
}

// Whoever reads slowly, or forgets to, holds up nobody but other readers of files.
func TestReadersOfRecordingsTakeNoConnectionOfCalls(t *testing.T) {
	t.Parallel()
	c := spool(t, 300*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "stored") {
			_, _ = io.WriteString(w, "[]")
			return
		}
		_, _ = io.CopyN(w, endless{}, 64<<20)
	})
	var open []io.Closer
	// On a machine that stands still a request may be given up: it is made again.
	opens := func() (file io.ReadCloser) {
		t.Helper()
		require.Eventually(t, func() (opened bool) {
			var err error
			file, err = c.OpenRecording(t.Context(), "tape.r1")
			return err == nil
		}, patience, tick)
		return file
	}
	for range 4 {
		open = append(open, opens())
	}
	_, err := c.OpenRecording(t.Context(), "tape.r1")
	require.ErrorIs(t, err, context.DeadlineExceeded, "a fifth reader")
	require.Eventually(t, func() bool {
		_, err := c.ListChannels(t.Context())
		return err == nil
	}, patience, tick)
	for _, file := range open {
		require.NoError(t, file.Close())
	}
	require.NoError(t, opens().Close())
}

package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// watch opens a stream as a browser does; stop closes it and returns what it said.
func (h *house) watch(t *testing.T, path, cookie string) (stop func() string, over <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	r.Header.Set("Cookie", cookie)
	w, ended := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(ended)
		h.handler.ServeHTTP(w, r)
	}()
	return func() string {
		cancel()
		<-ended
		return w.Body.String()
	}, ended
}

var liveViews = []string{"/api/v1/events", "/api/v1/card/events"}

// renewed is a controller whose site is another one from a moment on.
type renewed struct {
	*reporttest.Controller
	site atomic.Pointer[config.Site]
}

func (c *renewed) Site() *config.Site { return c.site.Load() }

func TestALiveViewEndsWithItsAccountAlthoughNothingChanges(t *testing.T) {
	t.Parallel()
	for _, path := range liveViews {
		synctest.Test(t, func(t *testing.T) {
			h, site := staffed(t)
			c := &renewed{Controller: h.Controller}
			c.site.Store(site)
			o := options(h.Controller)
			o.Controller = c
			h.handler = api.New(o).Handler()
			stop, over := h.watch(t, path, h.signIn(t, "a1"))
			time.Sleep(time.Minute)
			after := *site
			after.Accounts = nil
			c.site.Store(&after)
			select {
			case <-over:
			case <-time.After(time.Minute):
				assert.Fail(t, "it goes on", path)
			}
			assert.Contains(t, stop(), "event: signed_out", path)
		})
	}
}

func TestAnOpenLiveViewKeepsItsSession(t *testing.T) {
	t.Parallel()
	for _, path := range liveViews {
		synctest.Test(t, func(t *testing.T) {
			h, _ := staffed(t)
			cookie := h.signIn(t, "a1")
			stop, _ := h.watch(t, path, cookie)
			time.Sleep(2 * time.Hour)
			code, text := h.ask(t, "GET", "/api/v1/session", "", "Cookie", cookie)
			require.Equal(t, http.StatusOK, code, text)
			assert.NotContains(t, stop(), "signed_out", path)
		})
	}
}

// Eight are enough for anybody, and the ninth is refused to him alone.
func TestAnAccountTakesNobodysPlaceAmongTheLiveViews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := staffed(t)
		greedy, other := h.signIn(t, "a1"), h.signIn(t, "cheffe")
		var stops []func() string
		for i := range 8 {
			stop, _ := h.watch(t, liveViews[i%2], greedy)
			stops = append(stops, stop)
		}
		synctest.Wait()
		for _, path := range liveViews {
			e := h.fails(t, http.StatusServiceUnavailable, "busy", "GET", path, "", "Cookie", greedy)
			assert.Contains(t, e.Message, "a1")
		}
		stop, over := h.watch(t, "/api/v1/events", other)
		synctest.Wait()
		select {
		case <-over:
			assert.Fail(t, "refused", stop())
		default:
		}
		stops = append(stops, stop)
		stops[0]()
		again, _ := h.watch(t, "/api/v1/events", greedy)
		synctest.Wait()
		for _, stop := range append(stops[1:], again) {
			assert.Contains(t, stop(), "data:")
		}
	})
}

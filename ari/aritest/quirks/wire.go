package quirks

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// patience bounds every wait; none is expected to need it.
const patience = 30 * time.Second

// wire speaks to one Asterisk for one test.
type wire struct {
	Asterisk
	t    *testing.T
	http *http.Client
	made int
}

func newWire(t *testing.T, a Asterisk) *wire {
	w := &wire{Asterisk: a, t: t, http: &http.Client{Transport: &http.Transport{}, Timeout: patience}}
	t.Cleanup(w.http.CloseIdleConnections)
	return w
}

// id is a new name for something this test makes.
func (w *wire) id() string {
	w.made++
	return fmt.Sprintf("%x-%d", time.Now().UnixNano(), w.made)
}

func (w *wire) authorization() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(w.User()+":"+w.Password()))
}

// reply is an answer of the interface.
type reply struct {
	status int
	body   map[string]any // of a JSON object
	list   []frame        // of a list of them
}

// ask sends one request, such as "POST /bridges/x?type=mixing".
func (w *wire) ask(request string, body ...any) reply {
	w.t.Helper()
	r, err := w.try(w.t.Context(), request, body...)
	require.NoError(w.t, err, request)
	return r
}

// text is a string somewhere in the answer.
func (r reply) text(path ...string) string { return frame(r.body).text(path...) }

// must asks and wants it done.
func (w *wire) must(request string, body ...any) reply {
	w.t.Helper()
	r := w.ask(request, body...)
	require.Less(w.t, r.status, 300, "%s: %v", request, r.body)
	return r
}

func (w *wire) try(ctx context.Context, request string, body ...any) (reply, error) {
	method, path, _ := strings.Cut(request, " ")
	var content io.Reader = http.NoBody // Asterisk answers 400 to a body that says null
	if len(body) > 0 {
		text, err := json.Marshal(body[0])
		if err != nil {
			return reply{}, err
		}
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, w.URL()+path, content)
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Authorization", w.authorization())
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	got := reply{status: answer.StatusCode}
	_ = json.Unmarshal(text, &got.body) // a list, or nothing, has no fields
	_ = json.Unmarshal(text, &got.list)
	return got, err
}

// frame is one message on a socket.
type frame map[string]any

func (f frame) kind() string { return f.text("type") }

func (f frame) text(path ...string) string {
	var v any = map[string]any(f)
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	text, _ := v.(string)
	return text
}

// socket is the event websocket of one client.
type socket struct {
	w      *wire
	conn   *websocket.Conn
	app    string
	frames chan frame
	kept   []frame       // taken from frames and not looked at yet
	closed chan struct{} // after the last frame
	err    error         // why it was closed
}

// listen registers an application, with more parameters such as
// subscribeAll=true, until it is heard: see storm.
func (w *wire) listen(app string, more ...string) *socket {
	w.t.Helper()
	for range 5 {
		s := w.register(app, more...)
		if s.hears() {
			return s
		}
		s.cut()
	}
	w.t.Fatalf("application %s cannot be registered", app)
	return nil
}

// register opens a socket, whatever comes of it.
func (w *wire) register(app string, more ...string) *socket {
	w.t.Helper()
	s := &socket{w: w, app: app, conn: w.connect(app, more...), frames: make(chan frame, 10_000), closed: make(chan struct{})}
	go s.read()
	w.t.Cleanup(s.cut)
	return s
}

// hears reports whether a probe comes back. What came before it is kept.
func (s *socket) hears() bool {
	s.w.t.Helper()
	enough := time.NewTimer(300 * time.Millisecond)
	defer enough.Stop()
	mark := s.w.id()
	for s.w.ask("POST /events/user/"+mark+"?application="+s.app).status == http.StatusNotFound {
		select { // the handshake is answered a moment before the application is registered
		case <-enough.C:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	for {
		select {
		case f := <-s.frames:
			if f.text("eventname") == mark {
				return true
			}
			s.kept = append(s.kept, f)
		case <-enough.C:
			return false
		}
	}
}

func (w *wire) connect(app string, more ...string) *websocket.Conn {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	query := "?app=" + url.QueryEscape(app)
	for _, m := range more {
		query += "&" + m
	}
	conn, _, err := websocket.Dial(ctx, w.URL()+"/events"+query, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		HTTPHeader: http.Header{"Authorization": {w.authorization()}}, Subprotocols: []string{"ari"},
	})
	require.NoError(w.t, err)
	conn.SetReadLimit(16 << 20)
	return conn
}

func (s *socket) read() {
	defer close(s.closed)
	for {
		_, text, err := s.conn.Read(context.Background())
		if err != nil {
			s.err = err
			return
		}
		var f frame
		if json.Unmarshal(text, &f) == nil {
			s.frames <- f
		}
	}
}

// cut breaks the connection without a handshake.
func (s *socket) cut() {
	_ = s.conn.CloseNow()
	<-s.closed
}

// next waits for the next message of one of these types and returns it; those
// before it are passed over.
func (s *socket) next(kinds ...string) frame {
	s.w.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for len(s.kept) > 0 {
		f := s.kept[0]
		s.kept = s.kept[1:]
		if slices.Contains(kinds, f.kind()) {
			return f
		}
	}
	for {
		select {
		case f := <-s.frames:
			if slices.Contains(kinds, f.kind()) {
				return f
			}
		case <-s.closed:
			s.w.t.Fatalf("the socket was closed while waiting for %v: %v", kinds, s.err)
		case <-timeout.C:
			s.w.t.Fatalf("no %v came", kinds)
		}
	}
}

// until waits for a message of a type, and returns it with those before it.
func (s *socket) until(kind string) (heard []frame) {
	s.w.t.Helper()
	for {
		heard = append(heard, s.next(everyKind...))
		if heard[len(heard)-1].kind() == kind {
			return heard
		}
	}
}

// settle returns everything that was sent before now: a probe of our own marks
// the place.
func (s *socket) settle() (heard []frame) {
	s.w.t.Helper()
	mark := s.w.id()
	s.w.must("POST /events/user/" + mark + "?application=" + s.app)
	for {
		f := s.next(everyKind...)
		if f.kind() == "ChannelUserevent" && f.text("eventname") == mark {
			return heard
		}
		heard = append(heard, f)
	}
}

// everyKind are the messages that these tests may meet.
var everyKind = []string{
	"ApplicationReplaced", "ApplicationRegistered", "ApplicationUnregistered", "BridgeCreated", "BridgeDestroyed",
	"ChannelCallerId", "ChannelConnectedLine", "ChannelCreated", "ChannelDestroyed", "ChannelDialplan", "ChannelDtmfReceived", "ChannelEnteredBridge",
	"ChannelHangupRequest", "ChannelHold", "ChannelLeftBridge", "ChannelStateChange", "ChannelUnhold", "ChannelUserevent", "ChannelVarset",
	"ContactStatusChange", "Dial", "EndpointStateChange", "PeerStatusChange", "PlaybackContinuing", "PlaybackFinished",
	"PlaybackStarted", "RESTResponse", "RecordingFailed", "RecordingFinished", "RecordingStarted", "StasisEnd", "StasisStart",
}

// kinds are the types of messages, in their order.
func kinds(frames []frame) []string {
	list := []string{}
	for _, f := range frames {
		list = append(list, f.kind())
	}
	return list
}

// request sends a request by the websocket; its answer is a RESTResponse.
func (s *socket) request(id, method, uri string) {
	s.w.t.Helper()
	text, err := json.Marshal(map[string]any{
		"type": "RESTRequest", "transaction_id": id, "request_id": id, "method": method, "uri": uri,
	})
	require.NoError(s.w.t, err)
	require.NoError(s.w.t, s.conn.Write(s.w.t.Context(), websocket.MessageText, text))
}

// caller makes somebody call and returns the channel when it is in the
// application, answered.
func (s *socket) caller() (channel string, hangUp func()) {
	s.w.t.Helper()
	channel, c := s.somebody()
	return channel, c.Hangup
}

// somebody is like caller, for what else a caller can do.
func (s *socket) somebody() (channel string, c Caller) {
	s.w.t.Helper()
	c = s.w.Call(s.w.t)
	channel = s.next("StasisStart").text("channel", "id")
	s.w.must("POST /channels/" + channel + "/answer")
	return channel, c
}

// leg makes a leg to a phone, not dialled.
func (s *socket) leg(b Behaviour) (id string) {
	s.w.t.Helper()
	id = s.w.id()
	s.w.must("POST /channels/create", map[string]string{"endpoint": s.w.Endpoint(b), "app": s.app, "channelId": id})
	s.next("StasisStart")
	return id
}

// eventually waits for a condition.
func (w *wire) eventually(what string, so func() bool) {
	w.t.Helper()
	require.Eventually(w.t, so, patience, 5*time.Millisecond, what)
}

// known reports whether an application exists.
func (w *wire) known(app string) bool {
	w.t.Helper()
	return w.ask("GET /applications/"+app).status == http.StatusOK
}

// gone waits until a channel is not there any more.
func (w *wire) gone(channel string) {
	w.t.Helper()
	w.eventually("the channel to be gone", func() bool { return w.ask("GET /channels/"+channel).status == http.StatusNotFound })
}

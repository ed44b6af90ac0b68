package aritest

import (
	"encoding/json"
	"time"
)

// fields are the members of a JSON object.
type fields map[string]any

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000-0700") }

// application is a Stasis application. It outlives its client as long as a
// channel is in it, and everything said meanwhile is lost.
type application struct {
	s       *Server
	name    string
	session *session // nil while nobody is connected
	deaf    bool     // registered on paper only
	denied  map[string]bool
}

// Frame is one event on its way to the client.
type Frame struct {
	Type string
	Text string // JSON
}

// emit sends an event to the client of an application; without one it is lost
// for good.
func (s *Server) emit(app *application, typ string, f fields) {
	if app == nil {
		return
	}
	f["type"] = typ
	f["timestamp"] = stamp(s.now())
	f["application"] = app.name
	f["asterisk_id"] = s.config.EntityID
	text, err := json.Marshal(f)
	if err != nil {
		panic("aritest: an event that is no JSON: " + err.Error())
	}
	frame := Frame{Type: typ, Text: string(text)}
	switch {
	case app.session == nil, app.deaf, s.muted, app.denied[typ]:
	case s.held != nil:
		*s.held = append(*s.held, frame)
	default:
		app.session.send(frame)
	}
}

// register gives an application to a new client. The one before is told, keeps
// its socket and hears nothing more.
func (s *Server) register(name string, client *session) *application {
	app := s.apps[name]
	if app == nil {
		app = &application{s: s, name: name}
		s.apps[name] = app
	}
	if app.session != nil {
		s.emit(app, "ApplicationReplaced", fields{})
	}
	app.session = client
	app.deaf, s.deafenNext = s.deafenNext, false
	return app
}

// deactivate is the end of a client's socket.
func (a *application) deactivate(client *session) {
	if a.session == client {
		a.session = nil
		a.collect()
	}
}

// collect removes an application that has neither client nor channel, and its
// filter with it.
func (a *application) collect() {
	if a == nil || a.session != nil || a.s.apps[a.name] != a {
		return
	}
	for _, ch := range a.s.order {
		if ch.app == a && ch.inStasis {
			return
		}
	}
	delete(a.s.apps, a.name)
}

func (a *application) json() fields {
	channels, bridges := []string{}, []string{}
	for _, ch := range a.s.order {
		if ch.app == a && ch.inStasis {
			channels = append(channels, ch.id)
		}
	}
	for id := range a.s.bridges {
		bridges = append(bridges, id)
	}
	denied := []fields{}
	for typ := range a.denied {
		denied = append(denied, fields{"type": typ})
	}
	return fields{
		"name": a.name, "channel_ids": channels, "bridge_ids": bridges, "endpoint_ids": []string{},
		"device_names": []string{}, "events_allowed": []string{}, "events_disallowed": denied,
	}
}

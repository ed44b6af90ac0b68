package aritest

import (
	"encoding/json"
	"strings"
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
	allowed map[string]bool // nil for everything
	all     bool            // subscribed to everything: nothing but its socket holds it
	sources map[string]int  // explicit subscriptions, counted
	backlog []Frame         // of a client that Asterisk itself connects to, while it is away
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
	if f["timestamp"] == nil {
		f["timestamp"] = stamp(s.now())
	}
	f["application"] = app.name
	f["asterisk_id"] = s.config.EntityID
	text, err := json.Marshal(f)
	if err != nil {
		panic("aritest: an event that is no JSON: " + err.Error())
	}
	frame := Frame{Type: typ, Text: string(text)}
	switch {
	case app.denied[typ], app.allowed != nil && !app.allowed[typ]:
	case app.session == nil && s.outbound:
		app.backlog = append(app.backlog, frame)
	case app.session == nil, app.deaf, s.muted:
	case s.held != nil:
		*s.held = append(*s.held, frame)
	default:
		app.session.send(frame)
	}
}

// register gives an application to a new client. The one before is told, keeps
// its socket and hears nothing more.
func (s *Server) register(name string, all bool, client *session) *application {
	app := s.apps[name]
	if app == nil {
		app = &application{s: s, name: name, all: all, sources: make(map[string]int)}
		s.apps[name] = app
	}
	if app.session != nil {
		s.emit(app, "ApplicationReplaced", fields{})
	}
	app.session = client
	app.deaf, s.deafenNext = s.deafenNext, false
	for _, f := range app.backlog {
		client.send(f)
	}
	app.backlog = nil
	if s.forgetNext {
		s.forgetNext = false
		delete(s.apps, name)
	}
	return app
}

// deactivate is the end of a client's socket.
func (a *application) deactivate(client *session) {
	if a.session == client {
		a.session = nil
		a.collect()
	}
}

// collect removes an application that has no client, channel or subscription, and
// its filter with it. One that is subscribed to everything is held by no channel; one
// that Asterisk itself connects for stays.
func (a *application) collect() {
	if a == nil || a.session != nil || a.s.outbound || a.s.apps[a.name] != a || len(a.sources) > 0 {
		return
	}
	for _, ch := range a.s.order {
		if ch.app == a && ch.inStasis && !a.all {
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
	endpoints := []string{}
	for source := range a.sources {
		endpoints = append(endpoints, strings.TrimPrefix(source, "endpoint:"))
	}
	return fields{
		"name": a.name, "channel_ids": channels, "bridge_ids": bridges, "endpoint_ids": endpoints,
		"device_names": []string{}, "events_allowed": types(a.allowed), "events_disallowed": types(a.denied),
	}
}

func types(set map[string]bool) []fields {
	list := []fields{}
	for typ := range set {
		list = append(list, fields{"type": typ})
	}
	return list
}

package aritest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) info(*call) answer {
	return ok(fields{
		"build":  fields{"os": "Linux", "kernel": "unknown", "machine": "unknown", "options": "", "date": "", "user": ""},
		"system": fields{"version": s.config.Version, "entity_id": s.config.EntityID},
		"config": fields{"name": "", "default_language": "en", "setid": fields{"user": "", "group": ""}},
		"status": fields{"startup_time": stamp(s.started.Add(s.skew)), "last_reload_time": stamp(s.started.Add(s.skew))},
	})
}

func (s *Server) application(c *call) answer {
	app := s.apps[c.PathValue("id")]
	if app == nil {
		return no(http.StatusNotFound, "Application not found")
	}
	return ok(app.json())
}

func (s *Server) filter(c *call) answer {
	app := s.apps[c.PathValue("id")]
	if app == nil {
		return no(http.StatusNotFound, "Application not found")
	}
	app.denied = named(c.params["disallowed"])
	app.allowed = nil
	if list, _ := c.params["allowed"].([]any); len(list) > 0 {
		app.allowed = named(list)
	}
	return ok(app.json())
}

// named reads a list of types of events.
func named(types any) map[string]bool {
	set := make(map[string]bool)
	list, _ := types.([]any)
	for _, item := range list {
		if named, isObject := item.(map[string]any); isObject {
			typ, _ := named["type"].(string)
			set[typ] = true
		}
	}
	return set
}

// subscription counts: what was asked for twice must be taken back twice.
func (s *Server) subscription(change int) func(*call) answer {
	return func(c *call) answer {
		app, source := s.apps[c.PathValue("id")], c.text("eventSource")
		switch {
		case app == nil:
			return no(http.StatusNotFound, "Application not found")
		case s.phones[strings.TrimPrefix(source, "endpoint:")] == nil:
			return no(http.StatusUnprocessableEntity, "Event source does not exist")
		case app.sources[source]+change < 0:
			return no(http.StatusUnprocessableEntity, "Event source not subscribed to")
		}
		if app.sources[source] += change; app.sources[source] == 0 {
			delete(app.sources, source)
		}
		answered := ok(app.json())
		app.collect()
		return answered
	}
}

func (s *Server) userEvent(c *call) answer {
	app := s.apps[c.text("application")]
	if app == nil {
		return no(http.StatusNotFound, "Application not found")
	}
	blob := fields{"eventname": c.PathValue("id")}
	for name, value := range c.texts("variables") {
		blob[name] = value
	}
	s.emit(app, "ChannelUserevent", fields{"eventname": c.PathValue("id"), "userevent": blob})
	return done
}

func (s *Server) endpoint(c *call) answer {
	phone := s.phones[c.PathValue("tech")+"/"+c.PathValue("resource")]
	if phone == nil {
		return no(http.StatusNotFound, "Endpoint not found")
	}
	return ok(phone.json())
}

// settings are those of an endpoint, as Phone.Configure has them.
func (s *Server) settings(c *call) answer {
	phone := s.phones["PJSIP/"+c.PathValue("id")]
	if phone == nil {
		return no(http.StatusNotFound, "Object with id '%s' not found", c.PathValue("id"))
	}
	list := []fields{}
	for _, name := range slices.Sorted(maps.Keys(phone.settings)) {
		list = append(list, fields{"attribute": name, "value": phone.settings[name]})
	}
	return ok(list)
}

func (s *Server) listEndpoints(c *call) answer {
	list := []fields{}
	for _, endpoint := range slices.Sorted(maps.Keys(s.phones)) {
		if technology, _, _ := strings.Cut(endpoint, "/"); technology == c.PathValue("tech") {
			list = append(list, s.phones[endpoint].json())
		}
	}
	return ok(list)
}

// json is how Asterisk shows an endpoint. Calls that the phone makes itself are among
// its channels.
func (p *Phone) json() fields {
	state := "online"
	if p.behaviour.unreachable {
		state = "offline"
	}
	channels := slices.Clone(p.own)
	for _, leg := range p.legs {
		channels = append(channels, leg.id)
	}
	if channels == nil {
		channels = []string{}
	}
	technology, resource, _ := strings.Cut(p.endpoint, "/")
	return fields{"technology": technology, "resource": resource, "state": state, "channel_ids": channels}
}

func (s *Server) getPlayback(c *call) answer {
	p := s.playbacks[c.PathValue("id")]
	if p == nil {
		return no(http.StatusNotFound, "Playback not found")
	}
	return ok(p.json())
}

func (s *Server) stopPlayback(c *call) answer {
	p := s.playbacks[c.PathValue("id")]
	if p == nil {
		return no(http.StatusNotFound, "Playback not found")
	}
	p.stop()
	return done
}

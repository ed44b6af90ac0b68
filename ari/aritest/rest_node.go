package aritest

import "net/http"

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
	denied := make(map[string]bool)
	list, _ := c.params["disallowed"].([]any)
	for _, item := range list {
		if named, isObject := item.(map[string]any); isObject {
			typ, _ := named["type"].(string)
			denied[typ] = true
		}
	}
	app.denied = denied
	return ok(app.json())
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
	state := "online"
	if phone.behaviour.unreachable {
		state = "offline"
	}
	channels := make([]string, 0, len(phone.legs))
	for _, leg := range phone.legs {
		channels = append(channels, leg.id)
	}
	return ok(fields{"technology": c.PathValue("tech"), "resource": c.PathValue("resource"), "state": state, "channel_ids": channels})
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

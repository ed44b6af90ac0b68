package aritest

import (
	"net/http"
	"sort"
)

func (s *Server) onBridge(handle func(*bridge, *call) answer) func(*call) answer {
	return func(c *call) answer {
		b := s.bridges[c.PathValue("id")]
		if b == nil {
			return no(http.StatusNotFound, "Bridge not found")
		}
		return handle(b, c)
	}
}

func (s *Server) listBridges(*call) answer {
	list := make([]fields, 0, len(s.bridges))
	for _, b := range s.bridges {
		list = append(list, b.json())
	}
	sort.Slice(list, func(i, j int) bool { return list[i]["id"].(string) < list[j]["id"].(string) })
	return ok(list)
}

func (s *Server) createBridge(c *call) answer {
	id := c.PathValue("id")
	if s.bridges[id] != nil {
		return no(http.StatusConflict, "Bridge with id '%s' already exists", id)
	}
	kind := c.text("type")
	if kind == "" {
		kind = "mixing"
	}
	b := &bridge{id: id, kind: kind, name: c.text("name"), born: s.now()}
	s.bridges[id] = b
	return ok(b.json())
}

func (s *Server) destroyBridge(b *bridge, _ *call) answer {
	b.destroy(s)
	return done
}

// members finds the channels a request names. For one that is gone Asterisk
// says 400 here, where every other request says 404.
func (s *Server) members(c *call) (list []*channel, refused *answer) {
	names := c.list("channel")
	if len(names) == 0 {
		a := no(http.StatusBadRequest, "Missing parameter channel")
		return nil, &a
	}
	for _, id := range names {
		ch := s.channels[id]
		if ch == nil {
			a := no(http.StatusBadRequest, noChannel)
			return nil, &a
		}
		if !ch.inStasis {
			a := no(http.StatusUnprocessableEntity, "Channel not in Stasis application")
			return nil, &a
		}
		list = append(list, ch)
	}
	return list, nil
}

// addToBridge answers only when every channel's thread has come to it, behind
// its prompts.
func (s *Server) addToBridge(b *bridge, c *call) answer {
	list, refused := s.members(c)
	if refused != nil {
		return *refused
	}
	all := make(chan struct{})
	left := len(list)
	for _, ch := range list {
		ch.do(func() {
			if s.bridges[b.id] == b {
				b.add(ch)
			}
			if left--; left == 0 {
				close(all)
			}
		})
	}
	return answer{status: http.StatusNoContent, wait: all}
}

func (s *Server) removeFromBridge(b *bridge, c *call) answer {
	list, refused := s.members(c)
	if refused != nil {
		return *refused
	}
	for _, ch := range list {
		if ch.bridge != b {
			return no(http.StatusUnprocessableEntity, "Channel not in this bridge")
		}
	}
	for _, ch := range list {
		ch.leaveBridge()
	}
	return done
}

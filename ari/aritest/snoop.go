package aritest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

var sides = []string{"", "none", "both", "out", "in"}

// snoopChannel makes a channel that hears another. Its id is refused, if there is one of
// that name, as Asterisk refuses everything here: with 500.
func (s *Server) snoopChannel(c *call) answer {
	spy, whisper, id := c.text("spy"), c.text("whisper"), c.PathValue("snoop")
	on := s.channels[c.PathValue("id")]
	nothing := func(side string) bool { return side == "" || side == "none" }
	switch {
	case !slices.Contains(sides, spy):
		return no(http.StatusBadRequest, "Invalid direction specified for spy")
	case !slices.Contains(sides, whisper):
		return no(http.StatusBadRequest, "Invalid direction specified for whisper")
	case nothing(spy) && nothing(whisper):
		return no(http.StatusBadRequest, "Direction must be specified for at least spy or whisper")
	case c.text("app") == "":
		return no(http.StatusBadRequest, "Application name is required")
	case on == nil:
		return no(http.StatusNotFound, "Provided channel was not found")
	case s.channels[id] != nil:
		return no(http.StatusInternalServerError, "Snoop channel could not be created")
	}
	_, serial := s.nextID()
	ch := &channel{id: id, name: fmt.Sprintf("Snoop/%s-%08x", on.id, serial), state: "Up", on: on, spy: spy, whisper: whisper, exten: "s"}
	ch.app = s.apps[c.text("app")]
	s.addChannel(ch)
	made := ok(ch.json()) // before Stasis has begun
	if ch.app == nil || ch.app.session == nil {
		ch.end() // Stasis fails, and with it the snoop
		return made
	}
	ch.enter(ch.app, strings.Split(c.text("appArgs"), ","))
	return made
}

// endSnoops ends what hears a channel that is gone, without a request of anybody.
func (ch *channel) endSnoops() {
	for _, other := range slices.Clone(ch.s.order) {
		if other.on == ch {
			other.end()
		}
	}
}

package aritest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const noChannel = "Channel not found"

// inStasis finds the channel of a request that needs it under control.
func (s *Server) inStasis(handle func(*channel, *call) answer) func(*call) answer {
	return func(c *call) answer {
		switch ch := s.channels[c.PathValue("id")]; {
		case ch == nil:
			return no(http.StatusNotFound, noChannel)
		case !ch.inStasis:
			return no(http.StatusConflict, "Channel not in Stasis application")
		default:
			return handle(ch, c)
		}
	}
}

// notReady is true of a leg of ours before it is answered.
func (ch *channel) notReady() bool { return ch.state == "Down" || ch.state == "Ringing" }

var repeatedID = no(http.StatusConflict, "Channel with given unique ID already exists")

var invalidState = no(http.StatusPreconditionFailed, "Channel in invalid state")

func (s *Server) listChannels(*call) answer {
	list := make([]fields, 0, len(s.order))
	for _, ch := range s.order {
		list = append(list, ch.json())
	}
	return ok(list)
}

func (s *Server) getChannel(c *call) answer {
	ch := s.channels[c.PathValue("id")]
	if ch == nil {
		return no(http.StatusNotFound, noChannel)
	}
	return ok(ch.json())
}

// createChannel makes a leg. An endpoint that is unknown or has no contact
// fails with the only words Asterisk has for it, or even with the wrong ones:
// on an HTTP connection that last saw a repeated id, Asterisk 22.10.1 refuses
// it as repeated too.
func (s *Server) createChannel(c *call) answer {
	endpoint, id := c.text("endpoint"), c.text("channelId")
	phone := s.phones[endpoint]
	switch {
	case c.text("originator") != "" && c.text("formats") != "":
		return no(http.StatusBadRequest, "Originator and formats can't both be specified")
	case endpoint == "":
		return no(http.StatusBadRequest, "Endpoint must be specified")
	case !strings.Contains(endpoint, "/"):
		return no(http.StatusBadRequest, "Invalid endpoint specified")
	case s.channels[id] != nil:
		*c.sawRepeatedID() = true
		return repeatedID
	case (phone == nil || phone.behaviour.unreachable) && *c.sawRepeatedID():
		return repeatedID
	case phone == nil || phone.behaviour.unreachable:
		return answer{status: http.StatusInternalServerError, body: fields{"error": "Allocation failed"}}
	}
	*c.sawRepeatedID() = false
	made, serial := s.nextID()
	if id == "" {
		id = made
	}
	ch := &channel{
		id: id, name: fmt.Sprintf("%s-%08x", endpoint, serial), state: "Down",
		phone: phone, vars: c.texts("variables"), exten: "s",
	}
	ch.from = party{Name: ch.vars["CALLERID(name)"], Number: ch.vars["CALLERID(num)"]}
	ch.app = s.apps[c.text("app")]
	s.addChannel(ch)
	if ch.from != (party{}) {
		ch.emit("ChannelCallerId", fields{"caller_presentation": 0, "caller_presentation_txt": "Presentation Allowed, Not Screened", "channel": ch.json()})
	}
	created := ok(ch.json()) // before Stasis has begun
	if ch.app == nil || ch.app.session == nil {
		ch.hangup(16, fields{}) // Stasis fails, and with it the leg
		return created
	}
	ch.enter(ch.app, strings.Split(c.text("appArgs"), ","))
	return created
}

func dialChannel(ch *channel, c *call) answer {
	if ch.state != "Down" {
		return no(http.StatusConflict, "Channel is not in the 'Down' state")
	}
	timeout := time.Duration(c.number("timeout")) * ch.s.config.Second
	ch.do(func() { ch.dial(timeout) })
	return done
}

func (s *Server) hangupChannel(c *call) answer {
	ch := s.channels[c.PathValue("id")]
	if ch == nil {
		return no(http.StatusNotFound, noChannel)
	}
	cause, known := hangupReasons[c.text("reason")]
	if !known {
		return no(http.StatusBadRequest, "Invalid reason for hangup reason provided")
	}
	ch.hangup(cause, bySoft())
	return done
}

var hangupReasons = map[string]int{
	"": 16, "normal": 16, "busy": 17, "congestion": 34, "no_answer": 19, "timeout": 18, "rejected": 21,
	"unallocated": 1, "normal_unspecified": 31, "number_incomplete": 28, "codec_mismatch": 58,
	"interworking": 127, "failure": 38, "answered_elsewhere": 26,
}

func answerChannel(ch *channel, _ *call) answer {
	if ch.notReady() {
		return invalidState
	}
	return answer{status: http.StatusNoContent, wait: ch.do(func() { ch.setState("Up") })}
}

func continueChannel(ch *channel, _ *call) answer {
	if ch.notReady() {
		return invalidState
	}
	ch.do(func() {
		ch.leaveBridge()
		ch.leaveStasis()
	})
	return done
}

// moveChannel gives a channel to another application. Of one that nobody has Asterisk
// says the same, and does nothing.
func moveChannel(ch *channel, c *call) answer {
	name, args := c.text("app"), strings.Split(c.text("appArgs"), ",")
	ch.do(func() {
		if app := ch.s.apps[name]; app != nil && app.session != nil {
			ch.move(app, args)
		}
	})
	return done
}

func startMusic(ch *channel, c *call) answer {
	if ch.notReady() {
		return invalidState
	}
	class := c.text("mohClass")
	if class == "" {
		class = "default"
	}
	ch.do(func() { ch.music = class })
	return done
}

func stopMusic(ch *channel, _ *call) answer {
	if ch.notReady() {
		return invalidState
	}
	ch.do(func() { ch.music = "" })
	return done
}

func ringing(starts bool) func(*channel, *call) answer {
	return func(ch *channel, _ *call) answer {
		if ch.notReady() {
			return invalidState
		}
		ch.do(func() { ch.ringing = starts })
		return done
	}
}

func play(ch *channel, c *call) answer {
	media := c.list("media")
	if ch.notReady() {
		return invalidState
	}
	if len(media) == 0 {
		return no(http.StatusInternalServerError, "Failed to queue media for playback")
	}
	p := ch.play(c.PathValue("playback"), c.text("lang"), media)
	return answer{status: http.StatusCreated, body: p.json()}
}

func (s *Server) getVariable(c *call) answer {
	ch := s.channels[c.PathValue("id")]
	if ch == nil {
		return no(http.StatusNotFound, noChannel)
	}
	value, found := ch.vars[c.text("variable")]
	if !found {
		return no(http.StatusNotFound, "Provided variable was not found")
	}
	return ok(fields{"value": value})
}

func setVariable(ch *channel, c *call) answer {
	name, value := c.text("variable"), c.text("value")
	if name == "" {
		return no(http.StatusBadRequest, "Variable name is required")
	}
	return answer{status: http.StatusNoContent, wait: ch.do(func() { ch.vars[name] = value })}
}

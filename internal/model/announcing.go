package model

import (
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/orders"
)

// herald is who announces things at a place, and what he was told is done.
type herald struct {
	w     *World
	place fact.Place
	said  int
	told  map[string]bool
}

// announce says something now and then.
func (h *herald) announce() {
	if h.w.closing {
		return
	}
	h.say()
	h.w.nature(h.w.between(4*time.Second, 25*time.Second), h.announce)
}

// say has something announced for a while, or cleared, through any controller.
func (h *herald) say() {
	w, c := h.w, h.w.someController()
	if c == nil {
		return
	}
	h.said++
	var f fact.Fact = fact.AnnouncementCleared{Place: h.place}
	if w.chance(70) {
		f = fact.Announced{
			Place: h.place, Text: fmt.Sprint("annonce ", h.said), Sounds: map[string][]string{"fr": {"sound:annonce"}},
			Until: w.now + w.between(5*time.Second, 60*time.Second).Microseconds(), HangUp: h.place.Entry != "" && w.chance(10),
		}
	}
	o := orders.Order{Subject: h.place.Subject(), Fact: f, Op: fmt.Sprintf("%s-%d", h.place.Subject(), h.said)}
	c.say(o, func(void string) { h.told[o.Op] = h.told[o.Op] || void == "" })
}

// tellQueue has those hear it who wait there already.
func (c *controller) tellQueue(f fact.Announced) {
	for _, id := range c.liveIDs() {
		if t := c.state.Floor.Tickets[id]; f.Queue != "" && t != nil && t.Queue == f.Queue && t.Medium.Interactive() {
			c.lives[id].put(engine.Announced{Queue: f.Queue})
		}
	}
}

// proclaimed is what came to any history of the log last about a place.
type proclaimed struct {
	op string
	is fact.Fact
}

// announced notes what is announced or cleared, and what is promised. What is said again
// is nothing new.
func (o *observer) announced(a fold.Applied) {
	op, _, again := strings.Cut(a.Entry.Op, "~")
	if !a.Effective() || again || o.accepted[op] && op != "" {
		return
	}
	switch f := a.Fact.(type) {
	case fact.CallbackRequested:
		o.claims[string(a.Contact)] = true
	case fact.Closed:
		if f.Cancelled != nil {
			o.claims["cancelled "+string(a.Contact)] = true
		}
	case fact.CallingBack:
		o.claims[string(f.Call)] = true
	case fact.Announced:
		o.accepted[op], o.places[f.Subject()] = true, proclaimed{op, f}
	case fact.AnnouncementCleared:
		o.accepted[op], o.places[f.Subject()] = true, proclaimed{op, f}
	}
}

// announcementsHold: as commandsHold, for what is announced.
func (o *observer) announcementsHold() {
	if !o.w.wordsHold() {
		return
	}
	for _, h := range o.w.heralds {
		last := o.places[h.place.Subject()]
		if !h.told[last.op] {
			continue
		}
		is, wanted := o.state.Announced(h.place, o.w.now), ""
		if f, announced := last.is.(fact.Announced); announced && f.Until > o.w.now {
			wanted = f.Text
		}
		if (is == nil) != (wanted == "") || is != nil && is.Text != wanted {
			o.report("live", h.place.Subject(), "was told that %q is announced, and %v is", wanted, is)
		}
	}
}

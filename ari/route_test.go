package ari

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// heard returns a client without a server and a way to see who gets an event.
func heard() (*Client, *[]string, func(name string) *Listener) {
	c, names := &Client{}, &[]string{}
	c.Default(func(Event) { *names = append(*names, "default") })
	return c, names, func(name string) *Listener {
		return NewListener(func(Event) { *names = append(*names, name) })
	}
}

func TestAListenerHearsAnEventOnceHoweverManyOfItsIdsItNames(t *testing.T) {
	t.Parallel()
	c, names, listener := heard()
	call := listener("call")
	c.Listen("caller", call)
	c.Listen("bridge", call)
	c.Listen("prompt", call)
	c.router.deliver(Event{about: subjects{channels: [6]ChannelID{"caller"}, bridges: [2]BridgeID{"bridge"}, playback: "prompt"}})
	assert.Equal(t, []string{"call"}, *names)
}

func TestEveryListenerConcernedHearsAnEventAndTheDefaultDoesNot(t *testing.T) {
	t.Parallel()
	c, names, listener := heard()
	c.Listen("leg", listener("leg"))
	c.Listen("caller", listener("caller"))
	c.Listen("other", listener("other"))
	c.router.deliver(Event{about: subjects{channels: [6]ChannelID{"leg", "caller", "stranger"}}})
	assert.Equal(t, []string{"leg", "caller"}, *names)
}

func TestAnEventNobodyListensToGoesToTheDefault(t *testing.T) {
	t.Parallel()
	c, names, listener := heard()
	c.Listen("a", listener("a"))
	c.Forget("a")
	c.router.deliver(Event{about: subjects{channels: [6]ChannelID{"a"}}})
	c.router.deliver(Event{})
	assert.Equal(t, []string{"default", "default"}, *names)
}

func TestTheNewestListenerOfAnIdReplacesTheOldOne(t *testing.T) {
	t.Parallel()
	c, names, listener := heard()
	c.Listen("a", listener("old"))
	c.Listen("a", listener("new"))
	c.router.deliver(Event{about: subjects{playback: "a"}})
	assert.Equal(t, []string{"new"}, *names)
}

func TestASinkMayListenAndForget(t *testing.T) {
	t.Parallel()
	c, names, listener := heard()
	c.Listen("a", NewListener(func(Event) { c.Forget("a"); c.Listen("b", listener("b")) }))
	c.router.deliver(Event{about: subjects{channels: [6]ChannelID{"a"}}})
	c.router.deliver(Event{about: subjects{channels: [6]ChannelID{"a", "b"}}})
	assert.Equal(t, []string{"b"}, *names)
}

func TestAnEventWithoutDefaultSinkIsNotAPanic(t *testing.T) {
	t.Parallel()
	assert.NotPanics(t, func() { (&router{}).deliver(Event{}) })
}

func TestTheChiefIdsOfAnEventAreEasyToReach(t *testing.T) {
	t.Parallel()
	e := Event{about: subjects{channels: [6]ChannelID{"leg", "caller"}, bridges: [2]BridgeID{"b"}, playback: "p"}}
	assert.Equal(t, ChannelID("leg"), e.Channel())
	assert.Equal(t, []ChannelID{"leg", "caller"}, e.Channels())
	assert.Equal(t, BridgeID("b"), e.Bridge())
	assert.Equal(t, []BridgeID{"b"}, e.Bridges())
	assert.Equal(t, PlaybackID("p"), e.Playback())
	assert.Empty(t, Event{}.Channels())
}

func BenchmarkDeliverAmong100kListeners(b *testing.B) {
	c := &Client{}
	got := 0
	l := NewListener(func(Event) { got++ })
	for i := range 100_000 {
		c.Listen(string(rune(i)), l)
	}
	c.Listen("a", l)
	e := Event{about: subjects{channels: [6]ChannelID{"a"}, bridges: [2]BridgeID{"none"}}}
	b.ReportAllocs()
	for b.Loop() {
		c.router.deliver(e)
	}
	if got == 0 {
		b.Fatal("nothing delivered")
	}
}

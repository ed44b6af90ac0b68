package ari_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestKeysHearWhatWasPressed: what Asterisk tells of keys that come early and late,
// by the rules of its main/channel.c, comes out as it was pressed.
func TestKeysHearWhatWasPressed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ pause, jitter int }{
		"a person, a bad network":       {150, 80},
		"a machine, a usual network":    {60, 25},
		"a machine in haste, no jitter": {20, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				var pressed string
				var m switchboard
				at := 0
				for range rapid.IntRange(1, 15).Draw(t, "keys") {
					digit := strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "digit"))
					late := func() int { return rapid.IntRange(0, c.jitter).Draw(t, "late") }
					m.comes(digit, false, at+late())
					at += 100
					m.comes(digit, true, at+late())
					at += c.pause
					pressed += digit
				}
				m.run()
				if got := pressedOf(m.told); got != pressed {
					t.Fatalf("pressed %s, heard %s of %v", pressed, got, m.told)
				}
			})
		})
	}
}

// switchboard is __ast_read of Asterisk 22.10.1 as far as keys go, in milliseconds.
type switchboard struct {
	arrives []signal // in order
	told    []told

	now      int
	heard    bool   // a key was told or begun
	since    int    // dtmf_tv
	inKey    bool   // AST_FLAG_IN_DTMF
	playing  int    // how long it plays a key from since on; 0: it plays none
	heldBack string // of the read queue, "" for none
}

type signal struct {
	at    int
	digit string
	ends  bool
}

func (m *switchboard) comes(digit string, ends bool, at int) {
	if n := len(m.arrives); n > 0 {
		at = max(at, m.arrives[n-1].at)
	}
	m.arrives = append(m.arrives, signal{at, digit, ends})
}

// run reads what has come, and looks at its timer every 20 ms.
func (m *switchboard) run() {
	for ; len(m.arrives) > 0 || m.heldBack != "" || m.playing > 0; m.now++ {
		for len(m.arrives) > 0 && m.arrives[0].at <= m.now && m.heldBack == "" {
			m.read(m.arrives[0])
			m.arrives = slices.Delete(m.arrives, 0, 1)
		}
		if m.now%20 != 0 {
			continue
		}
		if m.playing > 0 && m.now-m.since >= m.playing {
			m.playing, m.since = 0, m.now
		}
		if held := m.heldBack; held != "" && m.playing == 0 && !m.inGap() {
			m.heldBack = ""
			m.end(held)
		}
	}
}

func (m *switchboard) inGap() bool { return m.heard && m.now-m.since < 45 }

func (m *switchboard) read(s signal) {
	switch {
	case s.ends:
		m.end(s.digit)
	case m.playing == 0 && !m.inGap():
		m.heard, m.inKey, m.since = true, true, m.now
	}
}

func (m *switchboard) end(digit string) {
	const length, shortest = 100, 80
	m.told = append(m.told, told{m.now, digit, length})
	switch {
	case m.playing > 0, !m.inKey && m.inGap():
		m.heldBack = digit
		return
	case !m.inKey:
		m.playing, m.since = length, m.now
	case m.now-m.since < shortest:
		m.playing = shortest - (m.now - m.since)
	default:
		m.since = m.now
	}
	m.inKey, m.heard = false, true
}

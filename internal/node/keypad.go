package node

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"go.uber.org/zap"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/keypad"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/ivr"
)

// keyCall is a call that an agent's phone makes for a code: it is no contact, nothing of
// it is in the ledger but what the agent commands, and it ends with its node's hold. One
// goroutine serves it; keys are never logged.
type keyCall struct {
	l       *link
	channel ari.ChannelID
	phone   string
	box     *mailbox
	keys    ari.Keys
	state   keypad.State
	ends    bool // after what is being said
	gone    bool // Asterisk has told the end of the channel
	plays   int
	silence *time.Timer

	supervisor contact.Agent // who has proved to be one, and is asked whom he will listen to
	wanted     *supervision  // once the call is over; nil for none
}

// dialled reports what an agent dialled on his phone, if it is a code of the site; args
// are those of the application.
func (l *link) dialled(args []string) (deed keypad.Deed, reason string, is bool) {
	if len(args) < 2 || args[0] != "agent" {
		return "", "", false
	}
	return keypad.Find(l.c.Site().Floor.Codes, args[1])
}

// adoptKeys serves from its beginning the call of an agent that nobody serves: whoever did
// is gone, or nobody listened. What was commanded already is named after the channel, and
// has its effect once. A call for no code is ended.
func (l *link) adoptKeys(ch ari.Channel) {
	args := strings.Split(ch.Dialplan.AppData, ",")
	if !ch.InApplication(l.conf.Application) || voice.IsLeg(ch.ID) || len(args) < 2 || args[1] != "agent" {
		return
	}
	if deed, reason, is := l.dialled(args[1:]); is {
		if l.serveKeys(ch.ID, ch.Name, deed, reason) {
			l.c.live.repaired("agent_call")
		}
		return
	}
	if box := newMailbox(); l.claim(ch.ID, box) {
		l.c.live.repaired("agent_call")
		l.refuse(ch.ID, box, "agent_call", errors.New("nobody serves it"))
	}
}

// serveKeys serves a code in a goroutine of the node; false if somebody does already.
func (l *link) serveKeys(id ari.ChannelID, name string, deed keypad.Deed, reason string) bool {
	k := &keyCall{l: l, channel: id, phone: phoneOf(name), box: newMailbox()}
	if !l.claim(k.channel, k.box) {
		return false
	}
	ctx := l.life
	l.running.Go(func() {
		defer context.AfterFunc(ctx, func() { k.box.put(stop{}) })()
		k.run(ctx, deed, reason)
		l.insist(func(ctx context.Context) error { return l.current().Hangup(ctx, k.channel, "normal") },
			func() {
				pause(l.life, toldLate)
				l.forget(k.box)
			})
		k.ringsBack(ctx)
	})
	return true
}

// phoneOf is the endpoint of a channel such as PJSIP/a1001-0000002a.
func phoneOf(channel string) string {
	if i := strings.LastIndexByte(channel, '-'); i > 0 {
		return channel[:i]
	}
	return channel
}

// keyCodes are what agents key during a call.
func keyCodes(f config.Floor) map[engine.Deed]string {
	codes := make(map[engine.Deed]string, len(f.InCall))
	for deed, code := range f.InCall {
		codes[engine.Deed(deed)] = code
	}
	return codes
}

const (
	// keySilence is how long a key is waited for.
	keySilence = 6 * time.Second
	// sayAtMost ends a call whose last word is not heard to end.
	sayAtMost = 15 * time.Second
)

// timesOut is that no key came, or that a last word did not end.
type timesOut struct{}

func (k *keyCall) run(ctx context.Context, deed keypad.Deed, reason string) {
	k.silence = time.AfterFunc(time.Hour, func() { k.box.put(timesOut{}) })
	defer k.silence.Stop()
	if err := k.l.inTurn(ctx, func(ctx context.Context) error { return k.l.current().Answer(ctx, k.channel) }); err != nil {
		return
	}
	var move keypad.Move
	k.state, move = keypad.Start(deed, reason)
	k.follow(ctx, move)
	for {
		taken := k.box.take()
		for i, m := range taken {
			if !k.hears(ctx, m) {
				k.gone = slices.ContainsFunc(taken[i:], isDestroyed)
				return
			}
		}
	}
}

// hears is false at the end of the call.
func (k *keyCall) hears(ctx context.Context, m any) bool {
	var move keypad.Move
	switch m := m.(type) {
	case stop:
		return false
	case timesOut:
		if k.ends {
			return false
		}
		k.state, move = k.state.Silence()
	case ari.Event:
		switch v := m.Value.(type) {
		case *v5.ChannelDestroyed, *v5.StasisEnd:
			return false
		case *v5.PlaybackFinished:
			if v.Playback.ID != k.playback() {
				return true
			}
			k.silence.Reset(keySilence) // however long it was said: a key is waited for from now on
			return !k.ends
		case *ari.ChannelTransfer:
			if v.State == "" {
				_ = k.l.inTurn(ctx, func(ctx context.Context) error { // a phone that hears nothing waits no longer than its call
					return k.l.current().TransferProgress(ctx, k.channel, ari.TransferDeclined)
				})
			}
			return true
		case *v5.ChannelDtmfReceived:
			key, pressed := k.keys.Pressed(v, m.At)
			if !pressed || k.ends {
				return true
			}
			k.silence.Reset(keySilence)
			k.state, move = k.state.Key(key)
		}
	}
	k.follow(ctx, move)
	return true
}

// follow carries out what the machine wants, until it waits.
func (k *keyCall) follow(ctx context.Context, move keypad.Move) {
	for move.Wish != nil {
		k.state, move = k.state.Done(k.fulfil(ctx, *move.Wish))
	}
	if move.Say == "" {
		return
	}
	k.ends = k.ends || move.Ends
	k.plays++
	k.silence.Reset(keySilence + sayAtMost)
	media := k.l.c.Site().PromptMedia(ivr.Prompt(move.Say), "")
	err := k.l.inTurn(ctx, func(ctx context.Context) error {
		return k.l.current().Play(ctx, k.channel, ari.PlaybackID(k.playback()), media, "")
	})
	if err != nil && k.ends {
		k.box.put(timesOut{})
	}
}

func (k *keyCall) playback() string {
	return "guichet-code-" + string(k.channel) + "-" + strconv.Itoa(k.plays)
}

// fulfil does what is wished, and returns why not.
func (k *keyCall) fulfil(ctx context.Context, w keypad.Wish) keypad.Prompt {
	switch w.Deed {
	case keypad.Login:
		return k.login(ctx, w)
	case keypad.Supervise:
		return k.supervises(ctx, w)
	}
	var agent contact.Agent
	var since int64
	var owes, kept bool
	k.l.c.View(func(s *fold.State) {
		if a := s.Floor.At(k.phone); a != nil {
			kept = a.Kept()
			if agent = a.ID; a.State == acd.WrapUp {
				since, owes = a.Since, k.l.c.owesCode(s, agent, k.l.c.clock.now())
			}
		}
	})
	switch {
	case agent == "":
		return keypad.Nobody
	case owes && (w.Deed == keypad.Ready || w.Deed == keypad.Finish):
		return keypad.NoEffect // the contact is noted first, at the card
	}
	switch w.Deed {
	case keypad.Logout:
		return k.command(ctx, agent, fact.LoggedOut{Agent: agent})
	case keypad.Ready:
		return k.command(ctx, agent, fact.Resumed{Agent: agent, Hands: kept && k.l.c.formatUnderstood(fact.FormatHands)})
	case keypad.Finish:
		return k.command(ctx, agent, fact.AgentWrapUp{Agent: agent, Since: since})
	case keypad.Extend:
		floor := k.l.c.Site().Floor
		if floor.Longest == 0 {
			return keypad.NoEffect // at this site none is made longer
		}
		return k.command(ctx, agent, fact.AgentWrapUp{Agent: agent, Since: since, Extend: floor.Extend, Longest: floor.Longest})
	}
	reason, known := k.l.c.Site().Floor.PauseOf(w.Reason)
	if !known {
		return keypad.NoReason
	}
	return k.command(ctx, agent, fact.Paused{Agent: agent, Reason: reason})
}

// login proves the PIN and seats the agent at this phone.
func (k *keyCall) login(ctx context.Context, w keypad.Wish) keypad.Prompt {
	agent, say := k.proves(w)
	if say != "" {
		return say
	}
	return k.seat(ctx, agent)
}

// proves finds whose number and PIN are keyed. A number that is nobody's is as a wrong PIN:
// nothing tells which numbers there are.
func (k *keyCall) proves(w keypad.Wish) (contact.Agent, keypad.Prompt) {
	agent, err := k.l.c.proveByKeys(w.Number, w.PIN, k.phone)
	if err == nil {
		return agent, ""
	}
	var refused *status.Refused
	if errors.As(err, &refused) && refused.Why == status.PINLocked {
		return "", keypad.Locked
	}
	return "", keypad.Wrong
}

// seat logs an agent in at this phone.
func (k *keyCall) seat(ctx context.Context, agent contact.Agent) keypad.Prompt {
	seated, err := k.l.c.Seat(ctx, agent, k.phone)
	if err != nil {
		k.l.c.log.Warn("an agent could not log in by phone", zap.String("agent", string(agent)), zap.String("phone", k.phone), zap.Error(err))
		return keypad.NoEffect
	}
	seated.OnCall = true
	return k.command(ctx, agent, seated)
}

// command writes what the agent wants, and says why it had no effect.
func (k *keyCall) command(ctx context.Context, agent contact.Agent, f fact.Fact) keypad.Prompt {
	return k.commandAs(ctx, agent, f, k.operation())
}

// operation names what is commanded after what was said last.
func (k *keyCall) operation() string {
	return "code-" + string(k.channel) + "-" + strconv.Itoa(k.plays)
}

func (k *keyCall) commandAs(ctx context.Context, agent contact.Agent, f fact.Fact, op string) keypad.Prompt {
	answer, err := k.l.c.Command(ctx, agent, f, op)
	switch {
	case err != nil:
		k.l.c.log.Warn("a code of an agent could not be written", zap.String("agent", string(agent)), zap.Error(err))
		return keypad.NoEffect
	case answer.Void == string(acd.PhoneTaken):
		return keypad.Taken
	case answer.Void == string(acd.AgentElsewhere):
		return keypad.Elsewhere
	case answer.Void == string(acd.WrapUpLongest):
		return keypad.WrapUpLongest
	case answer.Void != "" && answer.Void != string(acd.PhoneOnOwnCall):
		return keypad.NoEffect
	}
	return ""
}

package model

import (
	"fmt"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
)

// afterTheCall is what callers are asked whose agent has hung up.
func afterTheCall(contact.Queue) engine.Satisfaction {
	return engine.Satisfaction{
		Question: []ivr.Prompt{"satisfait ?"}, Keys: "123", Thanks: []ivr.Prompt{"merci"}, Share: 100, Timeout: 3 * time.Second,
	}
}

// whoIsIt are the questions by which an agent has his caller say who he is. Nobody in the
// model can: they end by silence.
func whoIsIt() *ivr.Tree {
	end := ivr.Exit{Goto: ivr.End}
	tree, problems := ivr.New(ivr.Tree{ID: "i", Start: "numero", Failure: end, Nodes: map[ivr.NodeID]ivr.Node{
		"numero": &ivr.Identify{
			Prompts: []ivr.Prompt{"numero"}, Variable: "fiscal_number", FinishKey: '#', Identified: end, NotIdentified: end,
			Tries: ivr.Tries{Interruptible: true, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, MaxAttempts: 2, Failure: end},
		},
	}})
	if len(problems) > 0 {
		panic(fmt.Sprint("model: ", problems))
	}
	return tree
}

// answersOrNot is somebody who is asked after the call: he presses a key that answers or
// another one, once or twice, or hangs up, or says nothing.
func (ch *channel) answersOrNot() {
	w := ch.a.w
	for range w.random.IntN(3) {
		key := "1239"[w.random.IntN(4)]
		w.nature(w.between(100*time.Millisecond, 6*time.Second), func() { ch.keys(key) })
	}
	if w.chance(30) {
		w.nature(w.between(100*time.Millisecond, 6*time.Second), func() {
			if ch.caller.ch != ch { // he was called back
				ch.hangUp(16, false)
				return
			}
			ch.caller.hangUp("does not want to be asked")
		})
	}
}

// keys is a key pressed on the line, whosever it is by now.
func (ch *channel) keys(key byte) {
	if !ch.gone && ch.stasis {
		ch.a.emit(&v5.ChannelDtmfReceived{EventData: v5.EventData{Timestamp: v5.DateTime(time.UnixMicro(ch.a.w.now))}, Digit: string(key), Channel: ch.data()})
	}
}

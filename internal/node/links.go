package node

import (
	"encoding/base64"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// linkVoid tells the session of a message with a link that the ledger does not count.
func (v *life) linkVoid(a fold.Applied) {
	f, is := a.Fact.(fact.LinkClaimed)
	if !is || a.Void == "" || a.Entry.Writer != v.c.instance {
		return
	}
	limited := a.Void == fold.TooManyLinks
	if limited {
		v.c.countMessage(ivr.Channel(f.Channel), string(ivr.Limited))
	}
	v.box.put(engineEvent{engine.LinkRefused{N: f.N, Limited: limited}})
}

func (c *Controller) countMessage(channel ivr.Channel, result string) {
	if c.observer.OnMessage != nil {
		c.observer.OnMessage(string(channel), result)
	}
}

// person recognises who gets a message, and tells it to nobody who lacks the key.
func (c *Controller) person(address string) string {
	return base64.RawStdEncoding.EncodeToString(c.sealer.hash("message to " + address)[:12])
}

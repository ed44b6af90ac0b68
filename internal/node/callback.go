package node

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// promiseVoid tells the session of a promise that the ledger did not accept.
func (v *life) promiseVoid(a fold.Applied) {
	_, promise := a.Fact.(fact.CallbackRequested)
	switch {
	case !promise || a.Void == "" || a.Entry.Writer != v.c.instance:
	case a.Void == fold.AlreadyPromised:
		v.box.put(engineEvent{engine.CallbackRefused{Why: ivr.CallbackAlready}})
	case a.Void == fold.SlotTaken:
		v.box.put(engineEvent{engine.CallbackRefused{Why: ivr.CallbackFull}})
	default:
		v.box.put(engineEvent{engine.CallbackRefused{Why: ivr.CallbackFailed}})
	}
}

// numbers is what a version of the site lets be called back, and how the ledger keeps
// it. Without a key that lasts nobody is promised a call.
type numbers struct {
	sealer *sealer
	site   *config.Site
	// refused is told of a number that somebody wants to be called at and may not be.
	refused func(keyed string)
}

// numbersOf are those of one call: a number that is refused counts once, however often
// the menu looks at it.
func (c *Controller) numbersOf(site *config.Site) numbers {
	seen := map[string]bool{}
	return numbers{sealer: c.sealer, site: site, refused: func(keyed string) {
		if !seen[keyed] {
			seen[keyed] = true
			c.unpromised(engine.NumberRefused)
		}
	}}
}

// unpromised counts whom no call was promised, or who was not called after all.
func (c *Controller) unpromised(why engine.Unpromised) {
	if c.observer.OnUnpromised != nil {
		c.observer.OnUnpromised(string(why))
	}
}

func (n numbers) Dialable(keyed string) (string, bool) {
	number, ok := n.site.MayCall(keyed)
	return string(number), ok
}

func (n numbers) Callable(keyed string) (string, bool) {
	number, ok := n.site.MayCall(keyed)
	if !ok {
		n.refused(keyed)
	}
	return number.National(), ok
}

func (n numbers) Seal(id contact.ID, number string) (sealed, hash string) {
	if !n.sealer.lasting {
		return "", ""
	}
	return n.sealer.sealFor(id, number)
}

// open is the number to dial for a contact, if it was sealed for that, and may be called
// still: empty otherwise. Whoever can write to the ledger has not the say whom we call.
func (n numbers) open(id contact.ID, sealed string) string {
	number, _ := n.Dialable(n.sealer.openFor(id, sealed))
	return number
}

// sealFor is seal for the core, which knows no chance: the nonce is made of contact and
// number, so that the same is sealed alike, and nothing else ever is.
func (s *sealer) sealFor(id contact.ID, number string) (sealed, hash string) {
	h := hmac.New(sha256.New, s.mac)
	h.Write(append(toCall(id), "\x00"+number...))
	nonce := h.Sum(nil)[:s.aead.NonceSize()]
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(number), toCall(id))),
		base64.RawStdEncoding.EncodeToString(s.hash(number)[:12])
}

func (s *sealer) openFor(id contact.ID, sealed string) string { return s.openAs(sealed, toCall(id)) }

// toCall binds a number to the contact for which it may be called.
func toCall(id contact.ID) []byte { return []byte("callback " + string(id)) }

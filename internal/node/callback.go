package node

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
)

// numbers is what a version of the site lets be called back, and how the ledger keeps
// it. Without a key that lasts nobody is promised a call.
type numbers struct {
	sealer *sealer
	site   *config.Site
}

func (n numbers) Dialable(keyed string) (string, bool) {
	number, ok := n.site.MayCall(keyed)
	return string(number), ok
}

func (n numbers) Callable(keyed string) (string, bool) {
	number, ok := n.site.MayCall(keyed)
	return number.National(), ok
}

func (n numbers) Seal(id contact.ID, number string) (sealed, hash string) {
	if !n.sealer.lasting {
		return "", ""
	}
	return n.sealer.sealFor(id, number)
}

// sealFor is seal for the core, which knows no chance: the nonce is made of contact and
// number, so that the same is sealed alike, and nothing else ever is.
func (s *sealer) sealFor(id contact.ID, number string) (sealed, hash string) {
	h := hmac.New(sha256.New, s.mac)
	h.Write([]byte("callback " + string(id) + "\x00" + number))
	nonce := h.Sum(nil)[:s.aead.NonceSize()]
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(number), nil)),
		base64.RawStdEncoding.EncodeToString(s.hash(number)[:12])
}

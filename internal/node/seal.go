package node

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/guichet/guichet/config"
)

// sealer keeps what people are and write out of the ledger in clear: a number is
// encrypted for the agent's phone and the story, and hashed under another key to
// recognise a redial; a mail and its answer are encrypted.
type sealer struct {
	aead cipher.AEAD
	mac  []byte
	// lasting: the key is the site's, and opens after this process, too.
	lasting bool
}

// newSealer derives its keys from the site's. A site without a key gets one
// that ends with the process: numbers of earlier processes stay unreadable.
func newSealer(key config.Secret) (*sealer, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	if key.Given() {
		text, err := key.Read()
		if err != nil {
			return nil, fmt.Errorf("read the site key: %w", err)
		}
		secret = []byte(text)
	}
	block, err := aes.NewCipher(derive(secret, "encrypt"))
	if err != nil {
		return nil, fmt.Errorf("use the site key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("use the site key: %w", err)
	}
	return &sealer{aead: aead, mac: derive(secret, "hash"), lasting: key.Given()}, nil
}

func derive(secret []byte, use string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("guichet caller " + use))
	return h.Sum(nil)
}

// seal returns the encrypted number and its keyed hash; both are empty for a
// number that was withheld.
func (s *sealer) seal(number string) (sealed, hash string) {
	if number == "" {
		return "", ""
	}
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce)
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(number), nil)),
		base64.RawStdEncoding.EncodeToString(s.hash(number)[:12])
}

// hash is a keyed hash: it recognises what was seen before, and tells nothing to
// whoever lacks the key.
func (s *sealer) hash(text string) []byte {
	h := hmac.New(sha256.New, s.mac)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// open returns the number, or nothing if it was sealed under another key.
func (s *sealer) open(sealed string) string { return s.openAs(sealed, nil) }

// openAs opens only what was sealed for the purpose.
func (s *sealer) openAs(sealed string, purpose []byte) string {
	data, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(data) < s.aead.NonceSize() {
		return ""
	}
	nonce, text := data[:s.aead.NonceSize()], data[s.aead.NonceSize():]
	number, err := s.aead.Open(nil, nonce, text, purpose)
	if err != nil {
		return ""
	}
	return string(number)
}

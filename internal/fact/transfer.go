package fact

import (
	"encoding/json"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Transferring claims the leg to a local service, an outside number: it is
// dialled only after this fact was accepted. Written by the owner, who alone
// decides about this contact: so the owner also gives the transfer its name, and
// a fact that a failover lost keeps it when it is written again.
type Transferring struct {
	Transfer OfferID `json:"transfer"`
	// Service and Number are those of the site's table when the contact was
	// routed; Ring is for how long the number may ring.
	Service      string               `json:"service"`
	Number       string               `json:"number"`
	Ring         time.Duration        `json:"ring"`
	Topic        contact.Topic        `json:"topic,omitempty"`
	Department   contact.Department   `json:"department,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// Rule says which routing rule led here, for people.
	Rule    string    `json:"rule,omitempty"`
	Crossed []string  `json:"crossed,omitempty"`
	Decided []Decided `json:"decided,omitempty"`
	// Authentication says how far the caller is identified: 0, 1 or 2.
	Authentication int `json:"authentication,omitempty"`
	// Menu is the state from which the menu goes on if nobody answers.
	Menu json.RawMessage `json:"menu,omitempty"`
}

// TransferFailed says that the local service was not reached; the contact is
// back in its menu.
type TransferFailed struct {
	Transfer OfferID            `json:"transfer"`
	Result   contact.RingResult `json:"result"`
	// Cause is the medium's own code (for voice, Q.850).
	Cause int `json:"cause,omitempty"`
}

// Transferred says that the contact and the local service were bridged.
type Transferred struct {
	Transfer OfferID `json:"transfer"`
}

// TransferEnded says that the leg to the local service is gone.
type TransferEnded struct {
	Transfer OfferID `json:"transfer"`
	// By tells who ended it: "service" or "caller".
	By string `json:"by"`
}

// Kind implementations, one per struct.
func (Transferring) Kind() Kind   { return KindTransferring }
func (TransferFailed) Kind() Kind { return KindTransferFailed }
func (Transferred) Kind() Kind    { return KindTransferred }
func (TransferEnded) Kind() Kind  { return KindTransferEnded }

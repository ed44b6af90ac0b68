package node

import (
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
)

// outside is which numbers agents may have called, by the active version of the site: what
// was allowed when a call began may be so no more.
type outside struct {
	sealer *sealer
	site   func() *config.Site
}

func (c *Controller) outside() outside { return outside{sealer: c.sealer, site: c.Site} }

func (o outside) Target(written string) (number, why string) {
	n, why := o.site().MayDial(written)
	return string(n), why
}

func (o outside) Seal(id contact.ID, number string) (sealed string) {
	sealed, _ = numbers{sealer: o.sealer}.Seal(id, number)
	return sealed
}

func (o outside) Caps() (agent, all int) {
	site := o.site()
	return site.Outside.MaxPerAgent, site.Outside.MaxPerHour
}

// open is the number to dial, if it was sealed for the contact and may be called still.
func (o outside) open(id contact.ID, sealed string) string {
	number, _ := o.Target(o.sealer.openFor(id, sealed))
	return number
}

package rehearsal

import (
	"fmt"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
)

// What is keyed in for somebody who is nobody: both can exist, as far as an identify
// can tell. A test need not hold a number that may be somebody's.
const (
	inventedNumber = "3000000001250"
	inventedBirth  = "01011970"
)

// Identifying is the node that asks the caller who he is, if one does now.
func (c *Call) Identifying() (*ivr.Identify, bool) {
	n, is := c.scene.Tree.Nodes[c.session.Menu.Node].(*ivr.Identify)
	return n, is && c.closed == nil && c.Asks()
}

// identity is what leads to a level at a node, empty if nothing does. The finish key is
// for whoever has no such number, or date.
func (c *Call) identity(n *ivr.Identify, level int) string {
	stop := ""
	if n.FinishKey != 0 {
		stop = string(rune(n.FinishKey))
	}
	second, dated := c.session.Menu.Question == ivr.AskingBirthDate, n.BirthDate != nil
	switch {
	case second && level == ivr.BirthDatePlausible:
		return inventedBirth
	case second && level == ivr.NumberPlausible, !second && level == ivr.Unidentified:
		return stop
	case !second && level == ivr.NumberPlausible && !dated:
		return inventedNumber
	case !second && level == ivr.NumberPlausible && stop != "":
		return inventedNumber + stop
	case !second && level == ivr.BirthDatePlausible && dated:
		return inventedNumber + inventedBirth
	}
	return ""
}

// Identifies answers what an identify asks with what is invented, so that the caller
// is identified up to a level. With 0 he says that he has no number.
type Identifies struct{ Level int }

// Run implements Step.
func (s Identifies) Run(c *Call) *Miss {
	asks := func() bool { _, is := c.Identifying(); return is }
	if !c.hearUntil(asks) {
		return &Miss{Wanted: "to be asked for a fiscal number", Came: c.Stands(), Hint: "only a node of type identify asks for one"}
	}
	n, _ := c.Identifying()
	keys := c.identity(n, s.Level)
	if keys == "" {
		return &Miss{
			Wanted: fmt.Sprintf("to be identified up to %d", s.Level), Came: fmt.Sprintf("that %s cannot lead there", c.Node()),
			Hint: "2 needs its birth_date; 0, and 1 where it has a birth_date, need its finish_key",
		}
	}
	if miss := (Press{Keys: keys}).Run(c); miss != nil {
		return miss
	}
	if s.Level == ivr.NumberPlausible && n.BirthDate != nil && asks() { // the key was taken for the end of the number
		return Press{Keys: string(rune(n.FinishKey))}.Run(c)
	}
	return nil
}

// IsIdentified demands how far the menu has identified the caller.
type IsIdentified struct{ Level int }

// Run implements Step.
func (s IsIdentified) Run(c *Call) *Miss {
	if c.hearUntil(func() bool { return c.Authentication() == s.Level }) {
		return nil
	}
	hint := ""
	if _, asks := c.Identifying(); asks && c.session.Phase == engine.InMenu {
		hint = fmt.Sprintf("let the caller answer first: identifies: %d", s.Level)
	}
	return &Miss{Wanted: fmt.Sprintf("the authentication %d", s.Level), Came: fmt.Sprintf("%d, and %s", c.Authentication(), c.Stands()), Hint: hint}
}

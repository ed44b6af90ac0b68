package ivr

import "strings"

// WayOut is one key for those who wait, and where it leads.
type WayOut struct {
	Keys  string
	Goto  Target
	Label string
}

// wayOut begins the name of each way out of the wait.
const wayOut = "way_out."

// SteppedOut says that a caller who waited in a queue has pressed a key for a way out of
// it, and holds no place any more.
type SteppedOut struct{ Key byte }

func (SteppedOut) isEvent() {}

// Leaves reports whether a caller who waits may leave the queue by a key, and where the
// key leads: of the node by which he came to wait.
func Leaves(t *Tree, s State, key byte) (WayOut, bool) {
	n, ok := t.Nodes[s.Node].(*Queue)
	if !ok || s.Phase != AtRouting {
		return WayOut{}, false
	}
	for _, c := range n.WayOut {
		if c.Keys == string(rune(key)) {
			return c, true
		}
	}
	return WayOut{}, false
}

func (w *walk) steppedOut(e SteppedOut) {
	c, may := Leaves(w.tree, w.state, e.Key)
	if !may {
		return
	}
	w.takes(wayOut + c.Keys)
	w.follow(c.Goto.orEnd())
}

// Fill puts the values of variables into prompts, as the machine does.
func (v Vars) Fill(prompts []Prompt) []Prompt { return v.fill(prompts) }

// queue checks the ways out of a wait.
func (c *checker) queue(id NodeID, n *Queue) {
	seen := map[string]bool{}
	for _, choice := range n.WayOut {
		exit := wayOut + choice.Keys
		switch {
		case !keysOnly(choice.Keys) || len(choice.Keys) != 1:
			c.fault(id, exit, "use one of 0 to 9, * and #", "%q is not one key: who waits is not asked for a second", choice.Keys)
		case seen[choice.Keys]:
			c.fault(id, exit, "keep one of them", "two ways out have the key %q", choice.Keys)
		case choice.Goto == Target(id):
			c.fault(id, exit, "lead to a callback, a message, a menu", "%s leads back to the wait that it leaves", exit)
		}
		seen[choice.Keys] = true
	}
}

// needsKey reports whether a way out of a node is taken only by pressing a key there.
func needsKey(exit string) bool { return strings.HasPrefix(exit, wayOut) }

package ivr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whoever watches a walk can follow it on the map: each node entered is where the
// exit taken before leads.
func TestEveryWayFromNodeToNodeIsToldByItsExit(t *testing.T) {
	t.Parallel()
	for name, tree := range testTrees {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked, faults := New(tree)
			require.Empty(t, faults)
			rapid.Check(t, func(t *rapid.T) {
				f := follower{tree: checked, t: t, at: Home}
				in := anyHours(t)
				in.Watch = f.see
				s, actions := Start(f.tree, in)
				o := watching(f.tree)
				o.see(t, s, actions)
				for range rapid.IntRange(0, 40).Draw(t, "length") {
					s, actions = Step(f.tree, s, o.next(t, s), in)
					o.see(t, s, actions)
					require.True(t, s.Phase == Ended || s.Node == f.here)
				}
			})
		})
	}
}

// follower goes where it is told; at is what the latest exit names, empty once
// that node was entered.
type follower struct {
	tree *Tree
	t    *rapid.T
	here NodeID
	at   Target
}

func (f *follower) see(node NodeID, exit string) {
	if exit == "" {
		f.entered(node)
		return
	}
	require.Equal(f.t, f.here, node, "an exit of the present node")
	names := []string{}
	for _, w := range f.tree.Ways(node) {
		names = append(names, w.Name)
		if w.Name == exit {
			f.at = w.Goto
			return
		}
	}
	// A status or refusal that nobody knows has no exit of its own.
	require.Truef(f.t, f.tree.Nodes[node] != nil && exit == "on_strange" || exit == "strange", "%s has no exit %s but %v", node, exit, names)
	f.at = Back
}

func (f *follower) entered(node NodeID) {
	switch to := f.at; to {
	case Home:
		require.Equal(f.t, f.tree.Start, node)
	case Repeat:
		require.Equal(f.t, f.here, node)
	case Back:
	default:
		// Beyond the bounds of the machine, callers are led to the failure exit.
		assert.Contains(f.t, []Target{to, f.tree.Failure.Goto}, Target(node))
	}
	f.here, f.at = node, ""
}

package node_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// resumedBy are the keys that lead to CIS from the menu with that prompt.
var resumedBy = map[string]string{"menu_motif": forCIS, "departement": forCIS[1:]}

// The leader stands still between the moment at which it foresaw an offer and the one at
// which Redis gets it, with its cause in one batch. Another takes site and node, and
// serves the caller. The batch that lands then, of an epoch that is over, changes nothing.
func TestWhatAFrozenLeaderForesawChangesNothingOnRedis(t *testing.T) {
	t.Parallel()
	for _, program := range ledgertest.Programs(t) {
		t.Run(program.Name, func(t *testing.T) {
			t.Parallel()
			server := program.Start(t)
			b := raise(t, aritest.Config{}, noWrapUp)
			b.book = func() ledger.Log {
				l, err := redis.New(redis.Options{Site: "dgfip", Address: server.Address, Timeout: time.Second})
				require.NoError(t, err)
				t.Cleanup(func() { _ = l.Close() })
				return l
			}
			b.start()
			phone := b.phone("a1001", aritest.Answers(0))
			b.login("a1001")
			// The first of a kind is not foreseen: nobody has asked for such agents before.
			first := b.ask()
			b.untilTalking(first, "a1001")
			phone.Hangup()
			b.untilQuiet()
			b.agentIs("a1001", acd.Ready)

			frozen, one := b.ledger, b.c
			held, woken := make(chan []ledger.Entry, 1), make(chan struct{})
			wake := func() {
				select {
				case <-woken:
				default:
					close(woken)
				}
			}
			b.launch("c2")
			t.Cleanup(wake) // before the controllers are waited for
			b.until("the second to be ready", func() bool { return len(b.c.NotReady()) == 0 })
			frozen.look(func(batch []ledger.Entry) {
				if slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Kind == string(fact.KindOffered) }) {
					held <- slices.Clone(batch)
					<-woken
				}
			})

			caller := b.ask()
			var batch []ledger.Entry
			select {
			case batch = <-held:
			case <-time.After(patience):
				t.Fatal("nothing was offered")
			}
			frozen.look(nil)
			var kinds []string
			for _, e := range batch {
				kinds = append(kinds, e.Kind+" by "+e.Role)
			}
			require.Equal(t, []string{"queued by owner:a1", "offered by leader"}, kinds[len(kinds)-2:], "the offer was foreseen")

			// What the first had begun to say before the keys came is none of the second's.
			said := map[string]int{}
			b.until("the second to have taken all", func() (took bool) {
				now := map[string]int{}
				for prompt := range resumedBy {
					now[prompt] = b.played(caller, prompt)
				}
				b.c.View(func(s *fold.State) {
					took = s.Protocol.Nodes[ledger.Site].Holder == "c2" && s.Protocol.Nodes["a1"].Holder == "c2"
				})
				if !took {
					said = now
				}
				return took && b.record(caller) != nil
			})
			// His menu goes on where the ledger knows him to be; before, he keyed ahead of it.
			keys := ""
			b.until("the caller to be in his menu", func() bool {
				for prompt, k := range resumedBy {
					if b.played(caller, prompt) > said[prompt] {
						keys = k
					}
				}
				return keys != ""
			})
			caller.Press(keys)
			b.untilTalking(caller, "a1001")
			b.sameAfterReplay()

			wake()
			var landed []fold.Applied
			b.until("the batch of the woken one to have landed", func() bool {
				landed = nil
				require.NoError(t, b.c.Replay(t.Context(), func(a fold.Applied) {
					if slices.ContainsFunc(batch, func(e ledger.Entry) bool {
						return e.Kind == a.Entry.Kind && e.Subject == a.Entry.Subject && e.Epoch == a.Entry.Epoch && e.Seq == a.Entry.Seq && e.At == a.Entry.At
					}) {
						landed = append(landed, a)
					}
				}))
				return len(landed) == len(batch)
			})
			for _, a := range landed {
				assert.Equal(t, ledger.NotHolder, a.Verdict.Reason, "%s: %s", a.Entry.Kind, a.Verdict)
			}
			last := landed[len(landed)-1].Entry.Self.ID
			for _, c := range []interface{ View(func(*fold.State)) }{one, b.c} {
				b.until("both to have folded it", func() (folded bool) {
					c.View(func(s *fold.State) { folded = s.Protocol.Last.ID.Compare(last) >= 0 })
					return folded
				})
				c.View(func(s *fold.State) {
					assert.Equal(t, "c2", s.Protocol.Nodes[ledger.Site].Holder)
					assert.Equal(t, acd.Talking, s.Floor.Agents["a1001"].State)
					assert.Len(t, s.Floor.Offers, 1)
					assert.Len(t, s.Contacts, 1)
				})
			}
			b.untilTalking(caller, "a1001")
			assert.Equal(t, 2, phone.Calls(), "once for each caller")
			assert.Len(t, b.facts(fact.KindOffered), 2)
			caller.Hangup()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
		})
	}
}

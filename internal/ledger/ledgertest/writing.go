package ledgertest

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func firstOpenBegins(t *testing.T, b Backend) {
	first, second := b.Log(t), b.Log(t)
	head := open(t, first)
	assert.EqualValues(t, 1, head.Gen)
	assert.NotEmpty(t, head.Run)
	assert.Equal(t, head, open(t, first), "opening again changes nothing")
	assert.Equal(t, head, open(t, second))

	all := readAll(t, second)
	require.Len(t, all, 1)
	genesis := all[0]
	assert.Equal(t, head.Last, genesis.Self)
	assert.Equal(t, ledger.KindGenesis, genesis.Kind)
	assert.Equal(t, ledger.RoleLedger, genesis.Role)
	assert.True(t, genesis.Prev.IsZero())
	assert.Positive(t, genesis.At)
	var began ledger.Began
	require.NoError(t, ledger.Decode(genesis.Data, &began))
	assert.Equal(t, head.Run, began.Run)
}

func oneGenesis(t *testing.T, b Backend) {
	heads := make([]ledger.Head, 5)
	var opening sync.WaitGroup
	for i := range heads {
		l := b.Log(t)
		opening.Go(func() { heads[i], _ = l.Open(within(t)) })
	}
	opening.Wait()
	for _, head := range heads {
		assert.EqualValues(t, 1, head.Gen)
		assert.Equal(t, heads[0], head)
	}
}

func orderAndChain(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	written := ledger.Entry{
		Kind: "noted", Format: 3, Subject: `c-1 "é" <&> ` + "\u2028\x01", Writer: "ctl-1",
		Role: ledger.Owner("ast-1"), Epoch: ledger.ID{Ms: 12, Seq: 3}, Seq: 7, At: -5, Op: "op",
		Data: json.RawMessage(`{"a":[1,-2,null,true],"text":"<é>\u0001"}`),
	}
	bare := ledger.Entry{Kind: "noted", Format: 1, Role: ledger.RoleLeader}
	landed := appendAll(t, l, head.Gen, []ledger.Entry{written, bare})
	last := appendAll(t, l, head.Gen, []ledger.Entry{bare})

	all := readAll(t, l)
	require.Len(t, all, 4)
	assert.Equal(t, landed.Entries(head.Gen, []ledger.Entry{written, bare}), all[1:3])
	assert.Equal(t, last.Entries(head.Gen, []ledger.Entry{bare}), all[3:])
	assert.Equal(t, last.Positions[0], open(t, l).Last)
	assert.NotEqual(t, all[2].Self.Digest, all[3].Self.Digest, "the same body at another place has another digest")
}

func batchBounds(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	for _, n := range []int{0, ledger.MaxBatch + 1} {
		_, err := l.Append(within(t), head.Gen, facts(n))
		require.ErrorIs(t, err, ledger.ErrInvalid, "%d facts", n)
	}
	require.Len(t, readAll(t, l), 1)
	appendAll(t, l, head.Gen, facts(ledger.MaxBatch))
	require.Len(t, readAll(t, l), 1+ledger.MaxBatch)
}

func invalidBatches(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	good := Fact("op", nil)
	for name, spoil := range map[string]func(*ledger.Entry){
		"data is not JSON":       func(e *ledger.Entry) { e.Data = json.RawMessage(`{"a":`) },
		"data is not canonical":  func(e *ledger.Entry) { e.Data = json.RawMessage(`{"b":1,"a":2}`) },
		"data holds a fraction":  func(e *ledger.Entry) { e.Data = json.RawMessage(`{"a":1.5}`) },
		"the body is too long":   func(e *ledger.Entry) { e.Data = json.RawMessage(`"` + strings.Repeat("x", ledger.MaxBody) + `"`) },
		"the subject is no text": func(e *ledger.Entry) { e.Subject = "\xff" },
		"the role is the log's":  func(e *ledger.Entry) { e.Role = ledger.RoleLedger },
		"the role is unknown":    func(e *ledger.Entry) { e.Role = "king" },
	} {
		bad := good
		spoil(&bad)
		_, err := l.Append(within(t), head.Gen, []ledger.Entry{good, bad})
		require.ErrorIs(t, err, ledger.ErrInvalid, name)
	}
	require.Len(t, readAll(t, l), 1)
}

func wrongGeneration(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	for _, gen := range []uint64{0, head.Gen + 1} {
		_, err := l.Append(within(t), gen, facts(2))
		var refused *ledger.Refused
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, ledger.OtherGeneration, refused.Reason)
		assert.Equal(t, head, refused.Head)
	}
	require.Len(t, readAll(t, l), 1)
}

func concurrentAppenders(t *testing.T, b Backend) {
	gen := open(t, b.Log(t)).Gen
	const writers, batches, size = 4, 25, 7
	var writing sync.WaitGroup
	failed := make(chan error, writers*batches)
	for w := range writers {
		l := b.Log(t)
		writing.Go(func() {
			for n := range batches {
				batch := facts(size)
				for i := range batch {
					batch[i].Op = fmt.Sprintf("%d-%d-%d", w, n, i)
				}
				if _, err := l.Append(within(t), gen, batch); err != nil {
					failed <- err
				}
			}
		})
	}
	writing.Wait()
	close(failed)
	require.NoError(t, <-failed)

	var fold ledger.Fold
	fold.Know(Kinds)
	all := readAll(t, b.Log(t))
	require.Len(t, all, 1+writers*batches*size)
	for i, e := range all {
		require.Equal(t, "accepted", fold.Accept(e).String())
		if i > 0 { // batches are whole: their facts stand together
			assert.Equal(t, fmt.Sprint((i-1)%size), e.Op[strings.LastIndex(e.Op, "-")+1:])
		}
	}
}

func appendTellsPrev(t *testing.T, b Backend) {
	mine, other := b.Log(t), b.Log(t)
	head := open(t, mine)
	first := appendAll(t, mine, head.Gen, facts(2))
	assert.Equal(t, head.Last, first.Prev)
	between := appendAll(t, other, head.Gen, facts(1))
	assert.Equal(t, first.Positions[1], between.Prev)
	second := appendAll(t, mine, head.Gen, facts(1))
	assert.Equal(t, between.Positions[0], second.Prev)
}

func largeData(t *testing.T, b Backend) {
	l := b.Log(t)
	head := open(t, l)
	fact := Fact("op", map[string]string{"text": strings.Repeat("é", 100_000)})
	landed := appendAll(t, l, head.Gen, []ledger.Entry{fact})
	e, found, err := l.At(within(t), landed.Positions[0].ID)
	require.NoError(t, err)
	require.True(t, found)
	assert.Equal(t, fact.Data, e.Data)
}

package ledgertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

// Benchmark prints how fast a ledger appends and reads facts with about 200
// bytes of data, per fact and not per call.
func Benchmark(b *testing.B, fresh func(testing.TB) Backend) {
	for _, size := range []int{1, 16, ledger.MaxBatch} {
		b.Run(fmt.Sprintf("append in batches of %d", size), func(b *testing.B) { benchmarkAppend(b, fresh(b), size) })
	}
	b.Run("read in pieces of 1000", func(b *testing.B) { benchmarkRead(b, fresh(b)) })
}

// TypicalFact is an owner's fact with 200 bytes of data.
func TypicalFact(seq uint64) ledger.Entry {
	e := Fact("", map[string]string{"text": strings.Repeat("x", 189)})
	e.Subject, e.Role, e.Seq = "c-01JD5K2M3N4P5Q", ledger.Owner("ast-1"), seq
	e.Epoch = ledger.ID{Ms: 1732342342123}
	return e
}

func benchmarkAppend(b *testing.B, backend Backend, size int) {
	l := backend.Log(b)
	head := open(b, l)
	batch := make([]ledger.Entry, size)
	for i := range batch {
		batch[i] = TypicalFact(uint64(i + 1))
	}
	ctx := b.Context()
	for b.Loop() {
		_, err := l.Append(ctx, head.Gen, batch)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "facts/s")
}

func benchmarkRead(b *testing.B, backend Backend) {
	const facts = 20_000
	l := backend.Log(b)
	head := open(b, l)
	batch := make([]ledger.Entry, 250)
	for i := range batch {
		batch[i] = TypicalFact(uint64(i + 1))
	}
	for range facts / len(batch) {
		appendAll(b, l, head.Gen, batch)
	}
	ctx := b.Context()
	for b.Loop() {
		after, read := head.Last.ID, 0
		for read < facts {
			entries, err := l.Read(ctx, after, 1000, 0)
			require.NoError(b, err)
			read += len(entries)
			after = entries[len(entries)-1].Self.ID
		}
	}
	b.ReportMetric(float64(b.N*facts)/b.Elapsed().Seconds(), "facts/s")
}

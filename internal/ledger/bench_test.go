package ledger_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
)

// BenchmarkAccept folds owners' facts of 1,000 contacts, eight facts each.
func BenchmarkAccept(b *testing.B) {
	const contacts, each = 1000, 8
	c := newChain(b)
	c.Know(ledgertest.Kinds)
	epoch := c.holds(c.write(c.take("ctl-1", "ast-1", "", ledger.ID{})))
	start := c.Clone()
	entries := make([]ledger.Entry, 0, contacts*each)
	for seq := range each {
		for contact := range contacts {
			e := ledgertest.TypicalFact(uint64(seq + 1))
			e.Epoch, e.Subject = epoch, fmt.Sprint("c-", contact)
			e, v := c.write(e)
			c.holds(e, v)
			entries = append(entries, e)
		}
	}
	for b.Loop() {
		fold := start.Clone()
		for _, e := range entries {
			if !fold.Accept(e).Accepted() {
				b.Fatal("not accepted")
			}
		}
	}
	b.ReportMetric(float64(b.N*len(entries))/b.Elapsed().Seconds(), "facts/s")
}

func BenchmarkBody(b *testing.B) {
	e := ledgertest.TypicalFact(3)
	b.ReportAllocs()
	for b.Loop() {
		_, err := e.Body()
		require.NoError(b, err)
	}
}

func BenchmarkReadBody(b *testing.B) {
	body, err := ledgertest.TypicalFact(3).Body()
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, err := ledger.ReadBody(ledger.ID{Ms: 5}, ledger.Position{}, body)
		require.NoError(b, err)
	}
}

// BenchmarkCanonical encodes what a fact about a queued contact holds.
func BenchmarkCanonical(b *testing.B) {
	type step struct {
		After   int64    `json:"after"`
		Centers []string `json:"centers"`
	}
	data := struct {
		Queue  string             `json:"queue"`
		Rank   int64              `json:"rank"`
		Steps  []step             `json:"steps"`
		Hours  map[string][]int64 `json:"hours"`
		Closes int64              `json:"closes"`
	}{
		Queue: "particuliers", Rank: 1795690300380111, Closes: 1200000000000,
		Steps: []step{{0, []string{"cis_sud", "cis_ouest"}}, {300000000000, []string{"cis_sud", "cis_ouest", "renfort"}}},
		Hours: map[string][]int64{"cis_sud": {1795690300380262, 1830336700380262}, "cis_ouest": {1795690300380262, 1830336700380262}},
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := ledger.Canonical(data)
		require.NoError(b, err)
	}
}

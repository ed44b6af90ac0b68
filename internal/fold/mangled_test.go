package fold_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/ledger"
)

// Facts whose envelope is in order and whose content is not: values of another
// type, of another fact, too large, negative, empty or missing. FuzzCorruptEntry
// rarely gets that far, for most of what it changes is no canonical JSON any more.
// `-rapid.checks=N` for more.
func TestAMangledFactIsVoidOrCountsAndNeverPanics(t *testing.T) {
	t.Parallel()
	entries := readLedger(t, recorded(t)[0])
	before, values := statesOf(t, entries), valuesOf(t, entries)
	rapid.Check(t, func(t *rapid.T) {
		m := mangler{t, values}
		i := rapid.IntRange(0, len(entries)-1).Draw(t, "place")
		s := restored(t, before[i])
		for range rapid.IntRange(1, 4).Draw(t, "facts") {
			like := entries[min(i+rapid.IntRange(0, 20).Draw(t, "like"), len(entries)-1)]
			if ledger.IsProtocol(like.Kind) {
				continue
			}
			e := inTheRightHand(s, m.mangled(like))
			e.Prev = s.Protocol.Last
			e.Self = e.Prev.Next(after(e.Prev.ID), []byte(e.Kind))
			sane(t, s, s.Apply(e))
		}
		goOn(t, s, entries[i:])
	})
}

// mangler spoils the data of facts with the values of others.
type mangler struct {
	t      *rapid.T
	values map[string][]json.RawMessage // that were recorded, by the name of the field
}

func (m mangler) mangled(e ledger.Entry) ledger.Entry {
	if len(e.Data) == 0 || rapid.IntRange(0, 5).Draw(m.t, "envelope") == 0 {
		e.At = rapid.SampledFrom([]int64{0, -1, math.MinInt64, math.MaxInt64}).Draw(m.t, "at")
		e.Subject = rapid.SampledFrom([]string{"c000", "c001", "c010", "a01", "nobody"}).Draw(m.t, "subject")
		return e
	}
	data := decoded(m.t, e.Data)
	for range rapid.IntRange(1, 3).Draw(m.t, "values") {
		m.spoil(data)
	}
	text, err := ledger.Canonical(data)
	if err == nil {
		e.Data = text
	}
	return e
}

// spoil changes one value in a tree.
func (m mangler) spoil(v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return
		}
		key := rapid.SampledFrom(slices.Sorted(maps.Keys(v))).Draw(m.t, "field")
		if deeper(v[key]) && rapid.Bool().Draw(m.t, "deeper") {
			m.spoil(v[key])
			return
		}
		if rapid.IntRange(0, 7).Draw(m.t, "missing") == 7 {
			delete(v, key)
			return
		}
		v[key] = m.other(key)
	case []any:
		if len(v) == 0 {
			return
		}
		i := rapid.IntRange(0, len(v)-1).Draw(m.t, "element")
		if deeper(v[i]) {
			m.spoil(v[i])
			return
		}
		v[i] = m.other("")
	}
}

func deeper(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

func (m mangler) other(key string) any {
	if recorded := m.values[key]; len(recorded) > 0 && rapid.Bool().Draw(m.t, "of another") {
		return decoded(m.t, rapid.SampledFrom(recorded).Draw(m.t, "value"))
	}
	return rapid.SampledFrom([]any{
		nil, "", "x", true, 0, -1, 1, 2, int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), int64(1) << 40,
		[]any{}, map[string]any{}, []any{"x"}, []any{map[string]any{}}, map[string]any{"x": 1}, "9-9/x", "voice", "email",
	}).Draw(m.t, "value")
}

// valuesOf are all values of the recorded facts by the name of their field.
func valuesOf(t require.TestingT, entries []ledger.Entry) map[string][]json.RawMessage {
	values := map[string][]json.RawMessage{}
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				text, err := json.Marshal(v[key])
				require.NoError(t, err)
				values[key] = append(values[key], text)
				collect(v[key])
			}
		case []any:
			for _, one := range v {
				collect(one)
			}
		}
	}
	for _, e := range entries {
		if len(e.Data) > 0 {
			collect(decoded(t, e.Data))
		}
	}
	return values
}

func decoded(t require.TestingT, data []byte) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}

package fold

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The parts of an object have its members between them, as they were, whatever is in them.
func TestAnObjectIsSplitIntoItsMembers(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"`, `\`, `\"`, `{`, `},`, `"floor":`, `a,"contacts":{`}))
	value := rapid.Custom(func(t *rapid.T) any {
		return rapid.OneOf(
			rapid.Map(text, func(s string) any { return s }),
			rapid.Map(rapid.Float64Range(-1e6, 1e6), func(f float64) any { return f }),
			rapid.Map(rapid.MapOfN(text, text, 0, 3), func(m map[string]string) any { return m }),
			rapid.Map(rapid.SliceOfN(text, 0, 3), func(l []string) any { return l }),
			rapid.Just(any(nil)),
		).Draw(t, "value")
	})
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom([]string{"contacts", "floor", "tally"}), text)
		object := rapid.MapOfN(name, value, 0, 6).Draw(t, "object")
		whole, err := json.Marshal(object)
		require.NoError(t, err)
		parts, err := split(whole, sideBySide)
		require.NoError(t, err)
		members := 0
		merged := map[string]json.RawMessage{}
		for i, part := range parts {
			var m map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(part, &m), "%s of %s", part, whole)
			members += len(m)
			if i > 0 {
				assert.Len(t, m, 1)
			}
			for k, v := range m {
				merged[k] = v
			}
		}
		again, err := json.Marshal(merged)
		require.NoError(t, err)
		require.JSONEq(t, string(whole), string(again))
		require.Len(t, object, members)
	})
}

// What a program does not know of would be lost without a word.
func TestAStateOfANewerLedgerIsRefused(t *testing.T) {
	t.Parallel()
	s := New()
	s.Protocol.Format = Understands
	snap, err := s.Snapshot()
	require.NoError(t, err)
	_, err = Restore(snap)
	require.NoError(t, err)
	s.Protocol.Format++
	snap, err = s.Snapshot()
	require.NoError(t, err)
	_, err = Restore(snap)
	assert.ErrorContains(t, err, "of the ledger, this program understands")
}

func TestWhatIsNoStateIsRefused(t *testing.T) {
	t.Parallel()
	whole, err := New().Snapshot()
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"nothing":       {},
		"a list":        []byte(`[]`),
		"half a string": []byte(`{"config":"a}`),
		"too few":       []byte(`{"contacts":{"a":}}`),
		"too many":      []byte(`{"contacts":{}}}`),
		"two":           []byte(`{"contacts":{},,"floor":{}}`),
		"one to come":   []byte(`{"contacts":{},}`),
		"cut short":     whole.Data[:len(whole.Data)-1],
		"something in the middle": bytes.Replace(whole.Data, []byte(`"contacts":{}`),
			[]byte(`"contacts":{]`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Error(t, decode(text, New()), "%s", text)
		})
	}
}

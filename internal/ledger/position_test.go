package ledger_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func TestPlacesAreOrderedByMillisecondThenRank(t *testing.T) {
	t.Parallel()
	ordered := []ledger.ID{{}, {Seq: 1}, {Ms: 9, Seq: 10}, {Ms: 10}, {Ms: 10, Seq: 9}, {Ms: 10, Seq: 10}}
	for i, a := range ordered {
		for j, b := range ordered {
			switch cmp := a.Compare(b); {
			case i < j:
				assert.Negative(t, cmp, "%s %s", a, b)
			case i > j:
				assert.Positive(t, cmp, "%s %s", a, b)
			default:
				assert.Zero(t, cmp)
			}
		}
	}
}

func TestPositionsKeepTheirText(t *testing.T) {
	t.Parallel()
	const text = "1732342342123-4/86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
	p, err := ledger.ParsePosition(text)
	require.NoError(t, err)
	assert.Equal(t, text, p.String())
	encoded, err := json.Marshal(map[string]any{"at": p, "id": p.ID, "digest": p.Digest})
	require.NoError(t, err)
	var decoded struct {
		At     ledger.Position
		ID     ledger.ID
		Digest ledger.Digest
	}
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	assert.Equal(t, p, decoded.At)
	assert.Equal(t, p.ID, decoded.ID)
	assert.Equal(t, p.Digest, decoded.Digest)
}

func TestTextThatIsNoPositionIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "1", "-", "1-", "-1", "a-1", "1-b", "1--1", "1-18446744073709551616",
		"1-1/", "1-1/86f7", "1-1/zzf7e437faa5a7fce15d1ddcb9eaeaea377667b8", "x/86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
	} {
		_, err := ledger.ParsePosition(text)
		assert.Error(t, err, "%q", text)
	}
	_, err := ledger.ParseID("1-x")
	assert.ErrorContains(t, err, `"1-x"`)
}

func TestTheDigestIsTheSha1OfThePreviousOneAndTheBody(t *testing.T) {
	t.Parallel()
	// printf '%040d{}' 0 | sha1sum
	assert.Equal(t, "a2395453fbd4e5cefec772627083d9032752bc30", ledger.Digest{}.Next([]byte("{}")).String())
}

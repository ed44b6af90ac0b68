package fact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
)

// Fields in the order of their keys, as ledger.Canonical writes them.
type canonicalOffer struct {
	Agent          string           `json:"agent"`
	AgentVersion   uint64           `json:"agent_version"`
	Center         string           `json:"center"`
	Contact        string           `json:"contact"`
	ContactVersion uint64           `json:"contact_version"`
	Level          int              `json:"level,omitempty"`
	PossibleSince  int64            `json:"possible_since"`
	Queue          string           `json:"queue"`
	QueueVersion   uint64           `json:"queue_version"`
	ReadySince     int64            `json:"ready_since,omitempty"`
	Refusals       map[string]int   `json:"refusals,omitempty"`
	Rule           string           `json:"rule"`
	RunnersUp      []canonicalAgent `json:"runners_up,omitempty"`
}

type canonicalAgent struct {
	Agent      string `json:"agent"`
	Level      int    `json:"level,omitempty"`
	ReadySince int64  `json:"ready_since"`
}

func anyOffer(t *rapid.T) canonicalOffer {
	name := rapid.OneOf(rapid.StringMatching(`[a-z0-9_é-]{0,12}`), rapid.String())
	number := rapid.OneOf(rapid.Int64Range(0, 1<<53), rapid.Int64())
	o := canonicalOffer{
		Agent: name.Draw(t, "agent"), AgentVersion: rapid.Uint64().Draw(t, "agent version"), Center: name.Draw(t, "center"),
		Contact: name.Draw(t, "contact"), ContactVersion: 1, Level: rapid.IntRange(-1, 6).Draw(t, "level"),
		PossibleSince: number.Draw(t, "possible since"), Queue: name.Draw(t, "queue"), QueueVersion: rapid.Uint64Range(0, 99).Draw(t, "queue version"),
		ReadySince: number.Draw(t, "ready since"), Refusals: rapid.MapOfN(name, rapid.IntRange(-1, 99), 0, 3).Draw(t, "refusals"),
		Rule: name.Draw(t, "rule"),
	}
	for range rapid.IntRange(0, 5).Draw(t, "runners-up") {
		o.RunnersUp = append(o.RunnersUp, canonicalAgent{name.Draw(t, "other"), rapid.IntRange(0, 5).Draw(t, "other level"), number.Draw(t, "other since")})
	}
	return o
}

func TestAnOfferReadFastIsTheOneReadSlowly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(anyOffer(t))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "spoilt") { // one byte changed, or the end missing
			at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
			data[at] = rapid.Byte().Draw(t, "byte")
			data = data[:rapid.IntRange(at, len(data)).Draw(t, "length")]
		}
		want, wrong := decode[Offered](data)
		got, err := decodeOffered(data)
		assert.Equal(t, wrong, err)
		assert.Equal(t, want, got, "%s", data)
	})
}

func TestAnUsualOfferIsReadFast(t *testing.T) {
	t.Parallel()
	r := scan{rest: []byte(usualOffer)}
	f := r.offered()
	assert.False(t, r.failed)
	assert.Empty(t, r.rest)
	assert.Equal(t, contact.Agent("a00017"), f.Agent)
	assert.Len(t, f.RunnersUp, 3)
	assert.Equal(t, map[string]int{"lacks_skill": 812, "other_center": 9101}, f.Refusals)

	const odd = `{"agent":"a","agent_version":1,"agent_version":2}`
	_, err := decodeOffered([]byte(strings.ReplaceAll(usualOffer, `"rule"`, `"rulé"`)))
	require.Error(t, err, "an unknown field")
	_, err = decodeOffered([]byte(odd))
	require.NoError(t, err, "left to the general decoder, which takes it")
}

const usualOffer = `{"agent":"a00017","agent_version":3,"center":"centre17","contact":"mwxfn3dm-00000011","contact_version":1,` +
	`"possible_since":1795690300380262,"queue":"file017","queue_version":250,"ready_since":1795690300380111,` +
	`"refusals":{"lacks_skill":812,"other_center":9101},"rule":"longest_ready","runners_up":[` +
	`{"agent":"a00117","ready_since":1795690300380112},{"agent":"a00217","level":2,"ready_since":1795690300380113},` +
	`{"agent":"a00317","ready_since":1795690300380114}]}`

// BenchmarkDecodeOffered shows what a fold takes to read an offer, and what the
// general decoder would.
func BenchmarkDecodeOffered(b *testing.B) {
	for name, read := range map[string]func([]byte) (Fact, error){"offer": decodeOffered, "general": decode[Offered]} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := read([]byte(usualOffer))
				require.NoError(b, err)
			}
		})
	}
}

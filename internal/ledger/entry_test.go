package ledger_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

// The text below is what is in the Redis of every site: changing it makes all
// recorded ledgers unreadable.
func TestTheBodyOfAnEntryIsThisText(t *testing.T) {
	t.Parallel()
	e := ledger.Entry{
		Gen: 2, Format: 1, Kind: "queued", Subject: "c-7", Writer: "ctl-1", Role: ledger.Owner("ast-1"),
		Epoch: ledger.ID{Ms: 1732342342123, Seq: 4}, Seq: 3, At: 1732342342999001, Op: "op-1",
		Data: json.RawMessage(`{"queue":"impots"}`),
	}
	body, err := e.Body()
	require.NoError(t, err)
	assert.Equal(t, `{"at":1732342342999001,"data":{"queue":"impots"},"epoch":"1732342342123-4","format":1,"gen":2,`+
		`"kind":"queued","op":"op-1","role":"owner:ast-1","seq":3,"subject":"c-7","writer":"ctl-1"}`, string(body))

	bare, err := ledger.Entry{Gen: 1, Format: 1, Kind: "k", Role: ledger.RoleLeader}.Body()
	require.NoError(t, err)
	assert.Equal(t, `{"at":0,"format":1,"gen":1,"kind":"k","role":"leader"}`, string(bare))
}

func TestABodyThatWasNotWrittenByUsIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{}x`, `{"at":1,"surprise":1}`, `{"kind":"k","at":1}`, `[]`, `{"at":1.5}`} {
		_, err := ledger.ReadBody(ledger.ID{Ms: 5}, ledger.Position{}, []byte(body))
		assert.ErrorContains(t, err, "5-0", "%s", body)
	}
}

func FuzzEntriesReadBackAreThoseWritten(f *testing.F) {
	f.Add(uint64(1), 1, "queued", "c-1", "ctl", "leader", uint64(3), int64(-1), "op", []byte(`{"a":1}`))
	f.Add(uint64(0), -1, "", "\xff", "\"\\\n", "", uint64(0), int64(0), "", []byte(nil))
	f.Fuzz(func(t *testing.T, gen uint64, format int, kind, subject, writer, role string, seq uint64, at int64, op string, data []byte) {
		e := ledger.Entry{
			Gen: gen, Format: format, Kind: kind, Subject: subject, Writer: writer, Role: role,
			Epoch: ledger.ID{Ms: seq, Seq: gen}, Seq: seq, At: at, Op: op, Data: data,
		}
		body, err := e.Body()
		if err != nil {
			require.ErrorIs(t, err, ledger.ErrInvalid)
			return
		}
		canonical, err := ledger.Canonical(json.RawMessage(body))
		require.NoError(t, err)
		require.Equal(t, string(canonical), string(body))
		prev := ledger.Position{ID: ledger.ID{Ms: 1}}
		got, err := ledger.ReadBody(ledger.ID{Ms: 2}, prev, body)
		require.NoError(t, err)
		e.Prev, e.Self = prev, prev.Next(ledger.ID{Ms: 2}, body)
		if len(e.Data) == 0 {
			e.Data = nil
		}
		require.Equal(t, e, got)
	})
}

package ledger_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func TestCanonicalIsTheOneTextOfAValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value any
		text  string
	}{
		{nil, `null`},
		{true, `true`},
		{math.MinInt64, `-9223372036854775808`},
		{uint64(math.MaxUint64), `18446744073709551615`},
		{json.RawMessage(` { "b" : [ ] , "a" : { } } `), `{"a":{},"b":[]}`},
		{map[string]int{"é": 1, "z": 2, "a": 3, "A": 4, "": 5}, `{"":5,"A":4,"a":3,"z":2,"é":1}`},
		{struct {
			Z int `json:"z"`
			A []any
		}{1, []any{1, "x", nil, false}}, `{"A":[1,"x",null,false],"z":1}`},
		{"<a href=\"x\">&\\\u2028\x00\n\x7f", `"<a href=\"x\">&\\` + "\u2028" + `\u0000\u000a` + "\x7f" + `"`},
		{json.RawMessage(`"\u0041\/\ud83d\ude00\ufffd"`), `"A/😀` + "\ufffd" + `"`},
		{json.RawMessage(`[[1],[{"b":{"d":1,"c":2},"a":[]}]]`), `[[1],[{"a":[],"b":{"c":2,"d":1}}]]`},
	} {
		text, err := ledger.Canonical(c.value)
		require.NoError(t, err, "%v", c.value)
		assert.Equal(t, c.text, string(text))
		again, err := ledger.Canonical(text)
		require.NoError(t, err)
		assert.Equal(t, text, again)
	}
}

func TestCanonicalRefusesWhatIsNotTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for _, value := range []any{
		1.5, 1e30, math.Inf(1), func() {},
		json.RawMessage(`1.0`), json.RawMessage(`1e2`), json.RawMessage(`-0`), json.RawMessage(`{"a":18446744073709551616}`),
		json.RawMessage(`{"a":1,"a":1}`), json.RawMessage(`{"b":1,"a":2,"b":3}`), json.RawMessage(`"\ud800"`),
		json.RawMessage(strings.Repeat("[", 100) + strings.Repeat("]", 100)),
	} {
		_, err := ledger.Canonical(value)
		assert.Error(t, err, "%v", value)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	t.Parallel()
	var into struct {
		A int    `json:"a"`
		B string `json:"b"`
	}
	require.NoError(t, ledger.Decode(json.RawMessage(`{"a":1,"b":"x"}`), &into))
	assert.Equal(t, 1, into.A)
	for _, text := range []string{
		``, `{`, `{"a":1`, `{"a":1,}`, `{"a":1}{}`, `{"a":1} `, `{"b":"x","a":1}`, `{"a":1,"a":2}`,
		`{"a":1,"c":2}`, `{"a":"1"}`, `{"a":1.0}`, `{"b":"\u0041"}`, "{\"b\":\"\xff\"}", "{\"b\":\"\n\"}", `[]`, `nul`, `]`, `{1:2}`, `{"a" 1}`, `[1 2]`,
	} {
		assert.Error(t, ledger.Decode(json.RawMessage(text), &into), "%s", text)
	}
}

func FuzzCanonicalAgreesWithTheStandardLibrary(f *testing.F) {
	for _, seed := range []string{`{"b":[1,-2,"x\u00e9"],"a":{}}`, `"\ud800"`, `[1.0]`, `{"a":1,"a":2}`, "\"\xff\"", `-`, `{"":`, "[\"\\"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		canonical, err := ledger.Canonical(json.RawMessage(text))
		if err != nil {
			return
		}
		again, err := ledger.Canonical(canonical)
		require.NoError(t, err)
		require.Equal(t, canonical, again, "canonical text is its own canonical text")
		var before, after any
		require.NoError(t, unmarshalNumbers(text, &before))
		require.NoError(t, unmarshalNumbers(canonical, &after))
		require.Equal(t, before, after, "the value is the same")
	})
}

func unmarshalNumbers(text []byte, into *any) error {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	return decoder.Decode(into)
}

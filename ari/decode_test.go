package ari

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stasisStart has the members and order of Asterisk 22.10.1.
const stasisStart = `{"type":"StasisStart","timestamp":"2026-11-23T06:20:57.214+0000","args":["2014","hello"],` +
	`"channel":{"id":"1795414857.0","name":"PJSIP/trunk-00000000","state":"Ring","protocol_id":"1-19020@127.0.0.1",` +
	`"caller":{"name":"Marie","number":"0199001234"},"connected":{"name":"","number":""},"accountcode":"",` +
	`"dialplan":{"context":"in","exten":"2014","priority":2,"app_name":"Stasis","app_data":"app,2014,hello"},` +
	`"creationtime":"2026-11-23T06:20:57.213+0000","language":"en"},"asterisk_id":"00:00:00:00:00:00","application":"app"}`

func TestAnEventIsDecodedIntoTheStructOfItsType(t *testing.T) {
	t.Parallel()
	d, err := decode([]byte(stasisStart))
	require.NoError(t, err)
	start, isStart := d.value.(*v5.StasisStart)
	require.True(t, isStart)
	assert.Equal(t, "StasisStart", d.typ)
	assert.Equal(t, []string{"2014", "hello"}, start.Args)
	assert.Equal(t, "0199001234", start.Channel.Caller.Number)
	assert.Equal(t, ChannelID("1795414857.0"), d.about.channels[0])
	assert.True(t, time.Date(2026, 11, 23, 6, 20, 57, 214_000_000, time.UTC).Equal(d.at))
}

func TestTheTypeIsTheOneOfTheTopLevelWhereverItStands(t *testing.T) {
	t.Parallel()
	for name, frame := range map[string]string{
		"last":                 `{"channel":{"id":"c"},"application":"app","type":"StasisEnd"}`,
		"after a nested one":   `{"channel":{"type":"Dial","id":"c"},"type":"StasisEnd"}`,
		"after a deep one":     `{"a":[[{"type":"Dial","b":{"type":"Dial"}}]],"channel":{"id":"c"},"type":"StasisEnd"}`,
		"after text that lies": `{"a":"\",\"type\":\"Dial\"","channel":{"id":"c"},"type":"StasisEnd"}`,
		"after braces in text": `{"a":"}{][","b":"\\","channel":{"id":"c"},"type":"StasisEnd"}`,
		"after plain values":   `{"a":1,"b":true,"c":null,"d":-1.5e3,"channel":{"id":"c"},"type":"StasisEnd"}`,
		"with white space":     " {\n\t\"channel\" : {\"id\":\"c\"} , \r\n\"type\" : \"StasisEnd\" }\n",
		"value named type":     `{"a":"type","channel":{"id":"c"},"type":"StasisEnd"}`,
		"type first":           `{"type":"StasisEnd","channel":{"type":"Dial","id":"c"}}`,
	} {
		d, err := decode([]byte(frame))
		if assert.NoError(t, err, name) {
			assert.IsType(t, &v5.StasisEnd{}, d.value, name)
			assert.Equal(t, ChannelID("c"), d.about.channels[0], name)
		}
	}
}

func TestAFrameThatIsNoEventIsRefusedNotFatal(t *testing.T) {
	t.Parallel()
	for name, frame := range map[string]string{
		"empty":                 ``,
		"only space":            `  `,
		"word":                  `hello`,
		"array":                 `[{"type":"StasisStart"}]`,
		"no type":               `{"channel":{"type":"StasisStart"}}`,
		"type is no text":       `{"type":{"type":"StasisStart"}}`,
		"type is null":          `{"type":null}`,
		"cut short":             stasisStart[:len(stasisStart)/2],
		"cut in the type":       `{"type":"Stasis`,
		"trailing rubbish":      stasisStart + `}`,
		"channel is a number":   `{"type":"StasisStart","channel":7}`,
		"args are an object":    `{"type":"StasisStart","args":{}}`,
		"time is null":          `{"type":"StasisStart","timestamp":null}`,
		"time is nonsense":      `{"type":"StasisStart","timestamp":"yesterday"}`,
		"two types":             `{"type":"StasisStart","type":"StasisEnd"}`,
		"a second type by case": `{"type":"StasisStart","TYPE":"StasisEnd"}`,
		"not UTF-8 key":         "{\"\xff\":1",
		"deep nesting":          `{"a":` + strings.Repeat("[", 200_000),
	} {
		d, err := decode([]byte(frame))
		require.Error(t, err, name)
		assert.NotErrorIs(t, err, errUnknownType, name)
		assert.Nil(t, d.value, name)
	}
}

func TestNullMembersLeaveAnEventWithoutThem(t *testing.T) {
	t.Parallel()
	d, err := decode([]byte(`{"type":"Dial","caller":null,"peer":null,"dialstatus":null,"forward":null}`))
	require.NoError(t, err)
	assert.Equal(t, subjects{}, d.about)
}

func TestUnknownTypesAreToldFromThoseOfNoUse(t *testing.T) {
	t.Parallel()
	_, err := decode([]byte(`{"type":"BrandNewThing"}`))
	require.ErrorIs(t, err, errUnknownType)
	_, err = decode([]byte(`{"type":"ApplicationRegistered"}`))
	require.ErrorIs(t, err, errIgnoredType)
}

func TestAnEventIsAboutEveryPartyItNamesAndNoMemberOfABridge(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]subjects{
		`{"type":"Dial","caller":{"id":"a"},"peer":{"id":"b"},"forwarded":{"id":"c"}}`: {channels: [6]ChannelID{"b", "a", "c"}},
		`{"type":"Dial","peer":{"id":"b"}}`:                                            {channels: [6]ChannelID{"b"}},
		`{"type":"ChannelEnteredBridge","channel":{"id":"a"},"bridge":{"id":"x","channels":["a","b"]}}`: {
			channels: [6]ChannelID{"a"}, bridges: [2]BridgeID{"x"}},
		`{"type":"PlaybackFinished","playback":{"id":"p","target_uri":"channel:a"}}`:   {channels: [6]ChannelID{"a"}, playback: "p"},
		`{"type":"PlaybackStarted","playback":{"id":"p","target_uri":"bridge:x"}}`:     {bridges: [2]BridgeID{"x"}, playback: "p"},
		`{"type":"RecordingStarted","recording":{"name":"r","target_uri":"bridge:x"}}`: {bridges: [2]BridgeID{"x"}},
		`{"type":"BridgeMerged","bridge":{"id":"x"},"bridge_from":{"id":"y"}}`:         {bridges: [2]BridgeID{"x", "y"}},
		`{"type":"StasisStart","channel":{"id":"a"},"replace_channel":{"id":"b"}}`:     {channels: [6]ChannelID{"a", "b"}},
		`{"type":"ChannelCallerId","channel":{"id":"a"}}`:                              {channels: [6]ChannelID{"a"}},
		`{"type":"ChannelUserevent","channel":{"id":"a"},"eventname":"x"}`:             {channels: [6]ChannelID{"a"}},
		`{"type":"ChannelTransfer","referred_by":{"source_channel":{"id":"a"},"connected_channel":{"id":"b"},"bridge":{"id":"x"}},` +
			`"refer_to":{"requested_destination":{"destination":"1002"},"destination_channel":{"id":"c"}}}`: {channels: [6]ChannelID{"a"}},
	} {
		d, err := decode([]byte(frame))
		if assert.NoError(t, err, frame) {
			assert.Equal(t, want, d.about, frame)
		}
	}
}

// TestEveryKnownTypeDecodes guards the table: each entry must accept its own
// name and yield a value.
func TestEveryKnownTypeDecodes(t *testing.T) {
	t.Parallel()
	for name := range kinds {
		d, err := decode([]byte(`{"type":"` + name + `","timestamp":"2026-11-23T06:20:57.214+0000"}`))
		if assert.NoError(t, err, name) {
			assert.Equal(t, name, d.typ)
			assert.NotNil(t, d.value, name)
			assert.False(t, d.at.IsZero(), name)
		}
	}
}

// FuzzDecode holds decode to this: it never panics, it accepts only JSON, and what it
// accepts has the type that a full decoding finds, and the content that encoding/json does.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		stasisStart, ``, `{}`, `{"type":"Dial"}`, `{"a":"\"","type":"StasisEnd"}`, `{"type":"X","b":[{"type":1}]}`,
		`{"channel":{"id":1},"type":"StasisEnd"}`, `{"a":[],"b":{},"type":"StasisEnd"}`, `{"Type":"Dial","type":"Dial"}`,
		`{"type":"StasisEnd","channel":{"id":"a","ID":"b","creationtime":null,"channelvars":{"x":"1","x":"\xff"}},"channel":{"name":"c"}}`,
		`{"type":"StasisEnd","channel":{"creationtime":"0000-01-01T00:00:00.000+0000","dialplan":null,"caller":{}}}`,
		`{"type":"StasisEnd","channel":null,"timestamp":"2026-11-23T06:20:57.214+0000"}`,
		`{"type":"PlaybackFinished","playback":{"target_uri":"channel:"}}`, `{"a":}{"type":"Dial"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		d, err := decode(frame)
		if err != nil {
			require.Nil(t, d.value)
			return
		}
		require.True(t, json.Valid(frame))
		var whole struct{ Type string }
		require.NoError(t, json.Unmarshal(frame, &whole))
		require.Equal(t, whole.Type, d.typ)
		plain := reflect.New(reflect.TypeOf(d.value).Elem()).Interface()
		require.NoError(t, json.Unmarshal(frame, plain))
		require.Equal(t, plain, d.value)
	})
}

func BenchmarkDecode(b *testing.B) {
	frame := []byte(stasisStart)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(frame); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScanType shows what finding the type costs beside decoding; the
// frame has it at its end.
func BenchmarkScanType(b *testing.B) {
	frame := []byte(`{"application":"app",` + stasisStart[len(`{"type":"StasisStart",`):len(stasisStart)-1] + `,"type":"StasisStart"}`)
	b.ReportAllocs()
	for b.Loop() {
		if name, ok := scanType(frame); !ok || string(name) != "StasisStart" {
			b.Fatal("type not found")
		}
	}
}

package ivr

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anyValue is what a caller, a table or a back-end might give, with a taste for
// signs that mean something somewhere.
var anyValue = rapid.OneOf(
	rapid.String(),
	rapid.StringOf(rapid.SampledFrom([]rune("./\\?#&=%:@;+ {}\"'<>\r\n\x00é0"))),
	rapid.SampledFrom([]string{"..", ".", "%2e%2e", "../../admin", "x/../..", "a?b=c", "a#b", "@evil.example", "//evil.example", "1&to=2", "\r\nX-Evil: 1", "%0d%0a", `","admin":true,"a":"`, "{var.y}", strings.Repeat("9", 400)}),
)

var inquired = Inquiry{
	Backend: "dossier", Method: "POST", Timeout: time.Second, MaxAnswer: 1,
	Path:    template("/dossiers/{var.x}/etat-{var.y}?de={caller}&par={entry}&fixe=1"),
	Headers: []HeaderTemplate{{"X-Value", template("{var.x}")}, {"X-Fixed", template("a b")}},
	Body: &Body{JSON: &Shape{Object: []Member{
		{"x", Shape{Text: template("{var.x}")}}, {"both", Shape{Text: template("{var.x}|{var.y}")}},
		{"list", Shape{List: []Shape{{Text: template("{var.y}")}, {Plain: json.RawMessage("1")}}}},
	}}},
}

// Whatever a caller keys and whatever numbers and answers say, a request goes where
// the author wrote, with the parts he wrote, and each value is whole in its own.
func TestNoValueLeavesItsPlaceInARequest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, y, caller := anyValue.Draw(t, "x"), anyValue.Draw(t, "y"), anyValue.Draw(t, "caller")
		f, ok := inquired.fetch(values{in: &Input{Caller: caller, Dialled: "2014"}, vars: Vars{"x": x, "y": y}})
		if !ok {
			long := len(f.Path) > maxFilled || len(escaped(x))+len(escaped(y))+len(escaped(caller)) > maxFilled-100
			require.True(t, x == "" || y == "" || x == "." || x == ".." || long, "%q %q", x, y)
			return
		}
		request, err := http.NewRequest(f.Method, "https://dossiers.example:8443/api"+f.Path, nil)
		require.NoError(t, err)
		require.Equal(t, "dossiers.example:8443", request.URL.Host)
		require.Nil(t, request.URL.User)
		require.Empty(t, request.URL.Fragment)
		require.Equal(t, []string{"", "api", "dossiers", escaped(x), "etat-" + escaped(y)}, strings.Split(request.URL.EscapedPath(), "/"))
		back, err := url.PathUnescape(escaped(x))
		require.NoError(t, err)
		require.Equal(t, x, back)
		query, err := url.ParseQuery(request.URL.RawQuery)
		require.NoError(t, err)
		require.Equal(t, url.Values{"de": {caller}, "par": {"2014"}, "fixe": {"1"}}, query)
		for _, h := range f.Headers {
			require.Equal(t, -1, strings.IndexFunc(h.Value, func(r rune) bool { return r < ' ' || r > '~' }))
		}
		checkBody(t, f.Body, x, y)
	})
}

func checkBody(t *rapid.T, body []byte, x, y string) {
	var read struct {
		X, Both string
		List    []any
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&read), "%s", body)
	require.Equal(t, strings.ToValidUTF8(x, "\ufffd"), strings.ToValidUTF8(read.X, "\ufffd"))
	require.Len(t, read.List, 2)
	if utf8.ValidString(x + y) {
		require.Equal(t, x+"|"+y, read.Both)
	}
}

func TestNoValueLeavesItsFieldOfAForm(t *testing.T) {
	t.Parallel()
	body := Body{Form: []FormField{{"to", template("{var.x}")}, {"a&b", template("Lien : {var.y}")}}}
	rapid.Check(t, func(t *rapid.T) {
		x, y := anyValue.Draw(t, "x"), anyValue.Draw(t, "y")
		form := string(body.fill(values{in: &Input{}, vars: Vars{"x": x, "y": y}}))
		read, err := url.ParseQuery(form)
		require.NoError(t, err)
		require.Equal(t, url.Values{"to": {x}, "a&b": {"Lien : " + y}}, read)
	})
	kind, _, err := mime.ParseMediaType(body.contentType())
	require.NoError(t, err)
	assert.Equal(t, "application/x-www-form-urlencoded", kind)
}

// A real server of Go sees the header as one, whatever is in it.
func TestAHeaderNeverBecomesTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := headerValue(anyValue.Draw(t, "value"))
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("X-Value", value)
		var wire strings.Builder
		require.NoError(t, request.Write(&wire))
		require.Equal(t, 1, strings.Count(wire.String(), "X-Value:"))
		require.Equal(t, strings.TrimSpace(value), strings.TrimSpace(request.Header.Get("X-Value")))
	})
}

func TestPathsThatGoElsewhereAreNotAskedFor(t *testing.T) {
	t.Parallel()
	for path, vars := range map[string]Vars{
		"/a/{var.x}":          {"x": ".."},
		"/a/{var.x}/b":        {"x": "."},
		"/a/.{var.x}":         {"x": "."},
		"/a/{var.x}{var.y}/b": {"x": ".", "y": "."},
		"/a/{var.x}/c":        {},
		"/a/{var.y}?b={var.x}": {
			"y": strings.Repeat("9", maxFilled),
		},
	} {
		_, ok := template(path).fillPath(values{in: &Input{}, vars: vars})
		assert.False(t, ok, path)
	}
	path, ok := template("/a?b={var.x}&c={caller}").fillPath(values{in: &Input{Caller: "+336"}, vars: Vars{}})
	assert.True(t, ok, "nothing may stand in a query")
	assert.Equal(t, "/a?b=&c=%2B336", path)
}

func TestTemplatesSayWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Flaw{
		"é{var.x":                          {Offset: 1, Problem: "the brace is not closed"},
		"é}":                               {Offset: 1, Problem: "a brace is closed that was not opened"},
		"éa{calller}":                      {Offset: 3, Problem: "there is no {calller}", Unknown: "calller"},
		"{var.}":                           {Offset: 1, Problem: "there is no {var.}", Unknown: "var."},
		"{to}":                             {Offset: 1, Problem: "there is no {to}", Unknown: "to"},
		strings.Repeat("x", maxTemplate+1): {Problem: "the text has 2001 bytes"},
	} {
		_, flaw := ParseTemplate(text)
		require.NotNil(t, flaw, text)
		flaw.Hint, flaw.Known = "", nil
		assert.Equal(t, want, *flaw, text)
	}
	whole, flaw := ParseTemplate("{{a}} {var.x}")
	require.Nil(t, flaw)
	assert.Equal(t, "{a} 1", whole.fill(values{in: &Input{}, vars: Vars{"x": "1"}}, verbatim))
}

func TestPointersFollowTheExamplesOfTheRFC(t *testing.T) {
	t.Parallel()
	const document = `{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"n":null,"t":true,"o":{"p":"q"}}`
	for at, want := range map[string]string{
		"/foo/0": "bar", "/": "0", "/a~1b": "1", "/c%d": "2", "/e^f": "3", "/g|h": "4", `/i\j`: "5", `/k"l`: "6", "/ ": "7", "/m~0n": "8",
		"/n": "", "/t": "true", "/o/p": "q", "/missing": "", "/foo/2": "", "/foo/-": "", "/foo/00": "", "/foo/-1": "", "/foo/0/x": "", "/m~01n": "",
	} {
		vars, err := readAnswer([]byte(document), []Saved{{"x", pointer(at), 10}})
		require.NoError(t, err, at)
		assert.Equal(t, Vars{"x": want}, vars, at)
	}
	for _, at := range []string{"", "/foo", "/o"} {
		_, err := readAnswer([]byte(document), []Saved{{"y", pointer("/t"), 10}, {"x", pointer(at), 10}})
		require.ErrorIs(t, err, errUnreadable, "a list or an object is no text: %s", at)
	}
	for _, body := range []string{"", "{", "{} {}", "\xff", `{"x":1}]`, strings.Repeat("[", 20000)} {
		_, err := readAnswer([]byte(body), []Saved{{"x", pointer("/x"), 10}})
		require.ErrorIs(t, err, errUnreadable, body)
	}
	_, err := readAnswer([]byte(`{"x":"éléphants!"}`), []Saved{{"x", pointer("/x"), 9}})
	require.ErrorIs(t, err, errUnreadable, "too long")
	vars, err := readAnswer([]byte(`{"x":"a\r\n\u0000b\u009bc","n":1e400}`), []Saved{{"x", pointer("/x"), 9}, {"n", pointer("/n"), 9}})
	require.NoError(t, err)
	assert.Equal(t, Vars{"x": "abc", "n": "1e400"}, vars, "nothing that a terminal would act upon")
	for _, wrong := range []string{"foo", "/a~", "/a~2", "/" + strings.Repeat("x", maxPointer)} {
		_, flaw := ParsePointer(wrong)
		assert.NotNil(t, flaw, wrong)
	}
}

// Whatever a back-end sends, the values are bounded text without control characters,
// or there are none.
func FuzzSave(f *testing.F) {
	f.Add([]byte(`{"a":{"b":["c",1.5,null,"\u0007"]}}`), "/a/b/0", 20)
	f.Add([]byte(`[[[[[[1]]]]]]`), "/0/0/0", 1)
	f.Add([]byte(`"\ud800"`), "", 3)
	f.Fuzz(func(t *testing.T, body []byte, at string, most int) {
		p, flaw := ParsePointer(at)
		if flaw != nil {
			require.NotEmpty(t, flaw.Problem)
			return
		}
		require.Equal(t, at, p.String())
		vars, err := readAnswer(body, []Saved{{"x", p, most}})
		if err != nil {
			require.Nil(t, vars)
			return
		}
		require.LessOrEqual(t, utf8.RuneCountInString(vars["x"]), most)
		require.True(t, utf8.ValidString(vars["x"]))
		require.Equal(t, -1, strings.IndexFunc(vars["x"], func(r rune) bool { return r < ' ' || r == 0x7f }))
	})
}

func TestAnswersAreJudgedByStatusThenClass(t *testing.T) {
	t.Parallel()
	exit := func(name Target) Exit { return Exit{Goto: name} }
	n := &HTTP{
		Save: []Saved{{"x", pointer("/x"), 5}}, OnSuccess: exit("ok"), OnError: exit("error"),
		OnStatus: []StatusExit{{5, exit("5xx")}, {503, exit("503")}, {404, exit("404")}, {204, exit("204")}},
	}
	for _, c := range []struct {
		answer Fetched
		to     Target
	}{
		{Fetched{Status: 200, Body: []byte(`{"x":"1"}`)}, "ok"}, {Fetched{Status: 299, Body: []byte(`{}`)}, "ok"},
		{Fetched{Status: 200, Body: []byte(`no`)}, "error"}, {Fetched{Status: 204}, "204"}, {Fetched{Status: 404}, "404"}, {Fetched{Status: 403}, "error"},
		{Fetched{Status: 503}, "503"}, {Fetched{Status: 500}, "5xx"}, {Fetched{Status: 302}, "error"}, {Fetched{Failure: TimedOutThere}, "error"},
		{Fetched{Failure: Unreachable, Status: 200}, "error"},
	} {
		assert.Equal(t, c.to, n.judge(c.answer).exit.Goto, "%+v", c.answer)
	}
	n.OnTimeout = exit("timeout")
	assert.Equal(t, Target("timeout"), n.judge(Fetched{Failure: TimedOutThere}).exit.Goto)
}

func TestOnlyWhatCanBeOneAddressIsSentAMail(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a@b.fr", "jeanne.d-arc+impots@orleans.example"} {
		assert.True(t, isAddress(good), good)
	}
	for _, bad := range []string{"", "a", "a@", "@b.fr", "a@b", "a@b.fr,c@d.fr", "a@b.fr\r\nBcc: c@d.fr", "a b@c.fr", "<a@b.fr>", "a@b.fr>", "é@b.fr", "a@.fr", "a@b.", "a@b@c.fr", strings.Repeat("a", 250) + "@b.fr"} {
		assert.False(t, isAddress(bad), bad)
	}
}

func TestALookupAgreesWithItsTable(t *testing.T) {
	t.Parallel()
	table := NewTable("t", []string{"code", "nom"})
	require.True(t, table.Add("44", []string{"44", "Nantes"}))
	require.False(t, table.Add("44", []string{"44", "Rezé"}), "a key is there once")
	assert.Equal(t, 1, table.Len())
	w := walk{state: State{Vars: Vars{"code": " 44 "}}}
	n := &Lookup{Table: table, Key: "code", Save: []Column{{"nom", "nom"}}, Found: Exit{Goto: "a"}, NotFound: Exit{Goto: "b"}}
	assert.Equal(t, Target("a"), w.lookUp(n).Goto)
	assert.Equal(t, "Nantes", w.state.Vars["nom"])
	w.state.Vars = Vars{}
	assert.Equal(t, Target("b"), w.lookUp(n).Goto)
	assert.Len(t, w.state.Decisions, 2)
}

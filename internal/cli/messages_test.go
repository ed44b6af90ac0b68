package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func deskWithMessages(t *testing.T) *desk {
	t.Helper()
	return deskOf(t, reporttest.Messages(reporttest.Site()))
}

func TestMessagesAreListedShownFetchedAndDone(t *testing.T) {
	t.Parallel()
	d := deskWithMessages(t)
	golden(t, "messages.txt", d.prints(t, "messages", "list"))
	assert.Equal(t, d.prints(t, "messages", "list"), d.prints(t, "messages", "list", "--all"), "nothing is done yet")
	golden(t, "message.txt", d.prints(t, "messages", "show", "c21.1"))

	assert.Equal(t, "RIFF of c21", d.prints(t, "messages", "get", "c21.1"))
	file := filepath.Join(t.TempDir(), "message.wav")
	assert.Equal(t, file+": 11 bytes\n", d.prints(t, "messages", "get", "c21.1", "--output", file))
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "RIFF of c21", string(written))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it is personal")

	said := d.prints(t, "messages", "done", "c21.1")
	assert.Regexp(t, `(?m)^done     2026-11-23 14:\d\d:\d\d, by \S+$`, said)
	assert.Regexp(t, `(?m)^deleted  after 2026-12-23 14:\d\d$`, said)
	assert.NotContains(t, d.prints(t, "messages", "list"), "c21.1")
	assert.Regexp(t, `(?m)^c21\.1 .* 2026-11-23 14:\d\d by \S+$`, d.prints(t, "messages", "list", "--all"))
	d.prints(t, "messages", "done", "c22.1")
	assert.Equal(t, "no messages\n", d.prints(t, "messages", "list", "--mailbox", "accueil"))
	var all []api.Message
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "messages", "list", "--all", "--json")), &all))
	assert.Len(t, all, 3)
	var done api.Message
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "messages", "done", "c23.1", "--json")), &done))
	assert.NotNil(t, done.DoneAt)
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "messages", "show", "c23.1", "--json")), &done))
}

func TestAMessageOfAQueueIsTakenAndReturned(t *testing.T) {
	t.Parallel()
	d := deskWithMessages(t)
	d.Change(func(l *reporttest.Ledger) {
		goes := fact.ForQueue{Queue: "particuliers"}
		l.Arrive("c24")
		l.Own("c24", fact.MessageLeft{Message: "c24.1", Mailbox: "accueil", Lasts: 7 * time.Second, Retention: time.Hour, For: &goes, Menu: []byte(`{}`)})
	})
	assert.Regexp(t, `(?m)^queue    particuliers$`, d.prints(t, "messages", "show", "c24.1"))
	code, _, errs := d.types(t, "messages", "take", "c24.1", "a1")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "message c24.1 is no contact of a queue")
	d.Change(func(l *reporttest.Ledger) {
		v := fact.Voicemail{Message: "c24.1", Mailbox: "accueil", LeftBy: "c24", LeftAt: l.Now, For: fact.ForQueue{Queue: "particuliers"}}
		l.Own("vm-c24.1", fact.Arrived{Medium: contact.Voicemail, Entry: "2014", Node: reporttest.Node, Rank: l.Now, Voicemail: &v})
		l.Own("vm-c24.1", fact.Queued{Queue: "particuliers", Rank: l.Now, Steps: reporttest.Steps, Policies: contact.DefaultPolicies()})
	})
	assert.Regexp(t, `(?m)^queue    particuliers, as contact vm-c24.1, waiting$`, d.prints(t, "messages", "take", "c24.1", "a1"))
	d.prints(t, "messages", "return", "c24.1", "a1")
	require.Len(t, d.Deeds, 2)
	assert.Equal(t, "a1 calls back who left message c24.1; see guichet call show call-of-vm-c24.1\n", d.prints(t, "messages", "call", "c24.1", "a1"))
	assert.Contains(t, d.prints(t, "messages", "call", "c24.1", "a1", "--json"), `"message": "vm-c24.1"`)
	assert.Equal(t, []string{"accept", "a1", "return"}, []string{d.Deeds[0].Act, string(d.Deeds[0].Agent), d.Deeds[1].Act})
	code, _, errs = d.types(t, "messages", "take", "c24.1")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, "give the ID of a message and that of the agent")
}

func TestWhatIsWrongAboutAMessageIsSaid(t *testing.T) {
	t.Parallel()
	d := deskWithMessages(t)
	d.prints(t, "messages", "done", "c21.1")
	for _, c := range []struct {
		line []string
		code int
		says string
	}{
		{[]string{"messages", "show"}, exitWrong, "give the ID of a message, as guichet messages list shows them"},
		{[]string{"messages", "show", "c99.1"}, exitFailed, `there is no message "c99.1"; see guichet messages list --all`},
		{[]string{"messages", "get", "c22.1"}, exitFailed, "the recording is not at its Asterisk any more"},
		{[]string{"messages", "get", "c21.1", "--output", filepath.Join(t.TempDir(), "no", "such.wav")}, exitFailed, "write the recording: "},
		{[]string{"messages", "done", "c21.1"}, exitFailed, "message c21.1: it is done already"},
		{[]string{"messages", "listen"}, exitWrong, `unknown command "listen"`},
	} {
		code, out, errs := d.types(t, c.line...)
		assert.Equal(t, c.code, code, "%s: %s", c.line, errs)
		assert.Contains(t, errs, c.says)
		assert.Empty(t, out)
	}
	d.Away = true
	code, _, errs := d.types(t, "messages", "done", "c22.1")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "could not be written")
	assert.Contains(t, errs, "guichet messages list for whether it took effect")
}

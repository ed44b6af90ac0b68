package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func TestCallsBackAreListedShownAndCancelled(t *testing.T) {
	t.Parallel()
	d := deskOf(t, reporttest.Callbacks(reporttest.Site()))
	golden(t, "callbacks.txt", d.prints(t, "callbacks", "list"))
	golden(t, "callback.txt", d.prints(t, "callbacks", "show", "c42"))
	assert.Regexp(t, `^c42 is not called back: cancelled by \S+\n$`, d.prints(t, "callbacks", "cancel", "c42", "--reason", "a rappelé"))
	assert.NotContains(t, d.prints(t, "callbacks", "list"), "c42")
	assert.Contains(t, d.prints(t, "call", "show", "c42"), "; the call back was cancelled by")
	assert.Equal(t, "nobody is to be called back\n", d.prints(t, "callbacks", "list", "--queue", "payment"))
	assert.Contains(t, d.prints(t, "callbacks", "cancel", "c41", "--reason", "r", "--json"), `"contact": "c41"`)
}

func TestWhatIsWrongAboutACallBackIsSaid(t *testing.T) {
	t.Parallel()
	c := reporttest.Callbacks(reporttest.Site())
	d := deskOf(t, c)
	for _, wrong := range []struct {
		line []string
		code int
		says string
	}{
		{[]string{"callbacks", "cancel", "c41"}, exitWrong, "say why in up to 128 printable characters"},
		{[]string{"callbacks", "cancel"}, exitWrong, "the ID of a call"},
		{[]string{"callbacks", "show", "c99"}, exitFailed, `there is no call back "c99"; see guichet callbacks list`},
	} {
		code, out, said := d.types(t, wrong.line...)
		assert.Equal(t, wrong.code, code, wrong.line)
		assert.Empty(t, out)
		assert.Contains(t, said, wrong.says)
	}
	c.Refusal = status.Refuse(status.BeingCalled, "", "the person is just being called back")
	code, _, said := d.types(t, "callbacks", "cancel", "c41", "--reason", "r")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, said, "the person is just being called back")
}

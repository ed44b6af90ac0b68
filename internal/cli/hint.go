package cli

import "regexp"

// A controller's hints name paths of its API and what to send, for programs. Who types
// commands is told the command that shows the same, and the flag.
var typedFor = []struct {
	path    *regexp.Regexp
	command string
}{
	{regexp.MustCompile(`/api/v1/agents(/[^\s,;]*)?`), "guichet agents list"},
	{regexp.MustCompile(`/api/v1/announcements`), "guichet announcement list"},
	{regexp.MustCompile(`/api/v1/calls`), "guichet calls"},
	{regexp.MustCompile(`/api/v1/callbacks`), "guichet callbacks list"},
	{regexp.MustCompile(`/api/v1/messages(\?all=true)?`), "guichet messages list --all"},
	{regexp.MustCompile(`/api/v1/recordings`), "guichet recordings list"},
	{regexp.MustCompile(`/api/v1/queues`), "guichet queues"},
	{regexp.MustCompile(`/api/v1/report`), "guichet report"},
	{regexp.MustCompile(`/api/v1/status`), "guichet status"},
	{regexp.MustCompile(`/api/v1/rollback`), "guichet rollback"},
	{regexp.MustCompile(`/api/v1/openapi\.yaml`), "guichet version and guichet status: command and controller should be of one version"},
	{regexp.MustCompile(`sends \{"machine_is_off": true\} and a reason`), "gives --machine-is-off and --reason"},
	{regexp.MustCompile(`send \{"supervisor": …\}`), "give --supervisor with the ID of an agent"},
	{regexp.MustCompile(`send \{"mode": "listening"\}, "whispering" or "barging"`), "give --mode listening, whispering or barging"},
	{regexp.MustCompile(`send it again with the header Idempotency-Key: [^\s,;]+, each place then takes effect once`),
		"see guichet status for the ledger, and guichet announcement list for what took effect all the same"},
	{regexp.MustCompile(`send it again with the header Idempotency-Key: [^\s,;]+, the message is then marked once`),
		"see guichet status for the ledger, and guichet messages list for whether it took effect all the same"},
	{regexp.MustCompile(`send it again with the header Idempotency-Key: [^\s,;]+, it then takes effect once`),
		"see guichet status for the ledger, and guichet agents list for whether it took effect all the same"},
}

// typed is a hint for somebody who types commands.
func typed(hint string) string {
	for _, t := range typedFor {
		hint = t.path.ReplaceAllLiteralString(hint, t.command)
	}
	return hint
}

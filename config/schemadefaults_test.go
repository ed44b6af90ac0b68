package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// defaults are what the decoder fills in, by type and key: the constants of which it
// takes it. A key whose default depends on something else has none here.
var defaults = map[string]any{
	"siteFile.zone": defaultZone, "siteFile.HTTP.listen": defaultListen, "siteFile.Log.level": defaultLevel,
	"asterisk.application": defaultApplication, "asterisk.lost_after": defaultLostAfter, "redis.database": 0,
	"backend.timeout": backendTimeout, "backend.at_once": backendAtOnce,
	"outside.max_per_agent": outsidePerAgent, "outside.max_per_hour": outsidePerHour,

	"times.ring": contact.DefaultPolicies().Ring, "times.wrap_up": contact.DefaultPolicies().WrapUp,
	"times.SetAside.no_answer": contact.DefaultPolicies().NoAnswer, "times.SetAside.busy": contact.DefaultPolicies().Busy,
	"times.SetAside.unreachable": untilRegistered, "times.SetAside.refused": contact.DefaultPolicies().Refused, "times.redial": time.Duration(0),
	"times.Target.answered": fmt.Sprintf("%d%%", defaultTarget.Answered), "times.Target.within": defaultTarget.Within,
	"callback.max_attempts": defaultCallbacks.MaxAttempts, "callback.retry_after": defaultCallbacks.RetryAfter,
	"callback.ring": defaultCallbacks.Ring, "callback.max_open": defaultCallbacks.MaxOpen, "callback.max_per_caller": defaultCallbacks.MaxPerCaller,
	"comfort.first": defaultComfortFirst, "comfort.every": defaultComfortEvery,
	"appointments.every": defaultSlot, "appointments.per_slot": defaultPerSlot, "appointments.days_ahead": defaultDaysAhead,
	"satisfaction.share": fmt.Sprintf("%d%%", defaultAsked), "satisfaction.timeout": defaultAnswerTime,
	"whisper.language": defaultWhisperLanguage, "close.serve_waiting": contact.DefaultClosing().ServeWaiting, "close.nobody_left": contact.DefaultClosing().NobodyLeft,
	"queue.strategy": string(defaultStrategy), "queue.music": defaultMusic, "mailbox.retention_days": defaultRetentionDays, "mailbox.max_waiting": defaultMaxWaiting, "queuesFile.max_moves": defaultMoves, "queuesFile.max_transfers": defaultTransfers,
	"floorFile.WrapUp.extend": defaultExtend, "floorFile.WrapUp.longest": defaultLongest,
	"group.first": defaultFirst, "rule.priority": 0, "ageing.mail": defaultMailAgeing,

	"common.serves": false, "play.interruptible": defaultInterruptible, "play.flush_input": false,
	"tries.no_input_timeout": defaultNoInput, "tries.inter_digit_timeout": defaultInterDigit, "tries.max_attempts": defaultAttempts,
	"attempts.interruptible": defaultInterruptible,
	"collect.max_digits":     defaultMaxDigits, "collect.finish_key": string(defaultFinishKey), "collect.sensitive": false,
	"confirm.confirm_key": string(defaultConfirmKey), "confirm.correct_key": string(defaultCorrectKey),
	"identify.variable": defaultFiscalNumber, "identify.finish_key": string(defaultFinishKey), "birthDate.variable": defaultBirthDate,
	"inquiry.retries": 0, "inquiry.max_answer": defaultAnswer, "save.max": defaultSaved,
	"link.per_day": defaultPerDay, "link.accept": defaultAccept, "link.to": defaultRecipient,
	"callbackNode.number": string(defaultNumber), "callbackNode.finish_key": string(defaultFinishKey),
	"message.max_duration": defaultMaxDuration, "message.max_silence": defaultMaxSilence, "message.min_duration": defaultMinDuration,
	"message.finish_key": string(defaultFinishKey), "message.beep": defaultBeep,
	"transfer.timeout": defaultRing,

	"routingTest.medium": string(defaultMedium), "routingTest.authentication": 0, "menuTest.authentication": 0,
	"queueView.waiting": 0, "queueView.estimated_wait": time.Duration(0), "queueView.open": defaultOpen,
	"answer.status": defaultStatus, "answer.after": time.Duration(0),
}

// laidOver are the types that stand twice: for all, where what is not written has its
// default, and for one, where it is what holds for all.
var laidOver = map[string]bool{"times": true, "close": true, "callback": true, "comfort": true, "tries": true}

// defaultOf is the default of a key as people write it. forAll tells whether the key
// stands where it holds for all.
func defaultOf(owner, key string, forAll bool) (any, bool) {
	owner = keyOwner(owner)
	kind, _, _ := strings.Cut(owner, ".")
	v, known := defaults[owner+"."+key]
	if !known || laidOver[kind] && !forAll {
		return nil, false
	}
	if d, is := v.(time.Duration); is {
		return brief(d), true
	}
	return v, true
}

// keyOwner is the name of a type as tables of keys have it.
func keyOwner(owner string) string {
	kind, inner, nested := strings.Cut(owner, ".")
	kind = strings.TrimSuffix(strings.TrimSuffix(kind, "YAML"), "Fields")
	if nested && inner != "keys" {
		return kind + "." + inner
	}
	return kind
}

// standsForAll tells whether a field of a file holds for all that it is laid under.
func standsForAll(owner reflect.Type, f reflect.StructField) bool {
	return strings.HasSuffix(owner.Name(), "File") && laidOver[definitionName(f.Type)]
}

// Leaving out a key gives the same site as writing its default.
func TestWhatIsLeftOutIsAsIfItsDefaultWereWritten(t *testing.T) {
	t.Parallel()
	compiled, seen := compiledSchemas(t), map[string]bool{}
	for _, site := range sitesToTry(t) {
		for _, s := range spotsOf(site) {
			for _, p := range s.keys {
				name := keyOwner(p.owner) + "." + p.name
				text, known := defaultOf(p.owner, p.name, p.forAll)
				if !known || seen[name] || s.value(p.name) != nil {
					continue
				}
				without, with, ok := s.written(p.name, inYAML(text))
				if !ok {
					continue
				}
				seen[name] = true
				validates(t, compiled, name, s.file, with[s.file].Data, false)
				a, problems := load(".", without, noVariables)
				require.Empty(t, problems, name)
				b, problems := load(".", with, noVariables)
				require.Empty(t, problems, "%s: %v", name, text)
				assert.Empty(t, firstDifference(reflect.ValueOf(*a), reflect.ValueOf(*b)), "the default of %s is not %v", name, text)
			}
		}
	}
	for name := range defaults {
		assert.True(t, seen[name], "no site has a place for %s: write one in testdata/defaults", name)
	}
}

var literalDefault = regexp.MustCompile(`(?:("[^"]*"|\b[\d.:]*\d[a-z%]*|\btrue|\bfalse)(?:,? by default|, the default|, which is the default| \(the default\))|\bis (\d+[a-z]+) by default)`)

// filledLater are defaults that the schemas do not tell, with the reason.
var filledLater = map[string]string{
	"hangup.cause":         "the interpreter fills it in",
	"menuTest.calls_today": "the rehearsal fills it in",
	"collect.min_digits":   "0 where max_digits is 0",
	"queueView.ready":      "0 where agents is 0",
	"inquiry.idempotent":   "it depends on the method",
	"times.target":         "its own keys have them",
}

// A comment that tells a default tells that of the schemas.
func TestCommentsTellTheDefaultsOfTheSchemas(t *testing.T) {
	t.Parallel()
	comments, told := commentsOfFields(t), 0
	eachKey(func(field, owner, key string) {
		name := keyOwner(owner) + "." + key
		found := literalDefault.FindStringSubmatch(comments[field])
		if found == nil || filledLater[name] != "" {
			return
		}
		value, known := defaultOf(owner, key, true)
		if assert.True(t, known, "%s tells a default and has none in the schemas: %s", name, comments[field]) {
			told++
			assert.Equal(t, inOneForm(value), inOneForm(strings.Trim(found[1]+found[2], `"`)), "%s: %s", name, comments[field])
		}
	})
	assert.Greater(t, told, 25)
}

// inOneForm is a value as text, so that 60s and 1m are the same.
func inOneForm(v any) string {
	text := fmt.Sprint(v)
	if d, err := time.ParseDuration(text); err == nil {
		return d.String()
	}
	return text
}

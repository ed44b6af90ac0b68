package keypad

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

var codes = map[Deed]string{Login: "*50", Logout: "*51", Pause: "*52", Ready: "*53", Supervise: "*56"}

// keyed presses keys; _ is a silence. It returns the moves that do something.
func keyed(s State, keys string) (State, []Move) {
	var moves []Move
	for _, k := range []byte(keys) {
		var m Move
		if k == '_' {
			s, m = s.Silence()
		} else {
			s, m = s.Key(k)
		}
		if m != (Move{}) {
			moves = append(moves, m)
		}
	}
	return s, moves
}

func TestACodeStandsForADeed(t *testing.T) {
	t.Parallel()
	for dialled, want := range map[string]struct {
		deed   Deed
		reason string
	}{"*50": {Login, ""}, "*51": {Logout, ""}, "*52": {Pause, ""}, "*521": {Pause, "1"}, "*53": {Ready, ""}, "*56": {Supervise, ""}} {
		deed, reason, found := Find(codes, dialled)
		assert.True(t, found, dialled)
		assert.Equal(t, want.deed, deed, dialled)
		assert.Equal(t, want.reason, reason, dialled)
	}
	for _, strange := range []string{"", "2014", "*5", "*501", "*54", "*561002", "0612345678"} {
		_, _, found := Find(codes, strange)
		assert.False(t, found, strange)
	}
}

func TestWhoLogsInKeysNumberAndPIN(t *testing.T) {
	t.Parallel()
	s, first := Start(Login, "")
	assert.Equal(t, Move{Say: AskNumber}, first)
	s, moves := keyed(s, "10*01#47_")
	assert.Equal(t, []Move{{Say: AskPIN}, {Wish: &Wish{Deed: Login, Number: "1001", PIN: "47"}}}, moves)
	_, last := s.Done("")
	assert.Equal(t, Move{Say: LoggedIn, Ends: true}, last)
	_, last = s.Done(Taken)
	assert.Equal(t, Move{Say: Taken, Ends: true}, last)
}

func TestAWrongPINIsAskedForAgainAndNotForEver(t *testing.T) {
	t.Parallel()
	s, _ := Start(Login, "")
	s, _ = keyed(s, "1001#0000#")
	s, again := s.Done(Wrong)
	assert.Equal(t, Move{Say: Wrong}, again)
	s, moves := keyed(s, "1001#4711#")
	assert.Equal(t, Wish{Deed: Login, Number: "1001", PIN: "4711"}, *moves[1].Wish)
	s, _ = s.Done(Wrong)
	s, _ = keyed(s, "1001#4711#")
	_, last := s.Done(Wrong)
	assert.Equal(t, Move{Say: Wrong, Ends: true}, last)
	_, last = s.Done(Locked)
	assert.True(t, last.Ends)
}

func TestSilenceIsAskedAgainAndEndsTheCall(t *testing.T) {
	t.Parallel()
	s, _ := Start(Login, "")
	s, moves := keyed(s, "__")
	assert.Equal(t, []Move{{Say: AskNumber}, {Say: AskNumber}}, moves)
	_, moves = keyed(s, "_1001#")
	assert.Equal(t, []Move{{Say: Wrong, Ends: true}}, moves)
}

// Only who has a code for it must have what it says: a site from before goes on.
func TestAPromptIsOfThoseWhoCanHearIt(t *testing.T) {
	t.Parallel()
	assert.Empty(t, Prompts(nil))
	before := Prompts(map[Deed]string{Login: "*50"})
	assert.Contains(t, before, AskPIN)
	assert.NotContains(t, before, WrapUpLonger)
	assert.Equal(t, append(slices.Clone(before), AskWhom, NotTalking, NoSupervisor, WillRing), Prompts(codes))
	assert.Equal(t, append(before, WrapUpLonger, WrapUpLongest), Prompts(map[Deed]string{Extend: "*55"}))
	s, m := Start(Extend, "")
	assert.Equal(t, Wish{Deed: Extend}, *m.Wish)
	_, m = s.Done("")
	assert.Equal(t, Move{Say: WrapUpLonger, Ends: true}, m)
}

func TestTheOtherCodesActAtOnce(t *testing.T) {
	t.Parallel()
	s, m := Start(Pause, "2")
	assert.Equal(t, Wish{Deed: Pause, Reason: "2"}, *m.Wish)
	_, m = s.Done("")
	assert.Equal(t, Move{Say: Paused, Ends: true}, m)
	_, m = s.Done(Nobody)
	assert.Equal(t, Move{Say: Nobody, Ends: true}, m)
	_, moves := keyed(s, "1#_")
	assert.Empty(t, moves, "nothing is asked")
}

func TestASupervisorKeysWhoHeIsAndThenWhomHeWillListenTo(t *testing.T) {
	t.Parallel()
	s, first := Start(Supervise, "")
	assert.Equal(t, Move{Say: AskNumber}, first)
	s, moves := keyed(s, "1002#47#")
	assert.Equal(t, []Move{{Say: AskPIN}, {Wish: &Wish{Deed: Supervise, Number: "1002", PIN: "47"}}}, moves)
	s, next := s.Done("")
	assert.Equal(t, Move{Say: AskWhom}, next)
	s, moves = keyed(s, "1001#")
	assert.Equal(t, []Move{{Wish: &Wish{Deed: Supervise, Whom: "1001"}}}, moves)
	_, last := s.Done("")
	assert.Equal(t, Move{Say: WillRing, Ends: true}, last)
	_, last = s.Done(Elsewhere)
	assert.Equal(t, Move{Say: Elsewhere, Ends: true}, last)
}

func TestWhoIsNoSupervisorIsAskedNothingMore(t *testing.T) {
	t.Parallel()
	s, _ := Start(Supervise, "")
	s, _ = keyed(s, "1002#0000#")
	s, again := s.Done(Wrong)
	assert.Equal(t, Move{Say: Wrong}, again)
	s, moves := keyed(s, "1003#47#")
	assert.Equal(t, Wish{Deed: Supervise, Number: "1003", PIN: "47"}, *moves[1].Wish)
	s, last := s.Done(NoSupervisor)
	assert.Equal(t, Move{Say: NoSupervisor, Ends: true}, last)
	_, moves = keyed(s, "1001#_")
	assert.Empty(t, moves)
}

// What he keyed wrong before he was known is forgiven, and he may key three numbers.
func TestASupervisorMayKeyAnotherNumberAndNotForEver(t *testing.T) {
	t.Parallel()
	s, _ := Start(Supervise, "")
	s, _ = keyed(s, "__1002#47#")
	s, _ = s.Done("")
	for range 2 {
		s, _ = keyed(s, "77#")
		var again Move
		s, again = s.Done(NotTalking)
		assert.Equal(t, Move{Say: NotTalking}, again)
	}
	silent, moves := keyed(s, "_")
	assert.Equal(t, []Move{{Say: NotTalking, Ends: true}}, moves)
	_, moves = keyed(silent, "1001#")
	assert.Empty(t, moves)
	s, _ = keyed(s, "77#")
	_, last := s.Done(NotTalking)
	assert.Equal(t, Move{Say: NotTalking, Ends: true}, last)
}

package engine

import (
	"hash/fnv"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Whoever was answered, and stays on the line when the agent has hung up, hears one question
// if the queue asks one. The agent is free by then: his leg has ended, and so does the
// conversation.
//
//	Talking ── the last agent hangs up ──► Rating: the question
//	                                          │  ▲ silence, or a key that is no answer: once
//	                                a key of  │  │ more, then none was given
//	                              the answers ▼  │
//	                                       written down, thanks ──► Leaving
//
// The caller may hang up at any moment. A process that takes the call up lets him go: what he
// has not answered is not counted, and what he has is in the ledger.

// Satisfaction is what the callers of a queue are asked once their agent has hung up. Without
// a question nobody is asked.
type Satisfaction struct {
	Question []ivr.Prompt
	// Keys are the answers, digits.
	Keys string
	// Thanks is said in the end, whether there was an answer or not.
	Thanks []ivr.Prompt
	// Share is how many of a hundred are asked.
	Share int
	// Timeout is for how long an answer is waited for after the question.
	Timeout time.Duration
}

const (
	// questions bounds how often the question is said.
	questions = 2
	// longestQuestion bounds how long something is said, should its end never be told.
	longestQuestion = time.Minute
	// partingTime is how long after the agent a caller hangs up who parted with him, and was
	// asked nothing.
	partingTime = 2 * time.Second
	// stillKeying is how fast the keys of a number follow each other that the caller was giving
	// to the agent: no answer comes before something of the question was heard.
	stillKeying = time.Second
)

// asks reports whether the caller of a contact is asked. Which ones are follows from their
// ids, so that whoever looks at them later finds the same.
func (s Satisfaction) asks(id contact.ID) bool {
	if len(s.Question) == 0 || s.Keys == "" {
		return false
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32()%100) < s.Share
}

// Asking reports whether the caller of a contact is being asked: its last agent has hung up and
// is free, and no answer is written yet. Who is not asked after all (Step knows more) is gone at
// once.
func (s Satisfaction) Asking(rec *Record) bool {
	return rec.ClosedAt == 0 && rec.Medium.Interactive() && rec.Connected() && rec.LegEndedAt != 0 && rec.Conversation() == Apart &&
		rec.Agent != "" && rec.RatedAt == 0 && s.asks(rec.ID)
}

func (st *step) satisfaction() Satisfaction {
	if st.rules.Satisfaction == nil {
		return Satisfaction{}
	}
	return st.rules.Satisfaction(st.s.Record.Queue)
}

// conversationOver lets the caller go whose agent has hung up, or asks him first; not who is
// keying in something else.
func (st *step) conversationOver() {
	rec := &st.s.Record
	if st.asking() || !st.interactive() || !rec.Connected() || rec.Agent == "" || !st.mayWrite(fact.KindRated) || !st.satisfaction().asks(rec.ID) {
		st.leave(nil, normalClearing)
		return
	}
	st.endTape()
	st.dropParties()
	st.disarm(RingTimer)
	st.s.Phase, st.s.Asked, st.s.Questions, st.s.RatingSince, st.s.KeyedAt = Rating, "", 0, st.at, st.at
	st.alone()
	st.askToRate()
}

// alone takes the caller out of the conversation, to hear us and no music.
func (st *step) alone() {
	st.s.Arranged = Arrange{Quiet: true}
	st.do(st.s.Arranged)
}

// askToRate says the question.
func (st *step) askToRate() {
	st.s.Questions++
	st.saysWhileRating(st.satisfaction().Question)
}

func (st *step) saysWhileRating(prompts []ivr.Prompt) {
	st.say(ivr.Say{Prompts: prompts, Language: st.language()})
	st.arm(MenuTimer, longestQuestion)
}

// ratingHeard follows the end of what was said: of the question, or of the thanks.
func (st *step) ratingHeard() {
	if st.s.Record.RatedAt != 0 {
		st.leave(nil, normalClearing)
		return
	}
	st.arm(MenuTimer, st.satisfaction().Timeout)
}

// ratingLate is for a caller who is silent, and for words whose end was never told.
func (st *step) ratingLate() {
	st.stopPlay()
	if st.s.Record.RatedAt != 0 {
		st.leave(nil, normalClearing)
		return
	}
	st.notRated()
}

// ratingKey takes a key for an answer; one that follows the conversation, or another such key,
// at once belongs to what the caller was keying in.
func (st *step) ratingKey(key byte) {
	last := st.s.KeyedAt
	if st.s.Record.RatedAt != 0 {
		return
	}
	if last != 0 && st.at-last < stillKeying.Microseconds() {
		st.s.KeyedAt = st.at
		return
	}
	st.s.KeyedAt = 0
	st.stopPlay()
	if !strings.ContainsRune(st.satisfaction().Keys, rune(key)) {
		st.notRated()
		return
	}
	st.rated(string(rune(key)))
}

// notRated says the question once more, and takes no answer for one after that.
func (st *step) notRated() {
	if st.s.Questions < questions {
		st.askToRate()
		return
	}
	st.rated("")
}

// rated writes the answer down, or that there was none, and thanks.
func (st *step) rated(key string) {
	rec := &st.s.Record
	st.write(fact.Rated{Key: key, Queue: rec.Queue, Center: rec.Center})
	if thanks := st.satisfaction().Thanks; len(thanks) > 0 {
		st.saysWhileRating(thanks)
		return
	}
	st.leave(nil, normalClearing)
}

// unrated notes that the caller has hung up on the question. Both mostly hang up together:
// that is no answer.
func (st *step) unrated() {
	rec := &st.s.Record
	if st.s.Phase == Rating && rec.RatedAt == 0 && st.at-st.s.RatingSince >= partingTime.Microseconds() {
		st.write(fact.Rated{Queue: rec.Queue, Center: rec.Center})
	}
}

// ratingRestarted asks again after a gap, in which the end of the question may have been
// lost, and an answer.
func (st *step) ratingRestarted() {
	st.do(Answer{})
	st.stopPlay()
	if st.s.Record.RatedAt != 0 {
		st.leave(nil, normalClearing)
		return
	}
	st.alone()
	st.s.Questions = max(st.s.Questions-1, 0)
	st.askToRate()
}

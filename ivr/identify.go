package ivr

import "time"

// Identify asks for a fiscal number, and for a birth date if the author wants one,
// and looks whether they can be such. That proves that somebody typed with care; it
// does not prove who he is. Both are sensitive variables.
type Identify struct {
	Common
	Prompts, Reprompt []Prompt
	// Variable receives the number.
	Variable string
	// BirthDate is asked for after the number; nil for no such question.
	BirthDate *BirthDate
	// FinishKey, pressed alone, says that the caller has no number. CancelKey erases
	// what was keyed in; zero for none.
	FinishKey, CancelKey byte
	// Identified is taken when everything asked for is plausible, NotIdentified by who
	// presses the finish key alone. MaxAttempts is for each of the two questions.
	Identified, NotIdentified Exit
	Tries
}

// BirthDate is the second question of an Identify, eight digits as in 31121960.
type BirthDate struct {
	Prompts, Reprompt []Prompt
	// Variable receives the digits.
	Variable string
}

// Question is one of the questions of a node.
type Question string

// AskingBirthDate follows the fiscal number, which has no name of its own.
const AskingBirthDate Question = "birth_date"

// How far a caller is identified.
const (
	Unidentified       = 0
	NumberPlausible    = 1
	BirthDatePlausible = 2
)

// birthDate is a check that no author names, since it depends on the day.
const birthDate Check = "birth_date"

func (n *Identify) exits(visit func(string, Exit)) {
	visit("identified", n.Identified)
	visit("not_identified", n.NotIdentified)
	n.Tries.exits(visit)
}

// levels are how far a caller can be identified who leaves by an exit: who gives up at
// the second question has given a number.
func (n *Identify) levels(exit string) []int {
	switch {
	case exit == "identified" && n.BirthDate == nil:
		return []int{NumberPlausible}
	case exit == "identified":
		return []int{BirthDatePlausible}
	case n.BirthDate != nil:
		return []int{Unidentified, NumberPlausible}
	}
	return []int{Unidentified}
}

func (n *Identify) seals() []string {
	if n.BirthDate == nil {
		return []string{n.Variable}
	}
	return []string{n.Variable, n.BirthDate.Variable}
}

func (n *Identify) gives(exit string) []string {
	if exit == "identified" {
		return n.seals()
	}
	return nil
}

// asks is a question as the collect that it is.
func (n *Identify) asks(q Question) *Collect {
	c := &Collect{
		Prompts: n.Prompts, Reprompt: n.Reprompt, Variable: n.Variable, Sensitive: true, MinDigits: 13, MaxDigits: 13,
		FinishKey: n.FinishKey, CancelKey: n.CancelKey, Check: FiscalNumber, Tries: n.Tries,
	}
	if b := n.BirthDate; b != nil && q == AskingBirthDate {
		c.Prompts, c.Reprompt, c.Variable = b.Prompts, b.Reprompt, b.Variable
		c.MinDigits, c.MaxDigits, c.Check = 8, 8, birthDate
	}
	return c
}

// questions are those that the node asks, in their order.
func (n *Identify) questions() []Question {
	if n.BirthDate == nil {
		return []Question{""}
	}
	return []Question{"", AskingBirthDate}
}

// identify begins with the first question, unless the second is being asked again.
func (w *walk) identify(n *Identify) Target {
	if w.state.Question == "" {
		w.state.Authentication = Unidentified
	}
	c := n.asks(w.state.Question)
	if w.state.Attempt > 1 {
		return w.visit(c.reprompt(), &n.Tries)
	}
	return w.visit(c.Prompts, &n.Tries)
}

// answered goes on after an answer that is plausible.
func (w *walk) answered(n *Identify) Target {
	s := &w.state
	if s.Question == "" {
		s.Authentication = NumberPlausible
		if n.BirthDate != nil {
			s.Question = AskingBirthDate
			s.Attempt, s.NoInput, s.Invalid = 0, 0, 0
			return w.identify(n)
		}
	} else {
		s.Authentication = BirthDatePlausible
	}
	w.takes("identified")
	return w.leave(n.Identified)
}

// declined is for who presses the finish key alone.
func (w *walk) declined(n *Identify) Target {
	w.takes("not_identified")
	return w.leave(n.NotIdentified)
}

// oldest is the greatest age that is believed.
const oldest = 120

// plausibleBirth tells whether somebody alive can be born on a day, written ddmmyyyy.
func plausibleBirth(digits string, now time.Time) bool {
	born, err := time.ParseInLocation("02012006", digits, now.Location())
	return err == nil && born.Before(now) && born.After(now.AddDate(-oldest, 0, 0))
}

func (c *checker) identify(id NodeID, n *Identify) {
	c.tries(id, &n.Tries)
	if n.FinishKey != 0 && n.FinishKey == n.CancelKey {
		c.fault(id, "cancel_key", "choose two different keys", "finish_key and cancel_key are both %q", n.FinishKey)
	}
	if n.BirthDate != nil && n.BirthDate.Variable == n.Variable {
		c.fault(id, "birth_date", "choose two different names", "number and birth date are both kept in %q", n.Variable)
	}
}

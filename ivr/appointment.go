package ivr

import (
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Appointment has the callers of a callback node choose when they are called: an
// appointment is a call back at a time, and everything else of the node is as without it.
type Appointment struct {
	// Prompts are said first; Slot is said of each time that may be chosen, and says it by
	// the variables below.
	Prompts, Slot []Prompt
}

// The variables of a time that may be chosen: its date and time of day, and the key that
// chooses it. The first two hold what was chosen from then on.
const (
	VarSlotDate = "slot_date"
	VarSlotTime = "slot_time"
	varSlotKey  = "slot_key"
)

// Slot is a time at which people of a center are called, in µs.
type Slot struct {
	Center contact.Center `json:"center"`
	From   int64          `json:"from"`
	Until  int64          `json:"until"`
}

// ChoosingSlot is the first question of a callback node with appointments.
const ChoosingSlot Question = "slot"

// mostSlots is how many times a caller hears: more than three nobody keeps in mind.
const mostSlots = 3

// offerSlots tells the caller the next times that are free, or that none is.
func (w *walk) offerSlots(n *CallbackNode) Target {
	s := &w.state
	s.Slot, s.Slots = nil, nil
	if w.in.Slots != nil {
		s.Slots = w.in.Slots(s.Topic(), s.Vars, s.Authentication)
	}
	if len(s.Slots) == 0 {
		w.takes("on_full")
		return w.leave(n.Full)
	}
	s.Slots = slices.Clip(s.Slots[:min(len(s.Slots), mostSlots)])
	s.Question = ChoosingSlot
	return w.visit(w.slotsToChoose(n), &n.Tries)
}

// slotVars is what a time is in the variables of the menu.
func (w *walk) slotVars(slot Slot, key int) Vars {
	from := time.UnixMicro(slot.From).In(w.in.At.Location())
	return Vars{VarSlotDate: from.Format(time.DateOnly), VarSlotTime: from.Format("15:04"), varSlotKey: strconv.Itoa(key)}
}

func (w *walk) slotsToChoose(n *CallbackNode) []Prompt {
	said := slices.Clone(n.Appointment.Prompts)
	for i, slot := range w.state.Slots {
		said = append(said, w.slotVars(slot, i+1).fill(n.Appointment.Slot)...)
	}
	return said
}

// chooseSlot takes the key that names a time, and goes on to the number to call then.
func (w *walk) chooseSlot(n *CallbackNode) Target {
	s := &w.state
	s.keys.spare = 0
	if s.keys.ahead.empty() {
		w.listen(&n.Tries)
		return ""
	}
	key := s.takeKey()
	switch i := int(key) - '1'; {
	case i >= 0 && i < len(s.Slots):
		slot := s.Slots[i]
		s.Slot, s.Slots, s.Question = &slot, nil, ""
		s.Attempt, s.NoInput, s.Invalid = 1, 0, 0 // the number is another question
		said := w.slotVars(slot, 0)
		delete(said, varSlotKey)
		s.set(said)
		return w.number(n)
	case key == n.FinishKey:
		w.takes("on_refused")
		return w.leave(n.Refused)
	}
	return w.wrong(&n.Tries, w.slotsToChoose(n))
}

// ofASlot reports whether a prompt says something of a time that may be chosen.
func ofASlot(p Prompt) bool {
	name, of := p.Variable()
	return of && (name == VarSlotDate || name == VarSlotTime || name == varSlotKey)
}

// choosesBy reports whether a key answers the question for a time.
func (s *State) choosesBy(key byte, n *CallbackNode) bool {
	return key >= '1' && int(key-'1') < len(s.Slots) || key == n.FinishKey
}

// gives are the date and the time that were chosen, to be said when the call is promised.
func (n *CallbackNode) gives(exit string) []string {
	if n.Appointment != nil && (exit == "on_accepted" || exit == "on_already") {
		return []string{VarSlotDate, VarSlotTime}
	}
	return nil
}

// appointment reports what a node that offers times lacks.
func (c *checker) appointment(id NodeID, n *CallbackNode) {
	says := map[string]bool{}
	for _, p := range n.Appointment.Slot {
		if name, of := p.Variable(); of {
			says[name] = true
		}
	}
	for _, example := range []string{"date:var.slot_date", "number:var.slot_key", "time:var.slot_time"} {
		if name, _ := Prompt(example).Variable(); !says[name] {
			c.fault(id, "appointment", "add "+example, "nobody hears the %s of a slot", name[len("slot_"):])
		}
	}
}

package engine

import "github.com/guichet/guichet/internal/contact"

// poisoned is the reason, for people, of a contact that was given up because what
// should have served it panicked.
const poisoned = "poisoned"

// congestion is the Q.850 cause with which a poisoned call is hung up: the fault is not
// the caller's, and he may try again.
const congestion = 34

// Poisoned says that this contact has made the program panic again and again. It
// takes the safe route: whoever talks goes on talking, everybody else is let go
// and counted as failed. Nothing here, or in the phases that follow, asks menu,
// routing or floor, where such a panic comes from.
type Poisoned struct {
	// Arrived is the beginning of a contact that never got past it.
	Arrived *Arrived
}

func (Poisoned) event() {}

func (st *step) poisoned(e Poisoned) {
	switch st.s.Phase {
	case Talking, Leaving, Gone:
		return
	case Rating:
		st.leave(nil, normalClearing) // he has his outcome
		return
	case New:
		if e.Arrived == nil {
			return
		}
		st.s.Record.ID = e.Arrived.ID
		st.write(e.Arrived.Fact)
	case Claiming: // nothing was dialled, so nobody will tell that it is gone
		st.transferEnded("caller")
	default:
		st.dropLeg()
	}
	st.disarm(MenuTimer)
	st.disarm(RingTimer)
	st.disarm(RouteTimer)
	ending := st.closing()
	ending.Outcome, ending.Stage, ending.Refusal, ending.Reason = contact.Failed, "", "", poisoned
	st.leave(&ending, congestion)
}

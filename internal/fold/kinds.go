package fold

import (
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Understands is the newest format of the ledger that this program understands: its
// beats say so.
const Understands = 19

// since are the kinds that came after the first format. What follows from one of them,
// as callback_failed does from callback_requested, came with it.
var since = map[fact.Kind]int{
	fact.KindAnnounced: 2, fact.KindAnnouncementCleared: 2,
	fact.KindCallbackRequested: 2, fact.KindCallbackWithdrawn: 2, fact.KindCallingBack: 2, fact.KindCallbackFailed: 2,
	fact.KindLinkClaimed: 2, fact.KindLinkReleased: 2,
	fact.KindTreated:        6,
	fact.KindRecordingBegun: 8, fact.KindRecordingPaused: 8, fact.KindRecordingResumed: 8, fact.KindRecordingEnded: 8, fact.KindRecordingDeleted: 8,
	fact.KindRated:       10,
	fact.KindIdentifying: 17, fact.KindIdentified: 17,
	fact.KindMessageLeft: 2, fact.KindMessageDone: 2, fact.KindMessageDeleted: 2,
	fact.KindSeated: 3, fact.KindWrapUp: 3, fact.KindPhone: 3,
	fact.KindForetold: 4, fact.KindSteppedOut: 4,

	fact.KindHeld: 5, fact.KindRetrieved: 5, fact.KindInvited: 5, fact.KindPartyJoined: 5, fact.KindPartyMoved: 5,
	fact.KindPartyLeft: 5, fact.KindHandedOver: 5, fact.KindRequeued: 5,
}

// MayWrite reports whether everybody who lives understands facts of a kind. Whoever
// begins what leads to new kinds asks; what it has led to goes on.
func (s *State) MayWrite(kind fact.Kind) bool { return s.Protocol.MayWrite(string(kind)) }

// Understood reports whether everybody who lives understands a format of the ledger: what
// came with it to a kind that is older may be written.
func (s *State) Understood(format int) bool { return max(s.Protocol.Format, 1) >= format }

// kinds are all of this program.
var kinds = KindsOf(Understands)

// KindsOf are the kinds of a program that understands the ledger up to a format: who
// may write which fact.
func KindsOf(format int) ledger.Kinds {
	by := map[fact.Kind]ledger.By{
		fact.KindCircle:          ledger.ByLeader,
		fact.KindGivenUp:         ledger.ByLeader,
		fact.KindOffered:         ledger.ByLeader,
		fact.KindExpired:         ledger.ByLeader,
		fact.KindRenewed:         ledger.ByLeader,
		fact.KindConfigProposed:  ledger.ByAPI,
		fact.KindConfigActivated: ledger.ByLeader,
		fact.KindConfigRefused:   ledger.ByLeader,
		fact.KindLoggedIn:        ledger.ByAPI,
		fact.KindLoggedOut:       ledger.ByAPI | ledger.ByLeader,
		fact.KindChanged:         ledger.ByAPI,
		fact.KindPaused:          ledger.ByAPI,
		fact.KindResumed:         ledger.ByAPI,
		fact.KindSeated:          ledger.ByAPI,
		fact.KindWrapUp:          ledger.ByAPI,

		fact.KindAnnounced:           ledger.ByAPI,
		fact.KindAnnouncementCleared: ledger.ByAPI,

		fact.KindTreated: ledger.ByAPI,

		fact.KindMessageDone:    ledger.ByAPI,
		fact.KindMessageDeleted: ledger.ByLeader,

		fact.KindRecordingDeleted: ledger.ByLeader | ledger.ByAPI,
	}
	known := ledger.Kinds{}
	for _, k := range fact.Kinds() {
		role, special := by[fact.Kind(k)]
		if !special {
			role = ledger.ByOwner
		}
		if from := since[fact.Kind(k)]; from <= format {
			known[k] = ledger.Kind{Format: fact.NewestEntry(fact.Kind(k), format), By: role, Since: from}
		}
	}
	return known
}

package engine

import "github.com/guichet/guichet/ivr"

type (
	// Fetch asks a back-end for the menu; Fetched with its ID answers, unless
	// CancelFetch comes before.
	Fetch struct{ ivr.Fetch }
	// CancelFetch gives up a Fetch: its answer is of no interest any more.
	CancelFetch struct{ ID int }
	// Fetched is what came of a Fetch.
	Fetched struct{ ivr.Fetched }
)

func (Fetch) command()       {}
func (CancelFetch) command() {}
func (Fetched) event()       {}

func (st *step) fetch(a ivr.Fetch) {
	st.s.Fetching = a.ID
	if a.Message != nil {
		st.claimLink(a)
		return
	}
	st.do(Fetch{a})
}

func (st *step) fetched(e Fetched) {
	if e.ID != st.s.Fetching {
		return
	}
	st.s.Fetching = 0
	st.unsent(e.Fetched)
	if st.s.Phase == InMenu {
		st.walk(e.Fetched)
	}
}

// cancelFetch gives up what is being asked, unless the menu still wants to know.
func (st *step) cancelFetch(wanted int) {
	if asked := st.s.Fetching; asked != 0 && asked != wanted {
		st.s.Fetching = 0
		if st.s.claim != nil {
			st.dropClaim()
			return
		}
		st.do(CancelFetch{ID: asked})
	}
}

// wanted is the request whose answer the menu awaits; 0 is none.
func wanted(menu ivr.State) int {
	if menu.Phase == ivr.Fetching {
		return menu.Fetch
	}
	return 0
}

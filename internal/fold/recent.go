package fold

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// Share is what became of those who asked: the numerator and the denominator of
// the answered rate, which never part.
type Share struct {
	Asked    uint64 `json:"asked"`
	Answered uint64 `json:"answered"`
	// Abandoned are those of the asked who left before.
	Abandoned uint64 `json:"abandoned"`
}

func (s *Share) add(o Share) {
	s.Asked += o.Asked
	s.Answered += o.Answered
	s.Abandoned += o.Abandoned
}

// Recent is the last day of a share, by the time of the outcome: minute by
// minute for the last hour and a bit, by quarters of an hour before. A live
// window begins at a minute of the last hour or at a midnight, and midnight is a
// full quarter in every zone.
type Recent []Slot

// Slot is a share of one minute, or of one quarter: At counts minutes since
// 1970.
type Slot struct {
	At int64 `json:"at"`
	Share
}

const (
	dayMinutes = 25 * 60 // a day, on the day clocks go back
	// fineMinutes are an hour, and a quarter that has begun.
	fineMinutes = 60 + 14
)

// quarter is the beginning of a minute's quarter of an hour.
func quarter(minute int64) int64 { return minute - minute%15 }

// with adds a share at a minute. What comes late, from a journal, finds its slot.
func (r Recent) with(minute int64, s Share) Recent {
	newest := minute
	if len(r) > 0 {
		newest = max(newest, r[len(r)-1].At)
	}
	fine := quarter(newest - fineMinutes)
	r = r.put(minute, fine, s)
	// Slots that have become old since the last time are at the front of the
	// fine ones: they move into their quarters.
	for {
		i := slices.IndexFunc(r, func(s Slot) bool { return s.At < fine && s.At != quarter(s.At) })
		if i < 0 {
			break
		}
		old := r[i]
		r = slices.Delete(r, i, i+1).put(old.At, fine, old.Share)
	}
	gone, _ := slices.BinarySearchFunc(r, quarter(newest-dayMinutes), bySlot)
	return r[gone:]
}

func (r Recent) put(minute, fine int64, s Share) Recent {
	if minute < fine {
		minute = quarter(minute)
	}
	i, found := slices.BinarySearchFunc(r, minute, bySlot)
	if !found {
		r = slices.Insert(r, i, Slot{At: minute})
	}
	r[i].add(s)
	return r
}

func bySlot(s Slot, at int64) int { return cmp.Compare(s.At, at) }

// Since sums the slots from a minute on.
func (r Recent) Since(minute int64) Share {
	var sum Share
	first, _ := slices.BinarySearchFunc(r, minute, bySlot)
	for _, s := range r[first:] {
		sum.add(s.Share)
	}
	return sum
}

// decided adds a contact that has asked and whose outcome has just been fixed,
// with the centers it was presented to.
func (t *Tally) decided(at int64, rec *engine.Record, presented []contact.Center) {
	minute, s := at/60_000_000, Share{Asked: 1}
	switch rec.Outcome {
	case contact.Answered:
		s.Answered = 1
	case contact.Abandoned:
		s.Abandoned = 1
	}
	key := Join(string(rec.Entry), string(rec.Queue), string(rec.Organisation))
	t.Recent[key] = t.Recent[key].with(minute, s)
	if rec.ServedBy != "" && !slices.Contains(presented, rec.ServedBy) {
		presented = append(presented, rec.ServedBy)
	}
	for _, c := range presented {
		mine := s
		if c != rec.ServedBy {
			mine.Answered = 0 // by another: overflow shows here
		}
		t.RecentCenters[c] = t.RecentCenters[c].with(minute, mine)
	}
}

// Live is a live window, whole and by what its contacts share.
type Live struct {
	All           Share
	Entries       map[contact.Entry]Share
	Queues        map[contact.Queue]Share
	Organisations map[contact.Organisation]Share
	// Centers are not to be summed: a contact may be presented to several.
	Centers map[contact.Center]Share
}

// Window is what was decided since a minute. A contact that reached no queue or
// no organisation is in none's figures.
func (t *Tally) Window(since int64) Live {
	l := Live{
		Entries: map[contact.Entry]Share{}, Queues: map[contact.Queue]Share{},
		Organisations: map[contact.Organisation]Share{}, Centers: map[contact.Center]Share{},
	}
	for key, recent := range t.Recent {
		s, of := recent.Since(since), key.Values()
		l.All.add(s)
		addTo(l.Entries, contact.Entry(of[0]), s)
		addTo(l.Queues, contact.Queue(of[1]), s)
		addTo(l.Organisations, contact.Organisation(of[2]), s)
	}
	for center, recent := range t.RecentCenters {
		addTo(l.Centers, center, recent.Since(since))
	}
	return l
}

func addTo[K ~string](sums map[K]Share, name K, s Share) {
	if name != "" {
		sum := sums[name]
		sum.add(s)
		sums[name] = sum
	}
}

// present notes the centers that may serve a contact now that its circle has
// changed: its outcome, if that is open still, will be theirs too.
func (s *State) present(rec *engine.Record) {
	t := s.Floor.Tickets[rec.ID]
	if t == nil || rec.Outcome != contact.StillHere {
		return
	}
	for _, c := range t.Centers {
		if !slices.Contains(s.Presented[rec.ID], c) {
			s.Presented[rec.ID] = append(s.Presented[rec.ID], c)
		}
	}
}

package acd

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// The floor of a whole administration: 10,000 agents of 100 centers in about
// 1,200 crews, and contacts of 200 queues that ask for one center, then for
// three, by skill and half of them by file right.
const (
	benchAgents  = 10_000
	benchCenters = 100
	benchQueues  = 200
	benchBatch   = 256 // decisions the leader makes at a time
)

var benchSkills = []contact.Skill{"declaration", "paiement", "prelevement", "recouvrement", "avis", "reclamation"}

// BenchmarkDecisions measures what one core decides with so many contacts
// waiting: a batch is proposed, and each offer judged and applied, as the fold
// does. In "burst" all agents get ready in the same instant, in "steady" they
// come back one by one. The line "bare" matches sorted lists by two indexes, with
// no versions, needs, rights, reasons or undo: the floor of the figure.
func BenchmarkDecisions(b *testing.B) {
	for _, waiting := range []int{1_000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("burst/waiting=%d", waiting), func(b *testing.B) { benchBurst(b, waiting) })
		b.Run(fmt.Sprintf("steady/waiting=%d", waiting), func(b *testing.B) { benchSteady(b, waiting) })
		b.Run(fmt.Sprintf("bare/waiting=%d", waiting), func(b *testing.B) { benchBare(b, waiting) })
	}
}

func benchBurst(b *testing.B, waiting int) {
	decisions := 0
	for b.Loop() {
		b.StopTimer()
		f := benchFloor(b, waiting)
		b.StartTimer()
		for {
			offers := f.Propose(100*second, benchBatch)
			if len(offers) == 0 {
				break
			}
			for _, o := range offers {
				decisions++
				benchAccept(b, f.Offer(100*second, fact.OfferID(o.Contact), o))
			}
		}
	}
	b.ReportMetric(float64(decisions)/b.Elapsed().Seconds(), "decisions/s")
}

// benchSteady is one decision and everything that leads to the next: the agent
// answers, the contact ends, a new one comes, another agent is ready.
func benchSteady(b *testing.B, waiting int) {
	f := benchFloor(b, waiting)
	at := 100 * second
	for offers := f.Propose(at, benchBatch); len(offers) > 0; offers = f.Propose(at, benchBatch) {
		for _, o := range offers {
			benchAccept(b, f.Offer(at, fact.OfferID(o.Contact), o))
		}
	}
	talking := make([]fact.OfferID, 0, len(f.Offers))
	for id := range f.Offers {
		talking = append(talking, id)
	}
	slices.Sort(talking)
	next := waiting
	decisions := 0
	for b.Loop() {
		at++
		id := talking[0]
		talking = talking[1:]
		benchAccept(b, f.Connect(at, id))
		benchAccept(b, f.EndLeg(at, id))
		benchAccept(b, f.Enqueue(at, benchID(next), contact.Voice, benchContact(next, at)))
		next++
		for _, o := range f.Propose(at, benchBatch) {
			decisions++
			benchAccept(b, f.Offer(at, fact.OfferID(o.Contact), o))
			talking = append(talking, fact.OfferID(o.Contact))
		}
		if len(talking) == 0 {
			b.Fatal("nobody talks any more") // every agent is ready, and nobody he could serve waits
		}
	}
	b.ReportMetric(float64(decisions)/b.Elapsed().Seconds(), "decisions/s")
}

// benchBare matches the first contact of each center with its first agent.
func benchBare(b *testing.B, waiting int) {
	decisions := 0
	for b.Loop() {
		b.StopTimer()
		ready := make([][]int64, benchCenters)
		for i := range benchAgents {
			ready[i%benchCenters] = append(ready[i%benchCenters], int64(i))
		}
		ranks := make([][]int64, benchCenters)
		for i := range waiting {
			ranks[i%benchCenters] = append(ranks[i%benchCenters], int64(i*7919%waiting))
		}
		b.StartTimer()
		for c := range benchCenters {
			slices.SortFunc(ranks[c], cmp.Compare)
			decisions += min(len(ranks[c]), len(ready[c]))
		}
	}
	b.ReportMetric(float64(decisions)/b.Elapsed().Seconds(), "decisions/s")
}

func benchAccept(b *testing.B, v Void) {
	if v != Accepted {
		b.Fatalf("void: %s", v)
	}
}

func benchFloor(b *testing.B, waiting int) *Floor {
	f := New()
	for i := range waiting {
		benchAccept(b, f.Enqueue(50*second, benchID(i), contact.Voice, benchContact(i, int64(i)*7919%second)))
	}
	for i := range benchAgents {
		benchAccept(b, f.Login(60*second+int64(i), fact.LoggedIn{
			Agent: contact.Agent(fmt.Sprintf("a%05d", i)), Center: benchCenter(i), Phone: "PJSIP/x",
			Skills: map[contact.Skill]int{
				benchSkills[i%len(benchSkills)]: 1 + i/benchCenters%4, benchSkills[(i/benchCenters+1)%len(benchSkills)]: 2,
			},
			Files: []contact.Department{benchDepartment(i)},
		}))
	}
	return f
}

func benchID(i int) contact.ID { return contact.ID(fmt.Sprintf("c%07d", i)) }
func benchCenter(i int) contact.Center {
	return contact.Center(fmt.Sprintf("centre%02d", i%benchCenters))
}
func benchDepartment(i int) contact.Department {
	return contact.Department(fmt.Sprintf("%02d", i%benchCenters))
}

func benchContact(i int, rank int64) fact.Queued {
	need := contact.Need{{Skill: benchSkills[i/benchCenters%len(benchSkills)], Level: 1}}
	own := []contact.Center{benchCenter(i)}
	return fact.Queued{
		Queue: contact.Queue(fmt.Sprintf("file%03d", i%benchQueues)), Department: benchDepartment(i),
		Rank: rank, Policies: contact.Policies{Ring: policies.Ring}, Closing: closing,
		Steps: []contact.Step{
			{Centers: own, Need: need, Files: i%2 == 0},
			{After: 90 * 1e9, Centers: append(own, benchCenter(i+1), benchCenter(i+2)), Need: need},
		},
	}
}

package forecast_test

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/forecast"
)

const second = int64(time.Second / time.Microsecond)

// day is one queue in virtual time: people come, wait, give up or are served.
type day struct {
	random *rand.Rand
	// every is the mean time between two arrivals, by the time of day.
	every func(at int64) int64
	// agents is how many there are, by the time of day.
	agents func(at int64) int
	talk   int64
	patience,
	length int64

	line   forecast.Line
	queue  agenda
	now    int64
	serial int
	busy   int
	people []*person

	// wrong is the sum of what each estimator, and the best one, erred for those who were
	// served after a wait; late counts those for whom the best had promised less.
	wrong  map[forecast.Method]int64
	served int
	said   int
	least  time.Duration // ever said
}

type person struct {
	came int64
	made forecast.Made
	best time.Duration
	by   forecast.Method
	said bool
	gone bool
}

type happening struct {
	at     int64
	serial int
	run    func()
}

type agenda []happening

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].serial < a[j].serial
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(happening)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

func (d *day) after(in int64, run func()) {
	d.serial++
	heap.Push(&d.queue, happening{d.now + in, d.serial, run})
}

func (d *day) about(mean int64) int64 { return int64(d.random.ExpFloat64() * float64(mean)) }

func (d *day) play() {
	d.wrong = map[forecast.Method]int64{}
	d.now = 8 * 3600 * second
	begin := d.now
	var come func()
	come = func() {
		d.arrive()
		d.after(d.about(d.every(d.now)), come)
	}
	d.after(0, come)
	d.after(60*second, d.staff)
	for d.queue[0].at < begin+d.length {
		h := heap.Pop(&d.queue).(happening)
		d.now = h.at
		h.run()
	}
}

// staff looks once a minute: agents come and go.
func (d *day) staff() {
	d.serve()
	d.after(60*second, d.staff)
}

func (d *day) arrive() {
	p := &person{came: d.now}
	d.people = append(d.people, p)
	d.hold()
	head := int64(0)
	if len(d.people) > 1 {
		head = d.people[0].came
	}
	p.made = d.line.Say(d.now, forecast.Place{Ahead: len(d.people) - 1, Head: head})
	p.best, p.by, p.said = d.line.Best(p.made)
	d.after(d.about(d.patience), func() { d.leave(p) })
	d.serve()
}

func (d *day) leave(p *person) {
	if p.gone {
		return
	}
	d.remove(p)
	d.line.Left(d.now, d.now-p.came, p.made)
}

func (d *day) remove(p *person) {
	p.gone = true
	for i, q := range d.people {
		if q == p {
			d.people = append(d.people[:i:i], d.people[i+1:]...)
			break
		}
	}
	d.hold()
}

func (d *day) hold() { d.line.Holds(d.now, len(d.people)) }

func (d *day) serve() {
	for d.busy < d.agents(d.now) && len(d.people) > 0 {
		p := d.people[0]
		d.remove(p)
		d.busy++
		d.after(d.about(d.talk), func() { d.busy--; d.serve() })
		waited := d.now - p.came
		d.line.Answered(d.now, 0, waited, 0, p.made)
		if waited < second || !p.said {
			continue
		}
		d.served++
		for i, m := range forecast.Methods {
			if p.made.By[i] != forecast.None {
				d.wrong[m] += abs(p.made.By[i] - waited)
			}
		}
		d.wrong["best"] += abs(p.best.Microseconds() - waited)
	}
}

func abs(n int64) int64 { return max(n, -n) }

func steady(n int64) func(int64) int64 { return func(int64) int64 { return n } }

// A rush, and half of the agents who go to lunch: no estimator is the best of both, and
// the one that speaks is hardly worse than the best of each day.
func TestWhoErredLeastOfLateSpeaks(t *testing.T) {
	t.Parallel()
	days := map[string]day{
		"overloaded all day": {every: steady(10 * second), agents: func(int64) int { return 20 }, talk: 300 * second, patience: 240 * second},
		"a rush at nine": {every: func(at int64) int64 {
			if at > 9*3600*second && at < 10*3600*second {
				return 5 * second
			}
			return 15 * second
		}, agents: func(int64) int { return 21 }, talk: 300 * second, patience: 600 * second},
		"half of the agents go to lunch": {every: steady(12 * second), agents: func(at int64) int {
			if at > 10*3600*second {
				return 13
			}
			return 26
		}, talk: 300 * second, patience: 600 * second},
		"nobody gives up": {every: steady(15 * second), agents: func(int64) int { return 20 }, talk: 295 * second, patience: 1e5 * second},
	}
	for name, d := range days {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d.random, d.length = rand.New(rand.NewPCG(7, 7)), 5*3600*second
			d.play()
			mean := map[forecast.Method]time.Duration{}
			for m, sum := range d.wrong {
				mean[m] = time.Duration(sum/int64(d.served)) * time.Microsecond
			}
			t.Logf("%d served after a wait; mean errors %v", d.served, mean)
			assert.Greater(t, d.served, 200)
			least := min(mean[forecast.Length], mean[forecast.Last], mean[forecast.Head])
			assert.LessOrEqual(t, mean["best"], least*12/10, "whoever speaks errs hardly more than the best of the day")
		})
	}
}

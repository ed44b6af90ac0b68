package backend

import "sync"

// quota counts the messages of a day by person. It is kept by this process: each
// controller counts since its own start.
type quota struct {
	mu   sync.Mutex
	day  string
	sent map[string]int
}

// maxPersons bounds what is remembered of a day. Beyond it nobody new is sent
// anything: so many messages are no service any more.
const maxPersons = 1_000_000

// take counts a message, unless the person has got as many.
func (q *quota) take(person, day string, most int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.day != day {
		q.day, q.sent = day, map[string]int{}
	}
	n, known := q.sent[person]
	if n >= most || !known && len(q.sent) >= maxPersons {
		return false
	}
	q.sent[person]++
	return true
}

// giveBack takes off a message that was not sent.
func (q *quota) giveBack(person, day string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.day == day && q.sent[person] > 0 {
		q.sent[person]--
	}
}

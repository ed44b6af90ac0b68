package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Dimension is what contacts are compared by.
type Dimension string

// The dimensions. Of an organisation it says too who served whom.
const (
	ByEntry        Dimension = "entry"
	ByQueue        Dimension = "queue"
	ByCenter       Dimension = "center"
	ByOrganisation Dimension = "organisation"
	ByHour         Dimension = "hour"
)

// Dimensions are all of them.
var Dimensions = []Dimension{ByEntry, ByQueue, ByCenter, ByOrganisation, ByHour}

// Intervals are those that ByHour can have.
var Intervals = []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour}

// Breakdown compares those of a report's contacts that are people on the line.
type Breakdown struct {
	Site string    `json:"site"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Zone string    `json:"zone"`
	By   Dimension `json:"by"`
	// Interval is that of ByHour.
	Interval Span  `json:"interval_seconds,omitempty"`
	All      Row   `json:"all"`
	Rows     []Row `json:"rows"`
	// Arms are given with ByOrganisation.
	Arms   []Arm  `json:"arms,omitempty"`
	Checks Checks `json:"checks"`
}

// Row is what became of the people who share a name. That of a center holds
// those it was presented to, so that rows of centers are never summed. A row
// without a name holds those who reached none.
type Row struct {
	Name string `json:"name"`
	// Begin is when the interval of a row by hour begins.
	Begin   time.Time `json:"begin,omitzero"`
	Offered int       `json:"offered"`
	Asked   int       `json:"asked"`
	// Answered is by this center, in the row of a center; Elsewhere are those
	// whom another one answered.
	Answered  int `json:"answered"`
	Elsewhere int `json:"answered_elsewhere,omitempty"`
	Abandoned int `json:"abandoned"`
	Short     int `json:"abandoned_short"`

	AnsweredRate  Ratio  `json:"answered_rate"`
	Within20      Ratio  `json:"answered_within_20s"`
	Within60      Ratio  `json:"answered_within_60s"`
	WaitAnswered  Spread `json:"wait_of_answered"`
	WaitAbandoned Spread `json:"wait_of_abandoned"`

	Attempts Attempts `json:"attempts"`
	// Occupancy is given for centers, and for all.
	Occupancy *Occupancy `json:"occupancy,omitempty"`
}

// By compares the contacts of the report; interval is that of ByHour, and must
// be one of Intervals then.
func (r *Report) By(d Dimension, interval time.Duration) *Breakdown {
	people := slices.DeleteFunc(slices.Clone(r.lives), func(l *life) bool { return !l.onTheLine() })
	b := &Breakdown{Site: r.Site, From: r.From, To: r.To, Zone: r.Zone, By: d, All: rowOf("", people), Checks: r.Checks}
	b.All.Occupancy = &r.Occupancy
	switch d {
	case ByHour:
		b.Interval = Span(interval.Microseconds())
		b.Rows = byInterval(people, interval, r.From.Location())
	case ByCenter:
		b.Rows = r.centerRows(people)
	case ByOrganisation:
		b.Rows = rowsBy(people, one(func(l *life) contact.Organisation { return l.organisation }), rowOf)
		b.Arms = armsOf(people)
	case ByQueue:
		b.Rows = rowsBy(people, one(func(l *life) contact.Queue { return l.queue }), rowOf)
	case ByEntry:
		b.Rows = rowsBy(people, one(func(l *life) contact.Entry { return l.entry }), rowOf)
	}
	return b
}

// centerRows has a row too of a center where people were logged in for nobody.
func (r *Report) centerRows(people []*life) []Row {
	rows := rowsBy(people, presentedTo, rowOfCenter)
	for center := range r.byCenter {
		if !slices.ContainsFunc(rows, func(row Row) bool { return row.Name == string(center) }) {
			rows = append(rows, rowOfCenter(string(center), nil))
		}
	}
	for i, row := range rows {
		rows[i].Occupancy = r.byCenter[contact.Center(row.Name)]
	}
	slices.SortFunc(rows, mostOffered)
	return rows
}

// one makes a list of the one name that a contact has, or of the empty one.
func one[K ~string](of func(*life) K) func(*life) []string {
	return func(l *life) []string { return []string{string(of(l))} }
}

func presentedTo(l *life) []string {
	centers := l.centers()
	if len(centers) == 0 {
		return []string{""}
	}
	names := make([]string, len(centers))
	for i, c := range centers {
		names[i] = string(c)
	}
	return names
}

// rowsBy makes a row of each name, the most offered first and that without a
// name last.
func rowsBy(lives []*life, names func(*life) []string, row func(string, []*life) Row) []Row {
	by := map[string][]*life{}
	for _, l := range lives {
		for _, name := range names(l) {
			by[name] = append(by[name], l)
		}
	}
	rows := make([]Row, 0, len(by))
	for name, those := range by {
		rows = append(rows, row(name, those))
	}
	slices.SortFunc(rows, mostOffered)
	return rows
}

// mostOffered puts the row without a name last.
func mostOffered(a, b Row) int {
	if (a.Name == "") != (b.Name == "") {
		return cmp.Compare(b.Name, a.Name)
	}
	return cmp.Or(cmp.Compare(b.Offered, a.Offered), cmp.Compare(a.Name, b.Name))
}

func rowOf(name string, lives []*life) Row {
	return count(name, lives, func(*life) bool { return true })
}

func rowOfCenter(name string, lives []*life) Row {
	return count(name, lives, func(l *life) bool { return string(l.center) == name })
}

// count makes a row; answered elsewhere is who was answered, but not here.
func count(name string, lives []*life, here func(*life) bool) Row {
	r := Row{Name: name, Offered: len(lives), Attempts: attemptsOf(lives)}
	var t times
	for _, l := range lives {
		if l.outcome == contact.Answered && !here(l) && l.countsAsAsked() {
			t.asked++
			r.Elsewhere++
			continue
		}
		t.add(l)
		if l.outcome == contact.Abandoned {
			r.Abandoned++
		}
		if l.short() {
			r.Short++
		}
	}
	r.Asked, r.Answered = int(t.asked), len(t.answered)
	r.AnsweredRate = RatioOf(uint64(r.Answered), t.asked)
	r.Within20, r.Within60 = RatioOf(t.within(soon), t.asked), RatioOf(t.within(later), t.asked)
	r.WaitAnswered, r.WaitAbandoned = SpreadOf(t.answered), SpreadOf(t.abandoned)
	return r
}

// byInterval makes a row of each interval from the first arrival to the last,
// the empty ones included. Intervals begin on the full hour of the zone's clock
// and all last equally long: of the two hours from 2 to 3 in October, each has
// its own.
func byInterval(lives []*life, interval time.Duration, zone *time.Location) []Row {
	by := map[int64][]*life{}
	for _, l := range lives {
		begin := beginOf(time.UnixMicro(l.arrived).In(zone), interval).Unix()
		by[begin] = append(by[begin], l)
	}
	rows := []Row{}
	if len(by) == 0 {
		return rows
	}
	begins := slices.Sorted(maps.Keys(by))
	for at := begins[0]; at <= begins[len(begins)-1]; at += int64(interval / time.Second) {
		begin := time.Unix(at, 0).In(zone)
		row := rowOf(begin.Format(minute+" -07:00"), by[at])
		row.Begin = begin
		rows = append(rows, row)
	}
	return rows
}

// beginOf is the beginning of the interval that a time lies in, by the clock.
func beginOf(t time.Time, interval time.Duration) time.Time {
	_, offset := t.Zone()
	ahead := time.Duration(offset) * time.Second
	return t.Add(ahead).Truncate(interval).Add(-ahead)
}

// ParseDimension reads a dimension as people write it, with the interval of
// ByHour: an hour unless another is given. An interval alone means ByHour.
func ParseDimension(by, interval string) (Dimension, time.Duration, error) {
	d := Dimension(cmp.Or(by, string(ByHour)))
	if !slices.Contains(Dimensions, d) {
		return "", 0, fmt.Errorf("contacts cannot be compared by %q; write entry, queue, center, organisation or hour", by)
	}
	if interval == "" {
		return d, time.Hour, nil
	}
	if d != ByHour {
		return "", 0, fmt.Errorf("an interval goes with the comparison by hour, not by %s", d)
	}
	length, err := time.ParseDuration(interval)
	if err != nil || !slices.Contains(Intervals, length) {
		return "", 0, fmt.Errorf("%q is no interval of a report; write 15m, 30m or 60m", interval)
	}
	return d, length, nil
}

package config

import (
	"bufio"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/keypad"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/ivr"
)

// floorFile is floor.yaml, which a site need not have: the agents' day, whatever their
// center and the queue.
type floorFile struct {
	// Pauses are the reasons for a pause that agents choose from, by name. Without any,
	// each writes a reason in own words.
	Pauses table[pauseYAML] `yaml:"pauses"`
	// WrapUp is by how much agents make a running wrap-up longer.
	WrapUp struct {
		// Extend is by how much each time, 60s by default.
		Extend value[time.Duration] `yaml:"extend"`
		// Longest is how long a wrap-up may last in all, 10m by default; 0s: none is made
		// longer.
		Longest value[time.Duration] `yaml:"longest"`
	} `yaml:"wrap_up"`
	// Seats are phones of Asterisk at which any agent may log in, beside those of the
	// site's agents: PJSIP/desk01, or with * for any letters PJSIP/desk*.
	Seats list[value[string]] `yaml:"seats"`
	// Pins are the agents' PINs: {file: …} or {env: …} of lines such as
	// a1001:$argon2id$…, which guichet agents pin makes.
	Pins secretYAML `yaml:"pins"`
	// Codes are what agents dial on their phones: each begins with * or #. Without any,
	// phones cannot do anything by themselves.
	Codes phoneCodesYAML `yaml:"codes"`
	// Supervisors are the agents who may listen to their colleagues by the code supervise.
	Supervisors list[value[string]] `yaml:"supervisors"`
	// InCall are what agents key on their phones during a call: a star and a digit or two.
	// Without any, keys mean nothing then but two stars, which pause a recording.
	InCall callCodesYAML `yaml:"in_call"`
	// Identify is the flow by which who has a call has the caller key in who he is, as the
	// node identify does in menus; without it agents cannot.
	Identify value[string] `yaml:"identify"`
}

// callCodesYAML is a code for each deed; a deed without one is not done by keys.
type callCodesYAML struct {
	// Hold has the caller hear music, and said again takes him back.
	Hold value[string] `yaml:"hold"`
	// Transfer sends the caller to a colleague or a number, whose digits and # follow.
	Transfer value[string] `yaml:"transfer"`
	// Consult calls a colleague or a number, likewise, while the caller hears music.
	Consult value[string] `yaml:"consult"`
	// Complete gives the call to whom is consulted.
	Complete value[string] `yaml:"complete"`
	// Cancel goes back to the caller.
	Cancel value[string] `yaml:"cancel"`
	// Conference joins whom is consulted, or else calls in a colleague or a number, as
	// transfer does.
	Conference value[string] `yaml:"conference"`
	// Listen has a supervisor who is in the conversation heard by nobody.
	Listen value[string] `yaml:"listen"`
	// Whisper has him heard by the agent alone.
	Whisper value[string] `yaml:"whisper"`
	// Barge has him heard by all.
	Barge value[string] `yaml:"barge"`
	// TakeOver gives him the call.
	TakeOver value[string] `yaml:"take_over"`
}

// phoneCodesYAML is a code for each deed; a deed without one is not done by phone.
type phoneCodesYAML struct {
	// Login logs in, at the phone from which it is dialled: the agent keys his number,
	// the digits of his id, and his PIN.
	Login value[string] `yaml:"login"`
	// Logout logs out who is logged in there.
	Logout value[string] `yaml:"logout"`
	// Pause pauses; the key of a reason may follow.
	Pause value[string] `yaml:"pause"`
	// Ready ends a pause or a set-aside.
	Ready value[string] `yaml:"ready"`
	// WrapUp ends the wrap-up.
	WrapUp value[string] `yaml:"wrap_up"`
	// Extend makes it longer, by what wrap_up says above.
	Extend value[string] `yaml:"extend"`
	// Supervise lets one of supervisors listen: he keys his number and his PIN, then the
	// number of an agent, and his phone is rung.
	Supervise value[string] `yaml:"supervise"`
}

// pauseYAML is one reason: what people read, or {label: …}.
type pauseYAML struct {
	// Label is what people read, the name by default.
	Label value[string] `yaml:"label"`
	// Key follows the code of a pause, a digit or two.
	Key value[string] `yaml:"key"`
}

// Floor is the agents' day.
type Floor struct {
	// Pauses are the reasons for a pause, in the order in which they were written; none
	// is any words.
	Pauses []Pause
	// Extend is by how much a running wrap-up is made longer each time, and Longest how
	// long it may last in all.
	Extend, Longest time.Duration
	// Seats are patterns of phones at which any agent may sit.
	Seats []string
	// PINs are the hashes of the agents' PINs, a line each.
	PINs Secret
	// Codes are what agents dial, by what it does; none is not done by phone.
	Codes map[keypad.Deed]string
	// Supervisors are the agents who may listen to their colleagues by phone.
	Supervisors []contact.Agent
	// InCall are what who has a call keys, by what it does: hold, transfer, consult,
	// complete, cancel, conference; and who supervises it: listen, whisper, barge,
	// take_over.
	InCall map[string]string
	// Identification are the questions by which agents have a caller say who he is; nil if
	// they cannot.
	Identification *ivr.Tree
}

// Pause is one reason for a pause.
type Pause struct {
	Name, Label string
	// Key is what follows the code of a pause; empty for none.
	Key string
}

// Of what floor.yaml does not say.
const (
	defaultExtend  = time.Minute
	defaultLongest = 10 * time.Minute
)

func (b *builder) buildFloor(f floorFile) {
	b.lasts(f.WrapUp.Extend, 5*time.Second, time.Hour)
	b.lasts(f.WrapUp.Longest, 0, 4*time.Hour)
	floor := Floor{Identification: b.site.Floor.Identification, Extend: f.WrapUp.Extend.or(defaultExtend), Longest: f.WrapUp.Longest.or(defaultLongest)}
	of := map[string]string{}
	for _, r := range f.Pauses {
		b.name(r.key, "a reason for a pause")
		key := r.v.Key
		switch other, taken := of[key.v]; {
		case key.set && !pauseKey.MatchString(key.v):
			b.add(key.at, "write a digit or two, in quotes", "%q cannot follow a code", key.v)
		case key.set && taken:
			b.add(key.at, "give each a key of its own", "the key %s is that of %q already", key.v, other)
		case key.set:
			of[key.v] = r.key.v
		}
		floor.Pauses = append(floor.Pauses, Pause{Name: r.key.v, Label: r.v.Label.or(r.key.v), Key: r.v.Key.v})
	}
	floor.Codes = b.phoneCodes(f.Codes)
	floor.InCall = b.callCodes(f.InCall)
	for _, seat := range f.Seats {
		if _, err := path.Match(seat.v, ""); seat.set && (err != nil || !seatPattern.MatchString(seat.v)) {
			b.add(seat.at, "write it like PJSIP/desk01 or PJSIP/desk*", "%q is not a phone of Asterisk", seat.v)
		}
		floor.Seats = append(floor.Seats, seat.v)
	}
	floor.PINs = b.secret(f.Pins, false)
	b.site.Floor = floor
}

var (
	pauseKey = regexp.MustCompile(`^[0-9]{1,2}$`)
	codeForm = regexp.MustCompile(`^[*#][0-9*#]{1,5}$`)
	keyForm  = regexp.MustCompile(`^\*[0-9]{1,2}$`)
)

// phoneCodes checks what is dialled: none may be taken for another, and all that is said must
// be there.
func (b *builder) phoneCodes(y phoneCodesYAML) map[keypad.Deed]string {
	codes, first := map[keypad.Deed]string{}, place{}
	written := map[keypad.Deed]value[string]{
		keypad.Login: y.Login, keypad.Logout: y.Logout, keypad.Pause: y.Pause, keypad.Ready: y.Ready, keypad.Finish: y.WrapUp,
		keypad.Extend: y.Extend, keypad.Supervise: y.Supervise,
	}
	for _, deed := range keypad.Deeds { // in order: what is found is the same each time
		v := written[deed]
		if !v.set {
			continue
		}
		if !codeForm.MatchString(v.v) {
			b.add(v.at, "write it like \"*50\", in quotes", "%q is not a code", v.v)
		}
		if first == (place{}) || v.at.line < first.line || v.at.line == first.line && v.at.column < first.column {
			first = v.at
		}
		codes[deed] = v.v
	}
	for _, one := range keypad.Deeds {
		for _, other := range keypad.Deeds {
			if one != other && codes[one] != "" && strings.HasPrefix(codes[other], codes[one]) {
				b.add(first, "begin each of them otherwise", "the code %s of %s begins like %s of %s", codes[other], other, codes[one], one)
			}
		}
	}
	for _, prompt := range keypad.Prompts(codes) {
		add(&b.site.uses.prompts, ivr.Prompt(prompt), Use{Tree: "floor", Node: "codes", at: first})
		if b.promptNames.complete && !b.promptNames.has(string(prompt)) {
			b.add(first, "add it to prompts/prompts.yaml", "agents who dial a code hear %q, and there is no such prompt", prompt)
		}
	}
	return codes
}

// supervisors are agents of the site, and there are some if there is a code for them.
func (b *builder) supervisors(f floorFile) {
	if code := f.Codes.Supervise; code.set && len(f.Supervisors) == 0 {
		b.add(code.at, "name the agents who may: supervisors: [a1002]", "nobody may listen by the code %s", code.v)
	}
	for _, s := range f.Supervisors {
		agent := contact.Agent(s.v)
		if _, known := b.site.Agents[agent]; s.set && !known && !b.broken["agents"] {
			b.add(s.at, cmp.Or(nearest(s.v, b.agentIDs()).orKeys(nil), "write the id of an agent, such as a1002"), "there is no agent %q", s.v)
		}
		b.site.Floor.Supervisors = append(b.site.Floor.Supervisors, agent)
	}
}

// callCodes checks what is keyed during a call: none may be taken for another.
func (b *builder) callCodes(y callCodesYAML) map[string]string {
	codes := map[string]string{}
	written := []struct {
		deed string
		code value[string]
	}{
		{"hold", y.Hold}, {"transfer", y.Transfer}, {"consult", y.Consult}, {"complete", y.Complete}, {"cancel", y.Cancel}, {"conference", y.Conference},
		{"listen", y.Listen}, {"whisper", y.Whisper}, {"barge", y.Barge}, {"take_over", y.TakeOver},
	}
	for _, w := range written {
		if !w.code.set {
			continue
		}
		if !keyForm.MatchString(w.code.v) {
			b.add(w.code.at, "write a star and a digit or two, in quotes, such as \"*3\"", "%q cannot be keyed during a call", w.code.v)
			continue
		}
		for _, other := range written {
			if one := codes[other.deed]; one != "" && (strings.HasPrefix(w.code.v, one) || strings.HasPrefix(one, w.code.v)) {
				b.add(w.code.at, "begin each of them otherwise", "%s of %s and %s of %s begin alike", w.code.v, w.deed, one, other.deed)
			}
		}
		codes[w.deed] = w.code.v
	}
	return codes
}

// PauseOf finds the name of a reason by what follows the code of a pause; nothing follows
// a pause for no reason.
func (f Floor) PauseOf(key string) (name string, known bool) {
	if key == "" {
		return "", true
	}
	for _, p := range f.Pauses {
		if p.Key == key {
			return p.Name, true
		}
	}
	return "", false
}

// AgentOf is the agent whose number somebody keys: the digits of his id.
func (s *Site) AgentOf(number string) (found contact.Agent, unique bool) {
	for id := range s.Agents {
		if digitsOf(string(id)) == number && number != "" {
			if found != "" {
				return "", false
			}
			found = id
		}
	}
	return found, found != ""
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// seatPattern is an endpoint, with * for any letters but not for all: the trunk is an
// endpoint, too.
var seatPattern = regexp.MustCompile(`^PJSIP/[A-Za-z0-9][A-Za-z0-9_.*-]{0,63}$`)

// MaySit reports whether an agent may log in at a phone: that of an agent of the site, or
// one of the seats.
func (s *Site) MaySit(phone string) bool {
	if !endpoint.MatchString(phone) {
		return false
	}
	for _, a := range s.Asterisk {
		if _, gateway, _ := strings.Cut(a.Trunk, "@"); gateway != "" && phone == "PJSIP/"+gateway {
			return false // whatever a pattern says: what is called there is the outside
		}
	}
	for _, seat := range s.Floor.Seats {
		if is, err := path.Match(seat, phone); is && err == nil {
			return true
		}
	}
	for _, a := range s.Agents {
		if a.Phone == phone {
			return true
		}
	}
	return false
}

// ReadPINs reads the hashes of the agents' PINs. An error never holds a line: somebody
// may have written a PIN there.
func (f Floor) ReadPINs() (map[contact.Agent]password.Hash, error) {
	if !f.PINs.Given() {
		return nil, nil
	}
	text, err := f.PINs.Read()
	if err != nil {
		return nil, err
	}
	pins := map[contact.Agent]password.Hash{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		agent, hashed, _ := strings.Cut(line, ":")
		hash, err := password.Parse(strings.TrimSpace(hashed))
		if err != nil {
			return nil, fmt.Errorf("line %d of the PINs: %w; make it with guichet agents pin", n, err)
		}
		pins[contact.Agent(agent)] = hash
	}
	return pins, lines.Err()
}

// Pause finds a reason by its name. Without a list, every text is one.
func (f Floor) Pause(name string) (Pause, bool) {
	for _, p := range f.Pauses {
		if p.Name == name {
			return p, true
		}
	}
	return Pause{Name: name, Label: name}, len(f.Pauses) == 0
}

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/internal/terminal"
)

// stage is a terminal on which a call is led by hand.
type stage struct {
	*folded
	// site is as it is at the time of the call.
	site *config.Site
	dir  string
	walk *rehearsal.Walk
	// shown is how much of the story is on the terminal already.
	shown int
	// read are the prompts whose text is on the terminal.
	read map[rehearsal.Heard]bool
	// echo is set where what is typed does not appear by itself.
	echo  bool
	lines *bufio.Scanner
}

func (p *Program) newStage(site *config.Site, dir string, scene rehearsal.Scene) *stage {
	out := newFolded(p.Out)
	if out.columns == 0 {
		out.columns = widthOf(p.Out)
	}
	_, _, typed := terminal.Size(p.Out)
	s := &stage{folded: out, site: site.At(scene.At), dir: dir, walk: rehearsal.NewWalk(scene), echo: true, read: map[rehearsal.Heard]bool{}, lines: bufio.NewScanner(p.In)}
	if input, isFile := p.In.(*os.File); isFile && typed {
		if _, _, keyboard := terminal.Size(input); keyboard {
			s.echo = false
			signal.Reset(os.Interrupt) // Ctrl-C ends a wait for the keyboard; nothing has to be closed
		}
	}
	return s
}

// play reads what the caller does, line by line, until there is no more.
func (s *stage) play() error {
	scene := s.walk.Scene
	s.line(fmt.Sprintf("%s, a call to %s on %s", scene.Tree.ID, entryWords(s.site, scene.Entry), scene.At.Format("Mon 2006-01-02 15:04")))
	if scene.Campaign != "" {
		s.line("during the campaign " + scene.Campaign)
	}
	s.line("(? says what may be typed)")
	s.show()
	for s.err == nil {
		s.prompt()
		if !s.lines.Scan() {
			s.line("")
			break
		}
		typed := strings.TrimSpace(terminal.Plain(s.lines.Text()))
		if s.echo {
			s.line(typed)
		}
		if typed == "quit" || typed == "exit" || typed == "q" {
			break
		}
		s.obey(typed)
	}
	if s.err == nil && s.lines.Err() != nil {
		return fmt.Errorf("read what the caller does: %w", s.lines.Err())
	}
	return s.err
}

func entryWords(site *config.Site, name contact.Entry) string {
	e := site.Entries[name]
	if e.Label == string(name) || e.Label == "" {
		return string(name)
	}
	return fmt.Sprintf("%s (%s)", name, e.Label)
}

// prompt says where the call is and what time it is there, and waits.
func (s *stage) prompt() {
	c := s.walk.Call()
	where := string(c.Node())
	switch {
	case c.Over():
		where = "over"
	case c.Waits():
		where = "in " + string(c.Queue())
	}
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, "%s %s> ", where, c.Now().Format("15:04:05"))
	}
}

// obey does what was typed.
func (s *stage) obey(typed string) {
	word, rest, _ := strings.Cut(typed, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case typed == "?" || word == "help":
		s.help()
	case typed == "":
		s.do(rehearsal.Silence{})
	case strings.HasPrefix(typed, "+"):
		s.wait(strings.TrimSpace(typed[1:]))
	case onlyKeys.MatchString(typed):
		s.do(rehearsal.Press{Keys: strings.ReplaceAll(typed, " ", "")})
	case word == "speak":
		s.speak(rest)
	case word == "identify":
		s.identify(rest)
	case word == "announce":
		s.announce(rest)
	case word == "hangup":
		s.do(rehearsal.HangsUp{})
	case typed == "unreachable":
		s.do(rehearsal.NotReached{})
	case word == "unreachable" && slices.Contains(rehearsal.Unreached, rest):
		s.do(rehearsal.NotReached{Why: contact.RingResult(rest)})
	case word == "refuse":
		s.refuse(contact.Refusal(rest))
	case word == "answer":
		s.answer(rest)
	case word == "undo":
		before := s.walk.Call().Story()
		if !s.walk.Undo() {
			s.line("  nothing was done yet")
			return
		}
		s.again(before)
	case word == "save":
		s.save(rest)
	default:
		s.line(fmt.Sprintf("  %q is nothing that a caller can do; ? says what may be typed", typed))
	}
}

var onlyKeys = regexp.MustCompile(`^[0-9*#A-D][0-9*#A-D ]*$`)

func (s *stage) help() {
	for _, l := range []string{
		"12#           keys, one right after the other",
		"(nothing)     silence, up to the next time-out",
		"+30s          silence for that long",
		"speak 5s      the caller speaks into the message that is being recorded",
		"identify      an invented fiscal number, if one is asked for; or identify 0",
		"hangup        the caller hangs up",
		"refuse full   the queue refuses instead; or closed, no_agent",
		"unreachable   the number outside does not answer; or unreachable busy",
		"answer 404    what the back-end answers, or timeout; a body may follow",
		"announce …    an emergency message: announce queue NAME PROMPT until 18:00",
		"undo          take the latest of these back",
		"save FILE     write the walk as a test; a name alone is a file of ivr/tests/",
		"quit          end; so does the end of the input",
	} {
		s.line("  " + l)
	}
}

// do lets something happen, and shows what came of it.
func (s *stage) do(act rehearsal.Step) {
	before := len(s.walk.Call().Story())
	if miss := s.walk.Do(act); miss != nil {
		s.line("  " + unable(miss.Came))
		return
	}
	if _, speaks := act.(rehearsal.Speaks); speaks && s.walk.Call().Records() {
		s.line("    recorded so far; # or silence ends it")
		s.patience()
		return
	}
	if len(s.walk.Call().Story()) == before {
		s.line("  nothing happens")
		s.patience()
		return
	}
	s.show()
}

// unable says why something cannot happen: of the call waiting in the queue.
func unable(found string) string { return "not now, with " + found }

func (s *stage) wait(text string) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 24*time.Hour {
		s.line(fmt.Sprintf("  %q is no time to let pass; write it like +30s", "+"+text))
		return
	}
	s.do(rehearsal.Wait{For: d})
}

// speak lets the caller speak into a recording.
func (s *stage) speak(text string) {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > 10*time.Minute {
		s.line(fmt.Sprintf("  %q is no time to speak; write it like speak 5s", text))
		return
	}
	s.do(rehearsal.Speaks{For: d})
}

// refuse goes back to where the queue took the call.
func (s *stage) refuse(why contact.Refusal) {
	c := s.walk.Call()
	before := c.Story()
	switch {
	case !slices.Contains([]contact.Refusal{contact.Full, contact.Closed, contact.NoAgent}, why):
		s.line("  write refuse full, refuse closed or refuse no_agent")
	case !c.Waits():
		s.line("  not now: the call waits in no queue")
	case !s.walk.Refuse(why):
		s.line(fmt.Sprintf("  the queue %s is never full: queues.yaml says no limit", c.Queue()))
	default:
		s.again(before)
	}
}

// answer lets the back-end answer that is being asked.
func (s *stage) answer(text string) {
	node, silent := s.walk.Call().Unanswered()
	if !silent {
		s.line("  not now: no back-end is being asked")
		return
	}
	a, err := answered(text, s.walk.Scene.Tree.Nodes[node])
	if err != nil {
		s.line("  " + err.Error())
		return
	}
	before := s.walk.Call().Story()
	s.walk.Answer(node, a)
	s.again(before)
}

// again shows the end of a walk that was taken another way, from the node on at which
// it parted from the story before.
func (s *stage) again(before []rehearsal.Moment) {
	story := s.walk.Call().Story()
	parted := 0
	for parted < min(len(story), len(before)) && reflect.DeepEqual(story[parted], before[parted]) {
		parted++
	}
	s.line("  the same call again:")
	s.shown = 0
	for i, m := range story[:parted] {
		if _, entered := m.(rehearsal.Entered); entered {
			s.shown = i
		}
	}
	clear(s.read)
	s.show()
}

// save writes the walk as a test.
func (s *stage) save(rest string) {
	file, name, _ := strings.Cut(rest, " ")
	if file == "" {
		s.line("  write save FILE, or save FILE what the test is about")
		return
	}
	if !strings.ContainsAny(file, "/\\") {
		file = filepath.Join(s.dir, "ivr", "tests", strings.TrimSuffix(file, ".yaml")+".yaml")
	}
	if err := s.write(file, strings.TrimSpace(name)); err != nil {
		s.line("  " + err.Error())
		return
	}
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, "  written to %s\n", file) // in one piece, to be copied
	}
}

// write adds the test to a file of tests, or begins one.
func (s *stage) write(file, name string) error {
	before, err := os.ReadFile(file)
	switch {
	case os.IsNotExist(err):
		before = []byte("tests:\n")
	case err != nil:
		return fmt.Errorf("add the test: %w", err)
	case !onlyTests.Match(before):
		return errors.New("this file holds more than tests; name another")
	}
	if name == "" {
		name = s.name(string(before))
	}
	text := strings.TrimRight(string(before), "\n") + "\n" + config.MenuTestText(name, s.walk.Scene, s.walk.Steps())
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("add the test: %w", err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("add the test: %w", err)
	}
	return nil
}

// onlyTests is a file that a test can be added to at its end: its only key is tests,
// and these are a list as save writes it.
var onlyTests = regexp.MustCompile(`^(#[^\n]*\n|\n)*tests:[ ]*\n([ #][^\n]*\n|\n)*$`)

// name is one that the file does not have yet.
func (s *stage) name(before string) string {
	first := fmt.Sprintf("%s on %s", s.walk.Scene.Tree.ID, s.walk.Scene.At.Format("2006-01-02 15:04"))
	name := first
	for n := 2; strings.Contains(before, name); n++ {
		name = fmt.Sprintf("%s, %d", first, n)
	}
	return name
}

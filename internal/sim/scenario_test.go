package sim_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/sim"
)

var update = flag.Bool("update", false, "write the scenarios' answers anew; review them")

// Each file of testdata/scenarios is a stretch of a day at the site of
// testdata/site. Lines that are not indented are the input: a time, who, and what
// he does. The indented lines say what followed, and are written by -update and
// then reviewed. The first line names the day.
func TestEveryScenarioGoesAsWritten(t *testing.T) {
	t.Parallel()
	site, problems := config.Load("testdata/site")
	require.Empty(t, problems)
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			got := play(t, site, string(text))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			assert.Equal(t, string(text), got)
		})
	}
}

// stage is the world of one scenario and what is written of it.
type stage struct {
	t     *testing.T
	site  *config.Site
	day   string
	world *sim.World
	out   strings.Builder
}

func play(t *testing.T, site *config.Site, text string) string {
	s := &stage{t: t, site: site}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, " ") {
			continue
		}
		fmt.Fprintln(&s.out, line)
		if words := strings.Fields(line); len(words) > 1 && !strings.HasPrefix(line, "#") {
			s.line(line, words)
		}
	}
	return s.out.String()
}

func (s *stage) line(line string, words []string) {
	if words[0] == "day" {
		s.day = words[1]
		s.world = sim.New(s.site, s.at("00:00:00"))
		s.world.OnFact, s.world.OnCommand = s.fact, s.command
		return
	}
	require.NotNil(s.t, s.world, "the first line says: day 2026-11-26")
	require.NoError(s.t, s.world.Advance(s.at(words[0])), line)
	require.NoError(s.t, s.do(words[1], words[2:]), line)
}

func (s *stage) at(clock string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s.day+" "+clock, s.site.Zone)
	require.NoError(s.t, err)
	return at
}

// do is one line after its time: NAME calls 2014 [from NUMBER], NAME presses 1,
// NAME speaks 20s, NAME hangs-up, AGENT logs-in, logs-out, pauses, resumes, answers,
// refuses, ends, gets skill=level, entry:NAME or queue:NAME announces PROMPT DURATION
// [hang-up], all restart, all wait. A local service, or a person who is called back,
// is an agent by its number. Of what lies on a screen: NAME writes ENTRY TOPIC, AGENT takes NAME,
// AGENT answers NAME, AGENT has-done NAME, AGENT gives-back NAME; WHO heard MESSAGE in its mailbox.
func (s *stage) do(who string, what []string) error {
	w, agent, caller := s.world, contact.Agent(who), contact.ID(who)
	arg := func(i int) string {
		if i < len(what) {
			return what[i]
		}
		return ""
	}
	switch what[0] {
	case "calls":
		return w.Call(caller, arg(1), arg(3))
	case "presses":
		return w.Press(caller, arg(1))
	case "speaks":
		return w.Speak(caller, s.lasts(arg(1)))
	case "announces":
		kind, name, _ := strings.Cut(who, ":")
		place := fact.Place{Entry: contact.Entry(name)}
		if kind == "queue" {
			place = fact.Place{Queue: contact.Queue(name)}
		}
		return w.Announce(fact.Announced{Place: place, Prompt: arg(1), Until: w.Now().Add(s.lasts(arg(2))).UnixMicro(), HangUp: arg(3) == "hang-up"})
	case "hangs-up":
		return w.HangUp(caller)
	case "logs-in":
		return w.Login(agent)
	case "logs-out":
		return w.Command(fact.LoggedOut{Agent: agent}, agent)
	case "pauses":
		return w.Command(fact.Paused{Agent: agent, Reason: "repas"}, agent)
	case "resumes":
		return w.Command(fact.Resumed{Agent: agent}, agent)
	case "gets":
		skill, level, _ := strings.Cut(arg(1), "=")
		n, err := strconv.Atoi(level)
		require.NoError(s.t, err)
		return w.Command(fact.AgentChanged{Agent: agent, Skills: map[contact.Skill]int{contact.Skill(skill): n}}, agent)
	case "writes":
		return w.Write(caller, contact.Entry(arg(1)), contact.Topic(arg(2)))
	case "takes":
		return w.Does(agent, contact.ID(arg(1)), email.Accept)
	case "has-done":
		return w.Does(agent, contact.ID(arg(1)), email.Done)
	case "gives-back":
		return w.Does(agent, contact.ID(arg(1)), email.Return)
	case "heard":
		return w.Hears(who, fact.MessageID(arg(1)))
	case "answers":
		if arg(1) != "" {
			return w.Does(agent, contact.ID(arg(1)), email.Answer)
		}
		return w.AgentAnswers(agent)
	case "refuses":
		return w.AgentDeclines(agent, contact.Refused)
	case "ends":
		return w.AgentHangsUp(agent)
	case "restart":
		return w.Restart()
	case "wait":
		return nil
	}
	return fmt.Errorf("nobody can %q", what[0])
}

func (s *stage) lasts(text string) time.Duration {
	d, err := time.ParseDuration(text)
	require.NoError(s.t, err)
	return d
}

func (s *stage) say(format string, args ...any) {
	fmt.Fprintf(&s.out, "    %s "+format+"\n", append([]any{s.world.Now().Format("15:04:05")}, args...)...)
}

// command shows what callers and phones notice.
func (s *stage) command(id contact.ID, c engine.Command) {
	switch c := c.(type) {
	case engine.Play:
		s.say("%s hears %v", id, c.Prompts)
	case engine.StartMusic:
		s.say("%s hears music", id)
	case engine.Ring:
		s.say("%s shows %q", c.Agent, c.Display)
	case engine.CallOut:
		s.say("%s is called for %s", c.Number, id)
	case engine.WhisperTo:
		s.say("the agent hears %v of %s", c.Prompts, id)
	case engine.TellBoth:
		s.say("%s and the agent hear %v", id, c.Prompts)
	case engine.StartTape:
		s.say("%s is being recorded", id)
	case engine.RunTape:
		s.say("%s is being recorded: %t", id, c.Runs)
	case engine.StopTape:
		s.say("%s is recorded no more", id)
	case engine.CallBack:
		s.say("%s is called back for %s", c.Number, id)
	case engine.RecordCaller:
		s.say("%s is recorded", id)
	case engine.Join:
		s.say("%s is joined", id)
	case engine.Release:
		s.say("%s is released", id)
	}
}

// fact shows each fact in a line; waits of the menu tell nothing here.
func (s *stage) fact(a fold.Applied) {
	words := ""
	switch f := a.Fact.(type) {
	case fact.Queued:
		words = fmt.Sprintf("in %s by %q as %q, department %q, priority %d, %s, kept %q%s", f.Queue, f.Rule, f.Organisation, f.Department, f.Priority, f.Strategy, f.Redial, steps(f.Steps))
	case fact.Circle:
		words = fmt.Sprintf("step %d of %v: %s", f.Step+1, f.Centers, f.Why)
	case fact.GivenUp:
		words = string(f.Reason)
	case fact.Offered:
		words = fmt.Sprintf("to %s of %s by %s, runners-up %s, refused %v", f.Agent, f.Center, f.Rule, names(f.RunnersUp), f.Refusals)
	case fact.OfferFailed:
		words = string(f.Result)
	case fact.Transferring:
		words = fmt.Sprintf("to %q (%s) by %q, department %q", f.Service, f.Number, f.Rule, f.Department)
	case fact.TransferFailed:
		words = string(f.Result)
	case fact.Connected:
		words = fmt.Sprintf("arm %q served by %s", f.Organisation, f.ServedBy)
	case fact.Closed:
		words = strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", f.Outcome, f.Stage, f.Refusal)), " ")
	case fact.Foretold:
		words = fmt.Sprintf("number %d", f.Position)
		if f.Until != 0 {
			words += ", until " + time.UnixMicro(f.Until).In(s.site.Zone).Format(time.TimeOnly)
		}
	case fact.SteppedOut:
		words = "by " + f.Key
	case fact.CallbackRequested:
		words = fmt.Sprintf("at %s, %d attempts, until %s", f.Number, f.Attempts, time.UnixMicro(f.ExpiresAt).In(s.site.Zone).Format(time.DateTime))
	case fact.CallbackFailed:
		words = string(f.Result)
	case fact.MessageLeft:
		words = fmt.Sprintf("in %s, %s of %s spoken", f.Mailbox, f.Spoken, f.Lasts)
	case fact.MessageDone:
		words = "by " + f.By
	case fact.Expired:
		words = string(f.Medium)
	case fact.Announced:
		words = f.Prompt
	case fact.Waiting:
		return
	}
	line := fmt.Sprintf("%s %s %s", a.Entry.Subject, a.Entry.Kind, words)
	if a.Void != "" {
		line += " VOID " + a.Void
	}
	s.say("%s", strings.TrimRight(line, " "))
}

func steps(all []contact.Step) string {
	var out strings.Builder
	for _, s := range all {
		fmt.Fprintf(&out, "; +%s %v", s.After, s.Centers)
		for _, r := range s.Need {
			fmt.Fprintf(&out, " %s>=%d", r.Skill, r.Level)
		}
		if s.Files {
			out.WriteString(" files")
		}
	}
	return out.String()
}

func names(of []fact.Candidate) []string {
	var all []string
	for _, c := range of {
		all = append(all, string(c.Agent))
	}
	return slices.Clip(all)
}

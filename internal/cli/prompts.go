package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/drafts"
	"github.com/guichet/guichet/internal/terminal"
)

// promptsCommand holds what there is for who has the prompts recorded.
func (p *Program) promptsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "prompts",
		Short: "List what callers hear, and make drafts of what nobody has recorded",
		Long: `Shows and completes the recordings of a site folder: its prompts, and the words of
which numbers, dates and waits are put together, in the languages in which its menus
say any. No controller is needed.`,
		Example: `  guichet prompts list --site examples/dgfip
  guichet prompts synth --site examples/dgfip`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.promptsListCommand(), p.promptsSynthCommand())
	return c
}

func (p *Program) promptsListCommand() *cobra.Command {
	var dir, language string
	var unused bool
	c := &cobra.Command{
		Use:   "list [--site DIR] [--language CODE] [--unused]",
		Short: "List every recording that the site needs, for the speaker and for whoever asks what is missing",
		Long: `Lists every sound that the site needs, with its file, its length and its text.

  recorded  there is a recording
  draft     a machine has said it; guichet check --strict refuses it
  no sound  there is a text, and nobody has said it
  missing   there is neither a recording nor a text
  Asterisk  a sound that Asterisk brings

USED AT says where trees play it, as tree:node; --json has every place. What no tree
plays is there to be announced (guichet announcement), or forgotten.`,
		Example: `  guichet prompts list --site examples/dgfip
  guichet prompts list --site examples/dgfip --json | jq -r '.[] | select(.state != "recorded") | .text'
  guichet prompts list --site examples/dgfip --unused`,
		Args: cobra.NoArgs,
		RunE: run(func(context.Context, []string) error {
			site, err := soundSite(dir)
			if err != nil {
				return err
			}
			all := promptViews(site, language)
			if len(all) == 0 && language != "" {
				return wrong("nothing of the site folder %s is said in %q", dir, language)
			}
			if unused {
				all = slices.DeleteFunc(all, func(v promptView) bool { return len(v.Used) > 0 })
			}
			if p.json {
				return printJSON(p.Out, all)
			}
			return writePrompts(p.Out, all)
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	c.Flags().BoolVar(&unused, "unused", false, "only what no tree plays")
	c.Flags().StringVar(&language, "language", "", "only what is said in this one")
	return p.withJSON(c)
}

// promptView is a recording for people and programs.
type promptView struct {
	Name     string         `json:"name"`
	Word     bool           `json:"word,omitempty"` // of values
	Campaign string         `json:"campaign,omitempty"`
	Language string         `json:"language,omitempty"`
	State    recordingState `json:"state"`
	File     string         `json:"file,omitempty"`
	// Seconds is its length: that of the recording, or what its text would take.
	Seconds float64 `json:"seconds,omitempty"`
	// Text is what is said. That of a word may be a spelling for a machine: a person
	// says it as in the phrase Like.
	Text string `json:"text,omitempty"`
	Like string `json:"like,omitempty"`
	// Used are the places at which trees play it, as tree:node. What has none is heard
	// only where somebody announces it.
	Used []string `json:"used"`
}

func promptViews(site *config.Site, language string) []promptView {
	all := []promptView{}
	for r := range site.Recordings() {
		if language != "" && r.Spoken() != language && r.Language != config.AllLanguages {
			continue
		}
		v := promptView{
			Name: string(r.Name), Language: r.Language, Campaign: r.Campaign, Like: r.Like, State: stateOf(site, r), File: r.File,
			Seconds: site.Lasts(r.Sound).Round(100 * time.Millisecond).Seconds(), Text: strings.Join(strings.Fields(r.Text), " "),
		}
		v.Used = []string{}
		for _, u := range site.Uses(r) {
			v.Used = append(v.Used, u.String())
		}
		if r.Word != "" {
			v.Name, v.Word = r.Word, true
		}
		all = append(all, v)
	}
	return all
}

func writePrompts(w io.Writer, all []promptView) error {
	t := terminal.NewTable("PROMPT", "LANGUAGE", "STATE", ">SECONDS", "USED AT", "TEXT")
	counts := map[recordingState]int{}
	for _, v := range all {
		counts[v.State]++
		name, text := v.Name, v.Text
		switch {
		case v.Word && v.Like != "":
			name, text = "word "+name, fmt.Sprintf("as in “%s”", v.Like)
		case v.Word:
			name = "word " + name
		case v.Campaign != "":
			name += " during " + v.Campaign
		}
		seconds := terminal.Nothing
		if v.Seconds > 0 {
			seconds = fmt.Sprintf("%.1f", v.Seconds)
		}
		t.Row(name, v.Language, v.State, seconds, usedInWords(v), text)
	}
	if err := t.Write(w); err != nil {
		return err
	}
	var said []string
	for _, s := range []recordingState{recorded, drafted, draftWanted, nothing, asterisks} {
		if counts[s] > 0 {
			said = append(said, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(said, ", "))
	return err
}

// usedInWords names one place, and how many more there are.
func usedInWords(v promptView) string {
	switch n := len(v.Used); {
	case n == 0:
		return "no tree"
	case n > 1:
		return fmt.Sprintf("%s, %d more", v.Used[0], n-1)
	}
	return v.Used[0]
}

func (p *Program) promptsSynthCommand() *cobra.Command {
	var dir, command string
	c := &cobra.Command{
		Use:   "synth [--site DIR] [--command COMMAND]",
		Short: "Have a machine say what nobody has recorded",
		Long: `Makes a draft of every sound that has a text and no recording, so that menus can be
tried before a speaker has come: a WAV file as telephones want it, and beside it a
file .draft with its text. A draft whose text has changed is made anew. A recording is
never touched: put it in the place of the draft.

--command is a speech synthesiser of your own: {text} is what to say, {language} the
code of the language, {file} the WAV file that it writes, mono, of 16-bit samples;
without {file} it writes that to its output. It is run without a shell. The folder can
name one for good, under synth in prompts/prompts.yaml; else it is espeak-ng.`,
		Example: `  guichet prompts synth --site examples/dgfip
  guichet prompts synth --site examples/dgfip --command 'pico2wave -l fr-FR -w {file} {text}'`,
		Args: cobra.NoArgs,
		RunE: run(func(ctx context.Context, _ []string) error {
			site, err := soundSite(dir)
			if err != nil {
				return err
			}
			voice := drafts.Voice(cmp.Or(command, site.Synth, string(drafts.Espeak)))
			if command == "" && site.Synth != "" {
				if _, err := fmt.Fprintf(p.Out, "by the command that the folder names: %s\n", site.Synth); err != nil {
					return err
				}
			}
			made, err := drafts.Make(ctx, site.Dir, voice, draftsOf(site))
			if err := p.listDrafts(dir, made); err != nil {
				return err
			}
			if err != nil {
				return fmt.Errorf("make drafts: %w", err)
			}
			return nil
		}),
	}
	c.Flags().StringVar(&dir, "site", ".", "site folder")
	c.Flags().StringVar(&command, "command", "", "the speech synthesiser (default that of the folder, or "+string(drafts.Espeak)+")")
	return c
}

// listedDrafts is how many drafts are named; of a whole folder it is enough how many.
const listedDrafts = 20

func (p *Program) listDrafts(dir string, made []string) error {
	if len(made) <= listedDrafts {
		for _, name := range made {
			if _, err := fmt.Fprintf(p.Out, "made %s.wav\n", filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(p.Out, "%d drafts made in %s\n", len(made), filepath.Join(dir, "prompts"))
	return err
}

// draftsOf are the sounds of which there may be drafts.
func draftsOf(site *config.Site) []drafts.Draft {
	var all []drafts.Draft
	for r := range site.Recordings() {
		switch stateOf(site, r) {
		case drafted, draftWanted:
			name := strings.TrimSuffix(r.File, filepath.Ext(r.File))
			all = append(all, drafts.Draft{Name: name, Language: r.Spoken(), Text: r.Text, Silence: r.Silence})
		}
	}
	return all
}

// unrecorded is what --strict refuses: whatever callers would hear from a machine, or
// not at all.
func unrecorded(site *config.Site) []config.Problem {
	var all []config.Problem
	for r := range site.Recordings() {
		problem := config.Problem{File: r.File, Hint: "record it"}
		switch stateOf(site, r) {
		case drafted:
			problem.Message = fmt.Sprintf("%s is a draft", r)
			problem.Hint = "put a recording in its place"
		case draftWanted, nothing:
			problem.Message = fmt.Sprintf("nobody has recorded %s", r)
		default:
			continue
		}
		all = append(all, problem)
	}
	return all
}

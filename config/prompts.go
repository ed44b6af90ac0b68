package config

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// promptsFile is prompts/prompts.yaml: everything callers hear, with its text.
type promptsFile struct {
	// Prompts by name. Either the text alone, or text and file.
	Prompts table[promptYAML] `yaml:"prompts,required"`
	// Words are the recordings of what values are put together from, by language, that
	// have other names than word-fr-vingt.wav.
	Words table[wordsYAML] `yaml:"words"`
	// Synth is the command of the speech synthesiser that makes drafts, as guichet prompts
	// synth runs it, without a shell; espeak-ng by default. {text} is what to say,
	// {language} the code of the language, and {file} the WAV file to write, mono, of 16-bit
	// samples; without {file} it writes that to its output.
	Synth value[string] `yaml:"synth"`
}

// promptYAML is one prompt: its text, or {text, file}, or {in: {fr: …, en: …}}.
type promptYAML struct {
	at place
	promptFields
}

type promptFields struct {
	saidFields
	// During is what it says in a campaign instead, by its name: a text, or text and
	// file, or in.
	During table[variantYAML] `yaml:"during"`
}

// saidFields are what a prompt says.
type saidFields struct {
	soundFields
	// In says it in each language, by code such as fr, and under all for
	// everybody: a text, or text and file.
	In table[soundYAML] `yaml:"in"`
}

// soundYAML is a text, or text and file.
type soundYAML struct {
	at place
	soundFields
}

type soundFields struct {
	// Text is what is said. Without a recording a draft is synthesised from it
	// at set-up.
	Text value[string] `yaml:"text"`
	// File is a recording beside the manifest, NAME.wav by default, or a sound
	// that Asterisk brings, such as sound:queue-youarenext.
	File value[string] `yaml:"file"`
}

func (p *promptYAML) read(d *document, n ast.Node) {
	p.at = d.at(n)
	d.readEither(n, &p.promptFields, &p.Text)
}

func (s *soundYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	d.readEither(n, &s.soundFields, &s.Text)
}

// soundFile is a name that is safe as a file name and inside a media URI.
var soundFile = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,80}\.(wav|alaw|ulaw|sln16|g722|gsm)$`)

func (b *builder) buildPrompts(f promptsFile) {
	b.site.Prompts = make(map[ivr.Prompt]Prompt, len(f.Prompts))
	b.site.manifest = map[string]place{}
	for _, r := range f.Prompts {
		b.name(r.key, "a prompt")
		name := ivr.Prompt(r.key.v)
		b.site.Prompts[name] = b.prompt(name, r.v)
	}
	b.buildWords(f.Words)
	b.site.Synth = f.Synth.v
	if f.Synth.set && !strings.Contains(f.Synth.v, "{text}") {
		b.add(f.Synth.at, "write it like pico2wave -l fr-FR -w {file} {text}", "the synthesiser is not told what to say")
	}
}

func (b *builder) prompt(name ivr.Prompt, y promptYAML) Prompt {
	p := b.said(name, string(name), y.at, y.saidFields)
	for _, d := range y.During {
		if p.During == nil {
			p.During = make(map[string]Prompt, len(y.During))
		}
		p.During[d.key.v] = b.said(name, string(name)+"-"+d.key.v, d.v.at, d.v.saidFields)
	}
	return p
}

// said is what a prompt says, ordinarily or in a campaign; the files it is in by
// default begin with base.
func (b *builder) said(name ivr.Prompt, base string, at place, y saidFields) Prompt {
	if len(y.In) == 0 {
		return Prompt{Name: name, Sound: b.sound(base, soundYAML{at, y.soundFields})}
	}
	p := Prompt{Name: name, In: make(map[string]Sound, len(y.In))}
	if y.Text.set || y.File.set {
		b.add(at, "write text and file below each language", "the prompt %q has a text or file beside those of its languages", name)
	}
	for _, r := range y.In {
		b.languageCode(r.key)
		p.In[r.key.v] = b.sound(base+"-"+r.key.v, r.v)
	}
	return p
}

// sound is one sound of a prompt; the file it is in by default carries its name.
func (b *builder) sound(name string, y soundYAML) Sound {
	s := Sound{Text: y.Text.v}
	switch file := y.File; {
	case strings.Contains(file.v, ":"):
		if s.Media = inlineMedia(file.v); s.Media == nil {
			b.add(file.at, "write it like sound:queue-youarenext", "%q is not a sound of Asterisk", file.v)
		}
	case file.set:
		s.File = b.recording(file)
		s.Media = media(s.File)
	default:
		s.File = b.recordedAs(name)
		s.Media = media(s.File)
		if !y.Text.set && !exists(b.files, s.File) {
			b.add(y.at, "write its text, or record "+s.File, "the prompt %q has neither text nor file", name)
		}
	}
	b.site.manifest[s.File] = y.at
	return s
}

// SoundFormats are the endings of sound files, in the order in which a sound without a
// file in the manifest is looked for.
var SoundFormats = []string{".wav", ".alaw", ".ulaw", ".sln16", ".g722", ".gsm"}

// recordedAs is the file of a sound that the manifest gives no file: the recording of
// its name, or where its draft goes.
func (b *builder) recordedAs(name string) string {
	for _, format := range SoundFormats {
		if file := path.Join("prompts", name+format); exists(b.files, file) {
			return file
		}
	}
	return path.Join("prompts", name+SoundFormats[0])
}

// languageCode is a language by its two letters, or three.
var languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)

func (b *builder) languageCode(v value[string]) {
	if v.set && !languageCode.MatchString(v.v) {
		b.add(v.at, "write it like fr or en", "%q is not the code of a language", v.v)
	}
}

// recording checks a file that the manifest names itself: it must be there.
func (b *builder) recording(file value[string]) string {
	name := path.Join("prompts", file.v)
	switch {
	case !soundFile.MatchString(file.v):
		b.add(file.at, "use letters without accents, digits, _ and -, ending in .wav, .alaw, .ulaw, .sln16, .g722 or .gsm", "%q cannot be a sound file", file.v)
	case !exists(b.files, name):
		b.add(file.at, "record it, or leave out file to have a draft made from the text", "there is no file %s", name)
	}
	return name
}

func exists(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && info.Mode().IsRegular()
}

// media is how Asterisk finds a file of the prompts folder, which set-up makes
// known to it as sounds/guichet.
func media(file string) []string {
	base := path.Base(file)
	return []string{"sound:guichet/" + strings.TrimSuffix(base, path.Ext(base))}
}

// promptList is what a tree plays: one prompt or several, by name or inline.
type promptList = list[value[string]]

// prompts checks that there is something to play for callers of each language.
func (b *treeBuilder) prompts(written promptList) []ivr.Prompt {
	var all []ivr.Prompt
	for _, v := range written {
		if kind, what, is := spokenValue(v.v); is {
			if b.says(v, kind, what) {
				all = append(all, ivr.Prompt(v.v))
			}
			continue
		}
		if v.set && b.knowsPrompt(v) {
			b.saidInAll(v)
			b.uses(v)
			all = append(all, ivr.Prompt(v.v))
		}
	}
	return all
}

// saidInAll reports a prompt that some caller of the tree would not understand.
func (b *treeBuilder) saidInAll(v value[string]) {
	p, named := b.site.Prompts[ivr.Prompt(v.v)]
	several := len(b.languages) > 1
	switch {
	case !several && p.In == nil:
	case !named:
		b.add(v.at, "give it a name in prompts/prompts.yaml, with the sound of each language under in", "%q is spoken in one language, and the tree has %s", v.v, strings.Join(b.languages, ", "))
	case p.In == nil:
		b.add(v.at, "write in prompts/prompts.yaml what it says under in: {"+b.languages[0]+": …, "+b.languages[1]+": …}, or under all if everybody hears the same",
			"the prompt %q is said in one language, and the tree has %s", v.v, strings.Join(b.languages, ", "))
	default:
		b.saidInEach(v, p, "")
	}
	for _, campaign := range slices.Sorted(maps.Keys(p.During)) {
		if during := p.During[campaign]; several || during.In != nil {
			b.saidInEach(v, during, " during "+campaign)
		}
	}
}

func (b *treeBuilder) saidInEach(v value[string], p Prompt, when string) {
	for _, language := range b.languages {
		if _, said := p.Said(language); !said || p.In == nil {
			b.add(v.at, fmt.Sprintf("add %s under in, in prompts/prompts.yaml", language), "the prompt %q is not said in %s%s", v.v, language, when)
		}
	}
}

// inlineMedium is what a tree may play without a line in the manifest.
var inlineMedium = regexp.MustCompile(`^(sound:[A-Za-z0-9/_-]+|tone:[a-z]+)$`)

func (b *builder) knowsPrompt(v value[string]) bool {
	if !strings.Contains(v.v, ":") {
		return b.refers(v, "prompt", b.promptNames)
	}
	if !inlineMedium.MatchString(v.v) {
		b.add(v.at, "name a prompt of prompts/prompts.yaml, or write a sound of Asterisk, such as sound:beep, or a value, such as number:var.position", "%q cannot be played", v.v)
		return false
	}
	return true
}

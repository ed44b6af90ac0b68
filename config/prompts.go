package config

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// promptsFile is prompts/prompts.yaml: everything callers hear, with its text.
type promptsFile struct {
	// Prompts by name. Either the text alone, or text and file.
	Prompts table[promptYAML] `yaml:"prompts,required"`
}

// promptYAML is one prompt.
type promptYAML struct {
	at place
	promptFields
}

type promptFields struct {
	// Text is what is said. Without a recording a draft is synthesised from it
	// at set-up.
	Text value[string] `yaml:"text"`
	// File is a recording beside the manifest, NAME.wav by default, or a sound
	// that Asterisk brings, such as sound:queue-youarenext.
	File value[string] `yaml:"file"`
}

func (p *promptYAML) read(d *document, n ast.Node) {
	p.at = d.at(n)
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		d.read(n, &p.promptFields)
	default:
		p.Text.read(d, n)
	}
}

// soundFile is a name that is safe as a file name and inside a media URI.
var soundFile = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,80}\.(wav|alaw|ulaw|sln16|g722|gsm)$`)

func (b *builder) buildPrompts(f promptsFile) {
	b.site.Prompts = make(map[ivr.Prompt]Prompt, len(f.Prompts))
	for _, r := range f.Prompts {
		b.name(r.key, "a prompt")
		name := ivr.Prompt(r.key.v)
		b.site.Prompts[name] = b.prompt(name, r.v)
	}
}

func (b *builder) prompt(name ivr.Prompt, y promptYAML) Prompt {
	p := Prompt{Name: name, Text: y.Text.v}
	switch file := y.File; {
	case strings.Contains(file.v, ":"):
		if p.Media = inlineMedia(file.v); p.Media == nil {
			b.add(file.at, "write it like sound:queue-youarenext", "%q is not a sound of Asterisk", file.v)
		}
	case file.set:
		p.File = b.recording(file)
		p.Media = media(p.File)
	default:
		p.File = path.Join("prompts", string(name)+".wav")
		p.Media = media(p.File)
		if !y.Text.set && !exists(b.files, p.File) {
			b.add(y.at, "write its text, or record "+p.File, "the prompt %q has neither text nor file", name)
		}
	}
	return p
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

func (b *builder) prompts(written promptList) []ivr.Prompt {
	var all []ivr.Prompt
	for _, v := range written {
		if v.set && b.knowsPrompt(v) {
			all = append(all, ivr.Prompt(v.v))
		}
	}
	return all
}

// inlineMedium is what a tree may play without a line in the manifest.
var inlineMedium = regexp.MustCompile(`^(sound:[A-Za-z0-9/_-]+|digits:[0-9*#]+|number:[0-9]{1,9}|tone:[a-z]+)$`)

func (b *builder) knowsPrompt(v value[string]) bool {
	if !strings.Contains(v.v, ":") {
		return b.refers(v, "prompt", b.promptNames)
	}
	if !inlineMedium.MatchString(v.v) {
		b.add(v.at, fmt.Sprintf("name a prompt of prompts/prompts.yaml, or write sound:, digits: or number: (%s)", "sound:beep"), "%q cannot be played", v.v)
		return false
	}
	return true
}

package config

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The sound files themselves. A folder can be read without them, for the texts are
// enough to look at menus and to try them; whoever is to hear them needs them all.

// Unheard is what callers would not hear, or not as it was recorded: each sound of
// which there is no file, neither a recording nor a draft, and each file that a
// telephone cannot be played as it is. dir is the folder from which Asterisk plays
// them; when it is empty, prompts/ of the site folder.
func (s *Site) Unheard(dir string) []Problem {
	f := soundFolder{site: s, files: os.DirFS(cmp.Or(dir, filepath.Join(s.Dir, "prompts"))), name: dir}
	for r := range s.audible() {
		if r.File != "" {
			f.look(r)
		}
	}
	all := slices.Concat(f.fewMissing(), f.missingWords(), sortProblems(f.wrong))
	s.Content.quote(all)
	return atMost(all)
}

// soundFolder is where Asterisk finds the sounds.
type soundFolder struct {
	site  *Site
	files fs.FS
	// name is that of a folder that is not the site's own.
	name           string
	missing, wrong []Problem
	// words are those that are missing.
	words []Recording
}

// wherever a file is, as messages name it.
func (f *soundFolder) wherever(base string) string {
	if f.name == "" {
		return path.Join("prompts", base)
	}
	return filepath.Join(f.name, base)
}

// look looks for the files of a sound. Asterisk plays that which suits the caller's
// line best, so one must suit every line, and no other may be broken.
func (f *soundFolder) look(r Recording) {
	base := strings.TrimSuffix(path.Base(r.File), path.Ext(r.File))
	any, plain := false, false
	for _, format := range SoundFormats {
		switch err := checkSound(f.files, base+format); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			f.add(&f.wrong, r, soundRemedy[format], "%s, of %s, %v", f.wherever(base+format), r, err)
			plain = true // one complaint about a sound is enough
		}
		any, plain = true, plain || plainFormat[format]
	}
	switch {
	case !any && r.Word != "":
		f.words = append(f.words, r)
	case !any:
		f.add(&f.missing, r, f.remedy(), "%s has no sound: there is no %s%s", r, f.wherever(base+".wav"), f.at(r))
	case !plain:
		f.add(&f.wrong, r, "add "+f.wherever(base+".wav")+", mono, 8000 samples of 16 bits a second; the other file may stay beside it",
			"%s is there in no format that a line of the telephone is played without transcoding", r)
	}
}

// plainFormat are the formats that cost nothing on a trunk of A-law: samples and
// A-law themselves, and what a table makes of it.
var plainFormat = map[string]bool{".wav": true, ".alaw": true, ".ulaw": true}

const calledWave = "end its name in .wav, or convert it: ffmpeg -i FILE OUT, with the ending of its format"

var soundRemedy = map[string]string{
	".wav": "convert it: ffmpeg -i FILE -ac 1 -ar 8000 -c:a pcm_s16le OUT.wav",
	".gsm": "record it anew",
	// What is no WAV by its name, but by its first bytes.
	".alaw": calledWave, ".ulaw": calledWave, ".g722": calledWave, ".sln16": calledWave,
}

func (f *soundFolder) remedy() string {
	if f.name == "" {
		return "record it, or make drafts: guichet prompts synth --site " + f.site.Dir
	}
	return "bring it there; guichet prompts list --site " + f.site.Dir + " tells what is recorded, prompts synth makes drafts"
}

// at says where a sound is heard.
func (f *soundFolder) at(r Recording) string {
	if all := f.site.Uses(r); len(all) > 0 {
		return ", and callers hear it at " + usedAt(all)
	}
	return ""
}

func (f *soundFolder) add(to *[]Problem, r Recording, hint, format string, args ...any) {
	at := f.site.manifest[r.File]
	if all := f.site.Uses(r); at == (place{}) && len(all) > 0 { // a word of values
		at = all[0].at
	}
	*to = append(*to, Problem{
		File: cmp.Or(at.file, "prompts/prompts.yaml"), Line: at.line, Column: at.column, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// fewMissing lists what is missing; of very many the first and their number, since
// one command makes drafts of them all.
func (f *soundFolder) fewMissing() []Problem {
	const listed = 5
	all := sortProblems(f.missing)
	if more := len(all) - listed; more > 1 {
		rest := Problem{File: all[listed].File, Message: fmt.Sprintf("%d more have no sound", more), Hint: "guichet prompts list --site " + f.site.Dir + " names them"}
		all = append(all[:listed:listed], rest)
	}
	return all
}

// missingWords is one problem for each language: most often all are missing, or none.
func (f *soundFolder) missingWords() []Problem {
	const named = 3
	byLanguage := map[string][]string{}
	first := map[string]Recording{}
	for _, r := range f.words {
		if _, there := first[r.Language]; !there {
			first[r.Language] = r
		}
		byLanguage[r.Language] = append(byLanguage[r.Language], r.Word)
	}
	var all []Problem
	for _, language := range slices.Sorted(maps.Keys(byLanguage)) {
		words, r := byLanguage[language], first[language]
		names := strings.Join(words[:min(named, len(words))], ", ")
		if len(words) > named {
			names += ", …"
		}
		f.add(&all, r, f.remedy(), "%d words of numbers, dates and waits have no sound in %s (%s): there is no %s%s",
			len(words), language, names, f.wherever(path.Base(r.File)), f.at(r))
	}
	return all
}

// checkSound says what is wrong with a sound file.
func checkSound(files fs.FS, name string) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("is not a file")
	case info.Size() == 0:
		return errors.New("is empty")
	}
	head, err := io.ReadAll(io.LimitReader(file, 4096))
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	wave := len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE"
	switch {
	case path.Ext(name) == ".wav" && !wave:
		return errors.New("is not a WAV file")
	case path.Ext(name) == ".wav":
		return checkWave(head, info.Size())
	case wave:
		return errors.New("is a WAV file by another name")
	case path.Ext(name) == ".gsm" && info.Size()%33 != 0:
		return errors.New("is not made of frames of GSM")
	}
	return nil
}

// checkWave holds the head of a WAV file to what Asterisk plays as .wav, which is
// what a telephone line carries: 22.10.1 plays nothing of any other.
func checkWave(head []byte, size int64) error {
	described := false
	for at := int64(12); at+8 <= int64(len(head)); {
		kind, length := string(head[at:at+4]), int64(binary.LittleEndian.Uint32(head[at+4:]))
		at += 8
		switch {
		case kind == "data" && !described:
			return errors.New("has sound before it says of what kind")
		case kind == "data" && size-at < 2:
			return errors.New("holds no sound")
		case kind == "data":
			return nil
		case kind == "fmt " && (length < 16 || at+16 > int64(len(head))):
			return errors.New("has a broken head")
		case kind == "fmt ":
			if err := checkFormat(head[at:]); err != nil {
				return err
			}
			described = true
		}
		at += length + length%2
	}
	return errors.New("has a broken head: no sound begins in its first 4 kB")
}

func checkFormat(f []byte) error {
	coding, channels := binary.LittleEndian.Uint16(f), binary.LittleEndian.Uint16(f[2:])
	rate, bits := binary.LittleEndian.Uint32(f[4:]), binary.LittleEndian.Uint16(f[14:])
	switch {
	case coding != 1:
		return fmt.Errorf("is coded (kind %d), and not plain samples", coding)
	case channels != 1:
		return fmt.Errorf("has %d channels, and a telephone has one", channels)
	case rate != 8000:
		return fmt.Errorf("has %d samples a second, and a telephone line 8000", rate)
	case bits != 16:
		return fmt.Errorf("has samples of %d bits instead of 16", bits)
	}
	return nil
}

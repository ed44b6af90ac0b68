package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// SoundPrint tells what is heard of a sound of the manifest from what was heard before.
// Sounds are no part of a version: a file that is replaced is heard at once.
type SoundPrint struct {
	Recording
	// Digest is that of its files; empty if there is none.
	Digest string
	// Draft says that a machine speaks: nobody has recorded it.
	Draft bool
	// Lasts is how long it is, 0 if that is not known.
	Lasts time.Duration
}

// SoundPrints are those of all that callers may hear and that lies in the folder from
// which Asterisk plays: dir is that folder, prompts/ of the site folder when it is empty.
// Draft tells files that were made by a machine.
func (s *Site) SoundPrints(dir string, draft func(file string) bool) []SoundPrint {
	dir = cmp.Or(dir, filepath.Join(s.Dir, "prompts"))
	files := os.DirFS(dir)
	var all []SoundPrint
	for r := range s.Recordings() {
		if r.File == "" {
			continue
		}
		p := SoundPrint{Recording: r, Lasts: s.recorded[r.File]}
		base := strings.TrimSuffix(path.Base(r.File), path.Ext(r.File))
		p.Digest, p.Draft = soundDigest(files, base, func(name string) bool { return draft(filepath.Join(dir, name)) })
		all = append(all, p)
	}
	return all
}

// soundDigest is over the files of all formats. A recording in one of them counts more
// than drafts in the others.
func soundDigest(files fs.FS, base string, draft func(name string) bool) (digest string, drafted bool) {
	recorded, made := sha256.New(), sha256.New()
	isRecorded, isMade := false, false
	for _, format := range SoundFormats {
		content, err := fs.ReadFile(files, base+format)
		switch {
		case err != nil:
		case draft(base + format):
			isMade = true
			made.Write(content)
		default:
			isRecorded = true
			recorded.Write(content)
		}
	}
	switch {
	case isRecorded:
		return hex.EncodeToString(recorded.Sum(nil)), false
	case isMade:
		return hex.EncodeToString(made.Sum(nil)), true
	}
	return "", false
}

package config

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"time"
)

// Content is what makes a version of a site folder: the files that were read,
// by name. Sounds are left out, for drafts of them are made anew on each
// machine; secrets and what the environment gives were never in them.
type Content map[string][]byte

// Hash is the SHA-256 over names and files, in order: the name of the version.
func (c Content) Hash() string {
	h := sha256.New()
	for _, name := range c.names() {
		fmt.Fprintf(h, "%d:%s%d:", len(name), name, len(c[name]))
		h.Write(c[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (c Content) names() []string { return slices.Sorted(maps.Keys(c)) }

// Pack writes the files as a zip archive, the same for the same content.
func (c Content) Pack() ([]byte, error) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range c.names() {
		file, err := w.Create(name)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
		if _, err := file.Write(c[name]); err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack a site folder: %w", err)
	}
	return packed.Bytes(), nil
}

// Restore makes the site of a packed version, which was checked when it was
// packed; dir is where relative paths to secrets begin. The error says what is
// wrong with it now, such as a setting that this program does not know. A test of a
// menu that this program fails is no reason: calls are being led by the version.
func Restore(dir string, packed []byte) (*Site, error) {
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fmt.Errorf("unpack a site folder: %w", err)
	}
	f, b := read(dir, stored{archive}, os.LookupEnv)
	if problems := f.sorted(); len(problems) > 0 {
		return nil, fmt.Errorf("this program finds %d problems in it, the first: %s", len(problems), problems[0])
	}
	b.countPassed()
	return b.site, nil
}

// stored is a packed version as a folder. The sounds that were beside it when it
// was checked are taken to be there still.
type stored struct{ *zip.Reader }

// Stat implements fs.StatFS.
func (s stored) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(s.Reader, name)
	if errors.Is(err, fs.ErrNotExist) && soundFile.MatchString(path.Base(name)) {
		return sound(name), nil
	}
	return info, err
}

// sound is a regular file of which only the name is known.
type sound string

func (s sound) Name() string     { return path.Base(string(s)) }
func (sound) Size() int64        { return 0 }
func (sound) Mode() fs.FileMode  { return 0o444 }
func (sound) ModTime() time.Time { return time.Time{} }
func (sound) IsDir() bool        { return false }
func (sound) Sys() any           { return nil }

package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Fingerprint tells whether the text files of a folder are still what they were,
// whatever they mean and whether they are valid. Sounds and hidden files do not
// count.
func Fingerprint(dir string) (string, error) {
	h := sha256.New()
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !madeOfText(name):
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%d:%s%d:", len(name), name, len(content))
		h.Write(content)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("look at the site folder %s: %w", dir, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// madeOfText reports whether a file can be part of a version.
func madeOfText(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".csv":
		return true
	}
	return false
}

package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/coverage"
)

// annotate writes a verdict as the commands by which a workflow of GitHub shows
// messages beside the lines of a change.
func (p *Program) annotate(dir string, v coverage.Verdict) error {
	root := p.inRepository(dir)
	for _, group := range []struct {
		level    string
		problems []config.Problem
	}{{"error", v.Problems}, {"error", v.Unheard}, {"error", v.Holes}, {"warning", v.Warnings}} {
		for _, problem := range group.problems {
			if _, err := fmt.Fprintln(p.Out, annotation(group.level, root, problem)); err != nil {
				return err
			}
		}
	}
	verdict := counted(len(v.Problems), "problem") + " in " + dir
	if v.Site != nil {
		verdict = strings.Join(summary(v), "\n")
	}
	_, err := fmt.Fprintln(p.Out, verdict)
	return err
}

// inRepository is the folder as seen from the root of the repository, if the
// workflow says where that is.
func (p *Program) inRepository(dir string) string {
	workspace := p.Getenv("GITHUB_WORKSPACE")
	if workspace == "" {
		return dir
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	if inside, err := filepath.Rel(workspace, absolute); err == nil && filepath.IsLocal(inside) {
		return inside
	}
	return dir
}

// annotation is one command: ::error file=…,line=…,col=…::message.
func annotation(level, root string, p config.Problem) string {
	command := "::" + level + " file=" + inProperty.Replace(filepath.ToSlash(filepath.Join(root, p.File)))
	if p.Line > 0 {
		command += fmt.Sprintf(",line=%d,col=%d", p.Line, p.Column)
	}
	message := p.Message
	if p.Hint != "" {
		message += "; " + p.Hint
	}
	return command + "::" + inMessage.Replace(message)
}

// What would end a command, or one of its properties, is escaped.
var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

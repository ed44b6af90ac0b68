package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads and checks the site folder dir. With any problem the site is nil
// and all problems are returned, in the order of files and lines.
func Load(dir string) (*Site, []Problem) {
	if problem, there := isFolder(dir); !there {
		return nil, []Problem{problem}
	}
	return load(dir, os.DirFS(dir), os.LookupEnv)
}

// isFolder says what is wrong with the name of a site folder.
func isFolder(dir string) (Problem, bool) {
	switch info, err := os.Stat(dir); {
	case err != nil:
		return Problem{File: dir, Message: "there is no such folder", Hint: "name a folder that contains site.yaml"}, false
	case !info.IsDir():
		return Problem{File: dir, Message: "this is a file", Hint: "name the folder that contains it: " + filepath.Dir(dir)}, false
	}
	return Problem{}, true
}

// load reads the site from files; dir only tells where relative paths begin.
func load(dir string, files fs.FS, env func(string) (string, bool)) (*Site, []Problem) {
	f, b := read(dir, files, env)
	b.refuseFailing()
	b.countPassed()
	if problems := f.sorted(); len(problems) > 0 {
		f.contents.quote(problems)
		return nil, problems
	}
	return b.site, nil
}

// read reads the files, builds the site and runs its tests. Those of menu trees
// that fail are not among the problems.
func read(dir string, files fs.FS, env func(string) (string, bool)) (*folder, *builder) {
	f := &folder{report: &report{}, files: files, env: env, broken: map[string]bool{}, contents: Content{}}
	f.readAll()
	b := &builder{report: f.report, files: files, dir: dir, broken: f.broken, site: &Site{Dir: dir, Hash: f.contents.Hash(), Content: f.contents}}
	b.build(f)
	return f, b
}

// folder is everything read from a site folder, file by file.
type folder struct {
	*report
	files    fs.FS
	env      func(string) (string, bool)
	broken   map[string]bool
	contents Content

	site      siteFile
	entries   entriesFile
	trees     []*treeFile
	flows     []*flowFile
	routing   routingFile
	queues    queuesFile
	floor     floorFile
	centers   []centersFile
	agents    []agentsFile
	accounts  accountsFile
	calendars calendarsFile
	prompts   promptsFile
	testFiles []testsFile
	// menuTestFiles are those of ivr/tests/.
	menuTestFiles []menuTestsFile

	// tables are those that lookup nodes name.
	tables map[string]*csvTable
	// The tables that YAML files name, if they do.
	departments, services *csvTable
}

// topFiles are the files a site folder has at its top.
var topFiles = []string{
	"accounts.yaml", "agents.yaml", "calendars.yaml", "centers.yaml", "entries.yaml", "floor.yaml", "queues.yaml", "routing.yaml", "site.yaml",
}

func (f *folder) readAll() {
	f.strangers(".", topFiles)
	f.strangers("prompts", []string{"prompts.yaml"})
	f.readFile("site.yaml", &f.site, true)
	f.readFile("entries.yaml", &f.entries, true)
	f.readFile("routing.yaml", &f.routing, true)
	f.readFile("queues.yaml", &f.queues, true)
	f.readFile("calendars.yaml", &f.calendars, false)
	f.readFile("floor.yaml", &f.floor, false)
	f.readFile("prompts/prompts.yaml", &f.prompts, true)
	f.readMany("ivr", "", func(file string) any {
		t := &treeFile{at: place{file, 1, 1}}
		f.trees = append(f.trees, t)
		return t
	})
	f.readFlows()
	readEach(f, "centers", &f.centers)
	readEach(f, "agents", &f.agents)
	f.readFile("accounts.yaml", &f.accounts, false)
	f.readTests()
	f.readMenuTests()
	f.readTables()
	f.readLookups()
}

// readTables reads the CSV files that YAML files name.
func (f *folder) readTables() {
	f.departments = f.readTable(f.routing.Department.Table, "postal_code", "department")
	for _, c := range f.centers {
		if t := f.readTable(c.LocalServices.Table, serviceColumns...); t != nil {
			f.services = t
		}
	}
}

// readEach reads KIND.yaml and every file of KIND/.
func readEach[T any](f *folder, kind string, into *[]T) {
	f.readMany(kind, kind+".yaml", func(string) any {
		*into = append(*into, *new(T))
		return &(*into)[len(*into)-1]
	})
}

// readFlows reads the files of flows/, which a site need not have.
func (f *folder) readFlows() {
	for _, name := range f.yamlFiles("flows") {
		flow := &flowFile{at: place{name, 1, 1}}
		f.flows = append(f.flows, flow)
		if !f.readFile(name, flow, true) {
			f.broken["flows"] = true
		}
	}
}

// readTests reads the files of tests/, which a site need not have.
func (f *folder) readTests() {
	for _, name := range f.yamlFiles("tests") {
		var file testsFile
		f.readFile(name, &file, true)
		f.testFiles = append(f.testFiles, file)
	}
}

func (f *folder) readMany(dir, single string, target func(file string) any) {
	files := f.yamlFiles(dir)
	if single != "" && exists(f.files, single) {
		files = append([]string{single}, files...)
	}
	if len(files) == 0 {
		f.add(place{file: dir + "/"}, missingHint(dir, single), "the site has none of these files")
		f.broken[dir] = true
	}
	for _, file := range files {
		if !f.readFile(file, target(file), true) {
			f.broken[dir] = true
		}
	}
}

func missingHint(dir, single string) string {
	if single == "" {
		return fmt.Sprintf("write %s/NAME.yaml", dir)
	}
	return fmt.Sprintf("write %s, or files in %s/", single, dir)
}

// readFile reads one file into target and reports whether it was all there.
func (f *folder) readFile(name string, target any, required bool) bool {
	content, err := f.content(name, maxFileSize)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return true
	}
	if err != nil {
		f.broken[name] = true
		f.add(place{file: name}, "", "%s", reason(err))
		return false
	}
	f.contents[name] = content
	d := f.parse(name, content)
	if d == nil {
		f.broken[name] = true
		return false
	}
	if name == "site.yaml" {
		d.env = f.env
	}
	d.read(d.root, target)
	f.broken[name] = d.gaps
	return !d.gaps
}

// content reads a file up to the bound on its size.
func (f *folder) content(name string, most int) ([]byte, error) {
	file, err := f.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("this is not a regular file")
	}
	content, err := io.ReadAll(io.LimitReader(file, int64(most)+1))
	if len(content) > most {
		return nil, fmt.Errorf("the file is larger than %d bytes", most)
	}
	return content, err
}

// reason says why a file could not be read, without the path that the problem
// already begins with.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "no permission to read it"
	}
	return err.Error()
}

// yamlFiles lists the files of a folder in order.
func (f *folder) yamlFiles(dir string) []string {
	var files []string
	for _, name := range f.list(dir) {
		if path.Ext(name) == ".yaml" {
			files = append(files, path.Join(dir, name))
		} else if path.Ext(name) == ".yml" {
			f.add(place{file: path.Join(dir, name)}, "call it .yaml", "files must end in .yaml")
		}
	}
	if len(files) > maxFiles {
		f.add(place{file: dir + "/"}, "", "the folder holds more than %d files", maxFiles)
		files = files[:maxFiles]
	}
	return files
}

// list returns the visible names of a folder in order; none if it is absent.
func (f *folder) list(dir string) []string {
	entries, err := fs.ReadDir(f.files, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.add(place{file: dir + "/"}, "", "%s", reason(err))
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// strangers reports YAML files whose name means nothing: whoever misspelt
// queues.yaml would otherwise look for the mistake in the wrong place.
func (f *folder) strangers(dir string, known []string) {
	for _, name := range f.list(dir) {
		if ext := path.Ext(name); (ext == ".yaml" || ext == ".yml") && !slices.Contains(known, name) {
			f.add(place{file: path.Join(dir, name)}, nearest(name, known).orKeys(known), "this file is not part of a site")
		}
	}
}

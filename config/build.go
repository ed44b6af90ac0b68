package config

import (
	"io/fs"
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// builder turns what was read into a site, and checks what concerns more than
// one file.
type builder struct {
	*report
	files fs.FS
	// dir is where relative paths to secrets begin.
	dir string
	// broken holds the files that could not be read as YAML; names they would
	// have defined are not called unknown.
	broken map[string]bool
	site   *Site

	// unknown is the word for a department that is not known, departmentOf finds
	// that of a postal code.
	unknown      string
	departmentOf func(postalCode string) contact.Department
	// homeless is true if the center of some agent is not known, rightless if a
	// department is not whose files the agents of some center may open.
	homeless, rightless bool
	// outside are the places of agents' phones that are numbers.
	outside []place
	// promises are where nodes promise to call people back.
	promises []place
	// links are where nodes send people links.
	links []place
	// sentOut are the numbers to which menus send.
	sentOut []value[string]
	// offices is true once the whole table of local services was read.
	offices bool

	queues, centers, calendars, campaigns, trees, entries, promptNames, mailboxNames, skills names
	// flows are the parts that trees share; flowsUsed those that a tree leads to,
	// and flowsLost says that some tree means one that cannot be told.
	flows     names
	flowFiles map[string]*flowFile
	flowsUsed map[string]bool
	flowsLost bool
	// tables are those that lookup nodes name, keyedBy what was made of them, by file
	// and column.
	tables   map[string]*csvTable
	keyedBy  map[string]map[string]*ivr.Table
	backends names
	// routing is routing.yaml, for tests of trees that expect something of it.
	routing routingFile
	// rehearsed are the tests of the trees that were run.
	rehearsed []Rehearsed
	// topics are those that trees set, by the place of the first; topicsLost says that some
	// node could not be read, which may set more.
	topics     map[contact.Topic]place
	topicsLost bool
	// advised are the trees that can run, on which there may be advice.
	advised []treeBuilder
}

// names is what one kind of name can refer to.
type names struct {
	known map[string]place
	// complete is false when a file that may define more could not be read.
	complete bool
}

func (n *names) add(v value[string]) {
	if n.known == nil {
		n.known = map[string]place{}
	}
	n.known[v.v] = v.at
}

func (n names) has(name string) bool { _, ok := n.known[name]; return ok }
func (n names) names() []string      { return slices.Sorted(maps.Keys(n.known)) }

// definedIn is where things are written that others name, for who looks for one in vain.
var definedIn = map[string]string{
	"prompt": "prompts/prompts.yaml", "queue": "queues.yaml", "mailbox": "queues.yaml, under mailboxes", "calendar": "calendars.yaml",
	"campaign": "calendars.yaml, under campaigns", "center": "centers.yaml", "entry": "entries.yaml", "organisation": "routing.yaml",
	"back-end": "site.yaml, under backends", "tree": "ivr/, in a file of its own", "flow": "flows/, in a file of its own", "topic": "a menu that sets it",
}

// refers checks that a name written somewhere is defined elsewhere.
func (b *builder) refers(v value[string], what string, in names) bool {
	if !v.set || in.has(v.v) {
		return v.set
	}
	if in.complete {
		hint := nearest(v.v, in.names()).orKeys(in.names())
		if hint == "" {
			hint = "write it in " + definedIn[what]
		}
		b.add(v.at, hint, "there is no %s %q", what, v.v)
	}
	return false
}

func (b *builder) topicsKnown() names {
	n := names{complete: b.trees.complete && !b.topicsLost}
	for topic, at := range b.topics {
		n.add(value[string]{v: string(topic), at: at})
	}
	return n
}

// topicNames lists the topics of all trees in order.
func (b *builder) topicNames() []contact.Topic { return slices.Sorted(maps.Keys(b.topics)) }

// keysOf collects the names a table defines.
func keysOf[T any](n *names, t table[T]) {
	for _, r := range t {
		n.add(r.key)
	}
}

// build makes the site. The order is that of dependence: what is referred to
// comes first.
func (b *builder) build(f *folder) {
	b.collect(f)
	b.learnUnknown(f.routing.Department)
	b.buildSite(f.site)
	b.buildCalendars(f.calendars)
	b.buildCampaigns(f.calendars)
	b.buildPrompts(f.prompts)
	b.buildBackends(f.site.Backends)
	b.learnFlows(f.flows)
	b.buildMailboxes(f.queues.Mailboxes)
	b.buildTrees(f.trees)
	b.buildIdentification(f.floor.Identify, f.trees)
	b.unusedFlows(f.flows)
	b.buildEntries(f.entries, f.site.Calendar)
	b.vary(f.entries, f.prompts)
	b.buildQueues(f.queues)
	b.buildFloor(f.floor)
	b.buildTreatment(f.queues.Treatment)
	b.buildCenters(f.centers)
	b.buildAgents(f.agents)
	b.supervisors(f.floor)
	b.messagesNeedAgents(f.queues.Mailboxes)
	b.queueNumbers(f.queues)
	b.buildAccounts(f.accounts)
	b.buildHTTP(f.site)
	b.buildDepartments(f.routing.Department, f.departments)
	b.buildServices(f.centers, f.services)
	b.buildPlan(f.routing)
	b.placeRules(f.routing)
	b.numbersOfMenus()
	b.trunkNeeded(f.site)
	b.callbacksNeed()
	b.linksNeed()
	b.confirmationNeeded()
	b.unused(f)
	b.runTests(f)
	b.routing = f.routing
	b.rehearse(f)
	b.openEverywhere(f.site.CalendarEverywhere)
	b.site.Topics = b.topicNames()
	b.advise()
}

// collect gathers every name before anything refers to it.
func (b *builder) collect(f *folder) {
	b.topics = map[contact.Topic]place{}
	complete := func(file string) bool { return !b.broken[file] }
	b.tables, b.keyedBy = f.tables, map[string]map[string]*ivr.Table{}
	b.backends.complete = complete("site.yaml")
	keysOf(&b.backends, f.site.Backends)
	b.queues.complete = complete("queues.yaml")
	b.calendars.complete = complete("calendars.yaml")
	b.entries.complete = complete("entries.yaml")
	b.promptNames.complete = complete("prompts/prompts.yaml")
	b.mailboxNames.complete = complete("queues.yaml")
	b.flows.complete, b.flowsUsed = complete("flows"), map[string]bool{}
	for _, flow := range f.flows {
		b.flows.add(flow.flowID())
	}
	b.trees.complete, b.centers.complete, b.skills.complete = complete("ivr"), complete("centers"), complete("agents")
	keysOf(&b.queues, f.queues.Queues)
	keysOf(&b.calendars, f.calendars.Calendars)
	b.campaigns.complete = b.calendars.complete
	keysOf(&b.campaigns, f.calendars.Campaigns)
	keysOf(&b.entries, f.entries.Entries)
	keysOf(&b.promptNames, f.prompts.Prompts)
	keysOf(&b.mailboxNames, f.queues.Mailboxes)
	for _, t := range f.trees {
		b.trees.add(t.treeID())
	}
	for _, c := range f.centers {
		keysOf(&b.centers, c.Centers)
	}
	for _, a := range f.agents {
		for _, r := range a.Agents {
			keysOf(&b.skills, r.v.Skills)
		}
		for _, r := range a.Groups {
			keysOf(&b.skills, r.v.Skills)
		}
	}
}

// unused reports trees that no entry leads to.
func (b *builder) unused(f *folder) {
	used := map[string]bool{}
	for _, r := range f.entries.Entries {
		if !b.trees.has(r.v.Tree.v) {
			return // the entry meant one of the trees: say that first
		}
		used[r.v.Tree.v] = true
		for _, d := range r.v.During {
			used[d.v.Tree.v] = true
		}
	}
	for _, t := range f.trees {
		if id := t.treeID(); !used[id.v] && b.entries.complete {
			b.add(id.at, "name it in entries.yaml, or delete the file", "no entry leads to the tree %q", id.v)
		}
	}
}

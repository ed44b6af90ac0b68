package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/guichet/guichet/ivr"
)

// flowFile is one file of the folder flows/: a part that several trees use.
type flowFile struct {
	at place
	// Version of the language, 1.
	Version value[int] `yaml:"version"`
	// ID of the flow, the name of the file by default.
	ID value[string] `yaml:"id"`
	// Needs are the attributes that whoever uses the flow must give it.
	Needs    list[value[string]] `yaml:"needs"`
	Defaults triesYAML           `yaml:"defaults"`
	Start    value[string]       `yaml:"start,required"`
	Nodes    table[nodeYAML]     `yaml:"nodes,required"`

	Languages later `yaml:"languages" instead:"a flow is said in the languages of each tree that uses it"`
	OnFailure later `yaml:"on_failure" instead:"a flow that names no on_failure takes that of the tree"`
}

// subflowYAML goes through a flow and on from where that returns.
type subflowYAML struct {
	commonYAML
	Flow value[string] `yaml:"flow,required"`
	// With gives the flow the attributes that it needs.
	With setYAML `yaml:"with"`
	// Results say where each of the flow's results leads.
	Results table[value[string]] `yaml:"results,required"`
}

// returnYAML ends a flow with one of its results.
type returnYAML struct {
	commonYAML
	Result value[string] `yaml:"result,required"`
}

// maxFlowDepth bounds flows that use flows, and maxTreeNodes what they add up to:
// a flow that is used in two places is there twice.
const (
	maxFlowDepth = 8
	maxTreeNodes = 5000
)

// scope is the file that nodes are being built of: a tree, or a flow at one place
// where it is used. The nodes of a flow are those of the tree: flow "f" used at
// node n brings its node x as n/x. So a call within a flow stands at a node like
// any other, whatever checks trees checks flows where they are used, and the
// name of the node says how the caller got there.
type scope struct {
	prefix   string
	defaults triesYAML
	nodes    table[nodeYAML]
	// chain are the flows that led here, and results where each result leads.
	chain   []string
	results map[string]result
}

type result struct {
	to ivr.Target
	at place
}

// origin is where a node of the tree was written.
type origin struct {
	at     place
	places map[string]place
	scope  *scope
}

// flowID is the name of a flow.
func (f *flowFile) flowID() value[string] { return namedByFile(f.ID, f.at) }

// learnFlows gathers the flows, which trees and flows refer to.
func (b *builder) learnFlows(files []*flowFile) {
	b.flowFiles = make(map[string]*flowFile, len(files))
	taken := map[string]place{}
	for _, f := range files {
		id := f.flowID()
		b.once(id, "flow", taken)
		b.name(id, "a flow")
		b.version(f.Version)
		b.checkTries(f.Defaults)
		b.flowFiles[id.v] = f
		if f.Nodes.written() && len(f.Nodes) == 0 {
			b.add(cmp.Or(f.Start.at, f.at), "write them under nodes", "the flow %q has no nodes", id.v)
			continue
		}
		if _, known := f.Nodes.find(f.Start.v); f.Start.set && !known {
			b.add(f.Start.at, nearest(f.Start.v, f.Nodes.keys()).orKeys(f.Nodes.keys()), "there is no node %q to start at", f.Start.v)
		}
		if len(f.results()) == 0 && f.Nodes.written() {
			b.add(id.at, "end it with a node of type return", "the flow %q never returns", id.v)
		}
	}
}

// unusedFlows reports flows that no tree leads to.
func (b *builder) unusedFlows(files []*flowFile) {
	for _, f := range files {
		if id := f.flowID(); !b.flowsUsed[id.v] && !b.flowsLost && b.trees.complete {
			b.add(id.at, "use it in a node of type subflow, or delete the file", "no tree uses the flow %q", id.v)
		}
	}
}

// results are what the return nodes of the flow name, in order.
func (f *flowFile) results() []string {
	var all []string
	for _, r := range f.Nodes {
		if y, ok := r.v.body.(*returnYAML); ok && y.Result.set {
			all = append(all, y.Result.v)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// build puts the nodes of the flow into the tree and leads to the first.
func (y *subflowYAML) build(b *treeBuilder) ivr.Node {
	node := &ivr.Set{Common: b.common(y.commonYAML)}
	flow := b.flowFiles[y.Flow.v]
	if !b.refers(y.Flow, "flow", b.flows) || flow == nil {
		b.flowsLost, b.whole = true, false
		return node
	}
	if !b.mayUse(y.Flow) {
		b.whole = false
		return node
	}
	b.flowsUsed[y.Flow.v] = true
	outer, prefix := b.scope, b.node+"/"
	inner := &scope{
		prefix: prefix, defaults: flow.Defaults, nodes: flow.Nodes,
		chain: append(slices.Clip(outer.chain), y.Flow.v), results: b.resultsOf(y, flow),
	}
	node.Set = b.given(y, flow)
	b.buildNodes(inner)
	b.scope = outer
	if _, known := flow.Nodes.find(flow.Start.v); !known {
		b.whole = false // reported at the flow
	}
	node.Next = ivr.Target(prefix + flow.Start.v)
	return node
}

// mayUse refuses flows that use themselves, and too many of them.
func (b *treeBuilder) mayUse(flow value[string]) bool {
	chain := b.scope.chain
	lost := b.flowsLost
	b.flowsLost = true // what is refused here leads no further
	switch {
	case slices.Contains(chain, flow.v):
		b.add(flow.at, "let it return, and go round in the tree", "the flow %q uses itself: %s", flow.v, strings.Join(append(slices.Clip(chain), flow.v), " → "))
	case len(chain) >= maxFlowDepth:
		b.add(flow.at, "", "flows use flows more than %d deep: %s", maxFlowDepth, strings.Join(chain, " → "))
	case len(b.origins) > maxTreeNodes:
		b.add(flow.at, "use fewer flows", "the tree has more than %d nodes with those of its flows", maxTreeNodes)
	default:
		b.flowsLost = lost
		return true
	}
	return false
}

// resultsOf checks that each result of the flow, and no other, leads somewhere.
func (b *treeBuilder) resultsOf(y *subflowYAML, flow *flowFile) map[string]result {
	known := flow.results()
	all := map[string]result{}
	for _, r := range y.Results {
		if !slices.Contains(known, r.key.v) {
			b.add(r.key.at, nearest(r.key.v, known).orKeys(known), "the flow %q has no result %q", y.Flow.v, r.key.v)
		}
		all[r.key.v] = result{to: b.exit(exitYAML{Goto: r.v}).Goto, at: r.v.at}
	}
	for _, name := range known {
		if _, said := all[name]; !said {
			b.add(y.Flow.at, "add "+name+" under results", "nothing says what follows when the flow %q returns %q", y.Flow.v, name)
			b.whole = false
		}
	}
	return all
}

// given are the attributes that the flow begins with.
func (b *treeBuilder) given(y *subflowYAML, flow *flowFile) ivr.Vars {
	var needs []string
	for _, n := range flow.Needs {
		needs = append(needs, n.v)
		if _, said := y.With.find(n.v); n.set && !said {
			b.add(y.Flow.at, "add "+n.v+" under with", "the flow %q needs %q", y.Flow.v, n.v)
		}
	}
	for _, r := range y.With {
		if !slices.Contains(needs, r.key.v) {
			b.add(r.key.at, nearest(r.key.v, needs).orKeys(needs), "the flow %q needs no %q", y.Flow.v, r.key.v)
		}
	}
	return b.set(append(slices.Clip(y.Set), y.With...))
}

// build leads to where the user of the flow goes on.
func (y *returnYAML) build(b *treeBuilder) ivr.Node {
	node := &ivr.Set{Common: b.common(y.commonYAML)}
	if len(b.scope.chain) == 0 {
		b.add(y.Type.at, "end a tree with hangup or queue", "only a flow can return")
		b.whole = false
		return node
	}
	to := b.scope.results[y.Result.v]
	node.Next = to.to
	o := b.origins[ivr.NodeID(b.node)]
	o.places = map[string]place{"goto": to.at}
	b.origins[ivr.NodeID(b.node)] = o
	return node
}

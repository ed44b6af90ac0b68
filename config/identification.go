package config

import (
	"maps"
	"slices"

	"github.com/guichet/guichet/ivr"
)

// identificationTree names the questions of a conversation where trees are named, such as in
// what is said of prompts.
const identificationTree = "floor"

// buildIdentification makes a tree of the flow by which agents have callers say who they are
// in the middle of a conversation: whatever it returns, the caller is with his agent again.
func (b *builder) buildIdentification(flow value[string], trees []*treeFile) {
	if !flow.set {
		return
	}
	if !b.refers(flow, "flow", b.flows) || b.flowFiles[flow.v] == nil {
		b.flowsLost = true
		return
	}
	through := &subflowYAML{Flow: flow}
	for _, result := range b.flowFiles[flow.v].results() {
		through.Results = append(through.Results, row[value[string]]{key: asIfWritten(result, flow.at), v: asIfWritten(string(ivr.End), flow.at)})
	}
	start := asIfWritten("identify", flow.at)
	t := treeBuilder{builder: b, whole: true, origins: map[ivr.NodeID]origin{}, file: &treeFile{
		at: flow.at, ID: asIfWritten(identificationTree, flow.at), Languages: languagesOf(trees), Start: start,
		OnFailure: exitYAML{Goto: asIfWritten(string(ivr.End), flow.at)},
		Nodes:     table[nodeYAML]{{key: start, v: nodeYAML{at: flow.at, body: through}}},
	}}
	tree := t.build(identificationTree)
	if tree == nil {
		return
	}
	identifies := false
	for _, id := range slices.Sorted(maps.Keys(tree.Nodes)) {
		switch tree.Nodes[id].(type) {
		case *ivr.Identify:
			identifies = true
		case *ivr.Play, *ivr.Set:
		default:
			b.add(t.origins[id].at, "use play, set, identify and return, or another flow for the menus",
				"floor.yaml has callers go through the flow %q in the middle of a conversation, where it can only ask who they are", flow.v)
		}
	}
	if !identifies {
		b.add(flow.at, "name a flow with a node of type identify", "the flow %q asks nobody who he is", flow.v)
	}
	b.site.Floor.Identification = tree
}

// languagesOf are the languages of all trees: a caller of any of them may be asked.
func languagesOf(trees []*treeFile) (all list[value[string]]) {
	seen := map[string]bool{}
	for _, t := range trees {
		for _, language := range t.Languages {
			if language.set && !seen[language.v] {
				seen[language.v] = true
				all = append(all, language)
			}
		}
	}
	return all
}

// asIfWritten is a value as if somebody had written it at a place.
func asIfWritten[T any](v T, at place) value[T] { return value[T]{v: v, at: at, set: true} }

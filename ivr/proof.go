package ivr

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// proofs are the variables that cannot be empty when an expression has that value:
// what it compares them with tells.
func proofs(node ast.Node, value bool) []string {
	switch n := node.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return proofs(n.Node, !value)
		}
	case *ast.BinaryNode:
		return binaryProofs(n, value)
	}
	return nil
}

func binaryProofs(n *ast.BinaryNode, value bool) []string {
	switch n.Operator {
	case "and", "&&":
		if value {
			return append(proofs(n.Left, true), proofs(n.Right, true)...)
		}
	case "or", "||":
		if !value {
			return append(proofs(n.Left, false), proofs(n.Right, false)...)
		}
	case "==", "!=":
		if name, text, ok := comparison(n); ok && (n.Operator == "==") == value != (text == "") {
			return []string{name}
		}
	case "startsWith", "endsWith", "contains":
		name, ok := variableOf(n.Left)
		if text, written := n.Right.(*ast.StringNode); ok && written && value && text.Value != "" {
			return []string{name}
		}
	case "in":
		if name, ok := variableOf(n.Left); ok && value && allWords(n.Right) {
			return []string{name}
		}
	}
	return nil
}

// comparison takes apart var.x == "text", whichever comes first.
func comparison(n *ast.BinaryNode) (variable, text string, ok bool) {
	for _, sides := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		name, isVariable := variableOf(sides[0])
		if written, isText := sides[1].(*ast.StringNode); isVariable && isText {
			return name, written.Value, true
		}
	}
	return "", "", false
}

func variableOf(node ast.Node) (string, bool) {
	member, ok := node.(*ast.MemberNode)
	if !ok {
		return "", false
	}
	of, isName := member.Node.(*ast.IdentifierNode)
	part, isText := member.Property.(*ast.StringNode)
	if !isName || !isText || of.Value != "var" {
		return "", false
	}
	return part.Value, true
}

// allWords reports whether a list holds nothing but texts that are not empty.
func allWords(node ast.Node) bool {
	list, ok := node.(*ast.ArrayNode)
	if !ok {
		return false
	}
	return !slices.ContainsFunc(list.Nodes, func(n ast.Node) bool {
		text, isText := n.(*ast.StringNode)
		return !isText || text.Value == ""
	})
}

// emptinessAsked lists the variables that an expression compares with empty text.
func emptinessAsked(node ast.Node) []string {
	var asked visitor
	ast.Walk(&node, &asked)
	return asked.names
}

type visitor struct{ names []string }

func (v *visitor) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || n.Operator != "==" && n.Operator != "!=" {
		return
	}
	if name, text, compared := comparison(n); compared && text == "" {
		v.names = append(v.names, name)
	}
}

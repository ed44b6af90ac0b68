package drawing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/drawing"
	"github.com/guichet/guichet/ivr"
)

func template(t *testing.T, text string) *ivr.Template {
	t.Helper()
	parsed, flaw := ivr.ParseTemplate(text, ivr.LinkNames...)
	require.Nil(t, flaw)
	return parsed
}

// asking is a tree that asks a back-end, a table and a gateway.
func asking(t *testing.T) *ivr.Tree {
	t.Helper()
	at, flaw := ivr.ParsePointer("/lieu")
	require.Nil(t, flaw)
	inquiry := ivr.Inquiry{Backend: "dossier", Method: "GET", Path: template(t, "/dossiers/{caller}"), Timeout: time.Second, MaxAnswer: 1}
	link := inquiry
	link.Backend, link.Method, link.Path = "sms", "POST", template(t, "/m")
	link.Body = &ivr.Body{Form: []ivr.FormField{{Name: "to", Value: template(t, "{to}")}}}
	tree, faults := ivr.New(ivr.Tree{
		ID: "demarches", Start: "etat", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: ivr.End},
		Nodes: map[ivr.NodeID]ivr.Node{
			"etat": &ivr.HTTP{
				Common: ivr.Common{Label: "État du dossier"}, Inquiry: inquiry, Save: []ivr.Saved{{Variable: "lieu", From: at, Max: 9}},
				OnSuccess: ivr.Exit{Goto: "bureau"}, OnStatus: []ivr.StatusExit{{Status: 404, Exit: ivr.Exit{Goto: "lien"}}, {Status: 5, Exit: ivr.Exit{Goto: "conseiller"}}},
				OnTimeout: ivr.Exit{Goto: "conseiller"}, OnError: ivr.Exit{Goto: "conseiller"},
			},
			"bureau": &ivr.Lookup{
				Table: ivr.NewTable("tables/bureaux.csv", []string{"code", "nom"}), Key: "lieu", Save: []ivr.Column{{Variable: "nom", Name: "nom"}},
				Found: ivr.Exit{Goto: "lien"}, NotFound: ivr.Exit{Goto: "conseiller"},
			},
			"lien": &ivr.Link{
				Common: ivr.Common{Label: "Lien", Serves: true}, Inquiry: link, Channel: ivr.SMS, To: template(t, "{caller}"), Text: template(t, "Voir {var.nom}"), PerDay: 1,
				Sent: ivr.Exit{Goto: ivr.End}, Refused: ivr.Exit{Goto: "conseiller"}, Error: ivr.Exit{Goto: "conseiller"},
			},
			"conseiller": &ivr.Queue{},
		},
	})
	require.Empty(t, faults)
	return tree
}

func TestNodesThatAskAreDrawnWithWhatTheyAsk(t *testing.T) {
	t.Parallel()
	d := drawing.New(asking(t), func(ivr.Prompt) string { return "" })
	assert.Equal(t, `Menu tree demarches: 4 nodes; when all attempts are used and nothing else is said: hangs up.
Callers; → État du dossier (etat).
État du dossier (http, etat); GET /dossiers/{caller} of dossier; gives lieu; answered → bureau; 404 → Lien (lien); 5xx → conseiller; too late, no usable answer → conseiller.
bureau (lookup, bureau); tables/bureaux.csv, by lieu; gives nom; found → Lien (lien); not found → conseiller.
Lien (link, lien); sms to caller by sms; “Voir {var.nom}”; whoever was sent it was served; sent → hangs up; refused, not accepted → conseiller.
conseiller (queue, conseiller); full, closed, no agent → hangs up.`, d.Prose())
	for _, picture := range []string{d.SVG(), d.DOT(), d.Mermaid()} {
		assert.Contains(t, picture, "tables/bureaux.csv")
	}
}

package drawing

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ivr"
)

// largeMenus are the menus of a tree as a whole country would have one: what is said,
// then a line for each key.
var largeMenus = map[ivr.NodeID][]string{
	"langue":       {"Langue", "Pour le français, tapez 1. For English, press 2.", "1 Français>accueil", "2 English>anglais"},
	"accueil":      {"Qui appelle", "Vous êtes un particulier, tapez 1. Un professionnel, tapez 2. Un partenaire de l'administration, tapez 3.", "1 Particulier>motif", "2 Professionnel>pro", "3 Partenaire>partenaire", "* Réécouter>@home"},
	"motif":        {"Motif", "Pour votre déclaration, tapez 1. Pour un paiement, tapez 2. Pour un avis, tapez 3. Pour une réclamation, tapez 4. Pour une autre question, tapez 5.", "1 Déclaration de revenus>declaration", "2 Paiement>paiement", "3 Avis d'impôt>avis", "4 Réclamation ou contrôle>reclamation", "5 Autre question>autre"},
	"declaration":  {"Déclaration", "Pour déclarer en ligne, tapez 1. Pour corriger, tapez 2. Pour un changement de situation, tapez 3.", "1 Déclarer en ligne>lien_declaration", "2 Corriger une déclaration>correction", "3 Changement de situation>situation", "9 Retour>@back"},
	"situation":    {"Changement de situation", "Mariage ou pacs, tapez 1. Naissance, tapez 2. Décès d'un proche, tapez 3. Déménagement, tapez 4.", "1 Mariage, pacs, divorce>code_postal", "2 Naissance>infos_naissance", "3 Décès d'un proche>succession", "4 Déménagement>infos_demenagement", "9 Retour>@back"},
	"paiement":     {"Paiement", "Pour payer, tapez 1. Pour le prélèvement, tapez 2. Si vous avez des difficultés, tapez 3. Pour une saisie, tapez 4.", "1 Payer en ligne>lien_paiement", "2 Prélèvement ou mensualisation>prelevement", "3 Difficultés pour payer>difficultes", "4 Saisie ou poursuite>code_postal_saisie", "9 Retour>@back"},
	"prelevement":  {"Prélèvement", "Pour moduler votre taux, tapez 1. Pour changer de compte, tapez 2.", "1 Moduler le taux>identite", "2 Changer de compte bancaire>identite", "9 Retour>@back"},
	"avis":         {"Avis d'impôt", "Pour recevoir une copie, tapez 1. Pour le comprendre, tapez 2.", "1 Copie de l'avis>identite_avis", "2 Comprendre l'avis>departement", "9 Retour>@back"},
	"reclamation":  {"Réclamation", "Pour une réclamation, tapez 1. Pour un contrôle, tapez 2. Pour suivre un dossier, tapez 3.", "1 Réclamation>departement", "2 Contrôle fiscal>code_postal_controle", "3 Suivre un dossier>numero_dossier", "9 Retour>@back"},
	"pro":          {"Professionnels", "TVA, tapez 1. Impôt sur les sociétés, tapez 2. Cotisation foncière, tapez 3. Espace professionnel, tapez 4.", "1 TVA>siren", "2 Impôt sur les sociétés>siren", "3 Cotisation foncière>siren_cfe", "4 Espace professionnel en ligne>assistance", "9 Retour>@back"},
	"assistance":   {"Assistance en ligne", "Pour un mot de passe oublié, tapez 1. Pour activer un service, tapez 2. Pour toute autre difficulté, tapez 3.", "1 Mot de passe oublié>infos_mot_de_passe", "2 Activer un service>lien_activation", "3 Autre difficulté>conseiller_technique"},
	"partenaire":   {"Partenaires", "Notaires, tapez 1. Mairies, tapez 2. Tiers déclarants, tapez 3.", "1 Notaires>notaires", "2 Mairies>mairies", "3 Tiers déclarants>tiers"},
	"anglais":      {"English", "For your tax return, press 1. For a payment, press 2. For anything else, press 3.", "1 Tax return>english_return", "2 Payment>english_payment", "3 Anything else>english_agent"},
	"attente":      {"Longue attente", "Pour être rappelé, tapez 1. Pour laisser un message, tapez 2. Pour attendre, tapez 3.", "1 Être rappelé>rappel", "2 Laisser un message>message", "3 Attendre>conseiller"},
	"suite":        {"Autre démarche", "Pour une autre démarche, tapez 1. Sinon, raccrochez.", "1 Autre démarche>motif", "2 Un conseiller>departement"},
	"autre":        {"Autre question", "Pour les horaires de votre service, tapez 1. Pour signaler une fraude, tapez 2. Pour parler à un conseiller, tapez 3.", "1 Horaires du service>code_postal_horaires", "2 Signaler une fraude>fraude", "3 Un conseiller>departement", "9 Retour>@back"},
	"confirmation": {"Confirmation", "Votre dossier est trouvé. Pour parler à la personne qui le suit, tapez 1.", "1 Oui>conseiller_dossier", "2 Non>suite"},
}

// largePlays say something and go on, largeCollects ask for a number, largeQueues go
// to agents.
var (
	largePlays = map[ivr.NodeID][3]string{
		"bienvenue":          {"Bienvenue", "Bonjour, vous êtes en relation avec le service des impôts. Cet appel peut être enregistré.", "campagne"},
		"infos_campagne":     {"Campagne de déclaration", "La déclaration en ligne est ouverte jusqu'au 8 juin à minuit.", "langue"},
		"infos_naissance":    {"Naissance", "Signalez une naissance dans votre espace particulier, rubrique gérer mon prélèvement à la source.", "suite"},
		"infos_demenagement": {"Déménagement", "Signalez votre nouvelle adresse dans votre espace particulier.", "suite"},
		"infos_mot_de_passe": {"Mot de passe oublié", "Un lien vous permet de choisir un nouveau mot de passe sur la page de connexion.", "suite"},
		"dossier_en_cours":   {"Dossier en cours", "Votre dossier est en cours d'instruction.", "suite"},
		"dossier_clos":       {"Dossier clos", "Une réponse vous a été envoyée.", "suite"},
		"horaires_service":   {"Horaires du service", "Votre service reçoit du lundi au vendredi de neuf heures à douze heures.", "suite"},
		"lien_envoye":        {"Lien envoyé", "Le lien vient de vous être envoyé.", "suite"},
		"english_return":     {"Tax return", "You can file your return online until the eighth of June.", "english_agent"},
		"english_payment":    {"Payment", "You can pay online at any time.", "english_agent"},
	}
	largeCollects = map[ivr.NodeID][3]string{
		"departement":          {"Département", "Tapez les deux premiers chiffres de votre code postal.", "charge"},
		"code_postal":          {"Code postal", "Tapez les cinq chiffres de votre code postal.", "charge"},
		"code_postal_saisie":   {"Code postal", "Tapez les cinq chiffres de votre code postal.", "service_local"},
		"code_postal_controle": {"Code postal", "Tapez les cinq chiffres de votre code postal.", "service_local"},
		"code_postal_horaires": {"Code postal", "Tapez les cinq chiffres de votre code postal.", "annuaire"},
		"numero_dossier":       {"Numéro de dossier", "Tapez les huit chiffres de votre numéro de dossier, puis dièse.", "etat_dossier"},
		"siren":                {"SIREN", "Tapez les neuf chiffres de votre numéro SIREN.", "conseiller_pro"},
		"siren_cfe":            {"SIREN", "Tapez les neuf chiffres de votre numéro SIREN.", "charge_pro"},
	}
	largeQueues = map[ivr.NodeID]string{
		"conseiller": "Demande un conseiller", "sans_departement": "Département inconnu", "service_local": "Service local",
		"conseiller_pro": "Conseiller professionnel", "conseiller_technique": "Assistance technique", "conseiller_dossier": "Agent du dossier",
		"notaires": "Notaires", "mairies": "Mairies", "tiers": "Tiers déclarants", "english_agent": "English-speaking agent",
		"succession": "Succession", "correction": "Correction", "difficultes": "Difficultés",
	}
)

// large is a tree of more than sixty nodes.
func large(t *testing.T) *Drawing {
	t.Helper()
	heard, nodes := map[ivr.Prompt]string{}, map[ivr.NodeID]ivr.Node{}
	say := func(id ivr.NodeID, text string) []ivr.Prompt {
		heard[ivr.Prompt(id)] = text
		return []ivr.Prompt{ivr.Prompt(id)}
	}
	end := func(text string) ivr.Exit { return ivr.Exit{Prompts: say(ivr.NodeID(text), text), Goto: ivr.End} }
	tries := ivr.Tries{
		Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 3,
		NoInput: ivr.Exit{Prompts: say("encore", "Nous n'avons rien reçu."), Goto: ivr.Repeat}, Invalid: ivr.Exit{Prompts: say("inconnu", "Ce choix n'existe pas."), Goto: ivr.Repeat},
	}
	for id, words := range largeMenus {
		m := &ivr.Menu{Common: ivr.Common{Label: words[0]}, Prompts: say(id, words[1]), Tries: tries}
		for _, choice := range words[2:] {
			line, to, _ := strings.Cut(choice, ">")
			key, label, _ := strings.Cut(line, " ")
			builtIn := map[string]ivr.Target{"@back": ivr.Back, "@home": ivr.Home}[to]
			if builtIn == "" {
				builtIn = ivr.Target(to)
			}
			m.Choices = append(m.Choices, ivr.Choice{Keys: key, Label: label, Goto: builtIn})
		}
		nodes[id] = m
	}
	for id, words := range largePlays {
		nodes[id] = &ivr.Play{Common: ivr.Common{Label: words[0]}, Prompts: say(id, words[1]), Next: ivr.Target(words[2])}
	}
	asking := tries
	asking.Failure = ivr.Exit{Goto: "sans_departement"}
	for id, words := range largeCollects {
		nodes[id] = &ivr.Collect{Common: ivr.Common{Label: words[0]}, Prompts: say(id, words[1]), Variable: "postal_code", MinDigits: 2, MaxDigits: 9, FinishKey: '#', Next: ivr.Target(words[2]), Tries: asking}
	}
	full, closed := end("Toutes nos lignes sont occupées."), end("Nos services sont fermés.")
	for id, label := range largeQueues {
		nodes[id] = &ivr.Queue{Common: ivr.Common{Label: label}, Full: full, Closed: closed, NoAgent: full}
	}
	largeBranches(t, nodes, say, closed)
	largeAsking(t, nodes, say, tries)
	tree, faults := ivr.New(ivr.Tree{ID: "national", Start: "ouverture", Languages: []string{"fr", "en"}, Failure: ivr.Exit{Goto: "sans_departement"}, Nodes: nodes})
	require.Empty(t, faults)
	require.GreaterOrEqual(t, len(tree.Nodes), 60)
	return New(tree, func(p ivr.Prompt) string { return heard[p] })
}

func largeBranches(t *testing.T, nodes map[ivr.NodeID]ivr.Node, say func(ivr.NodeID, string) []ivr.Prompt, closed ivr.Exit) {
	t.Helper()
	when := func(text string) *ivr.Condition {
		c, flaw := ivr.Compile(text)
		require.Nil(t, flaw)
		return c
	}
	nodes["ouverture"] = &ivr.Hours{Common: ivr.Common{Label: "Horaires"}, Calendar: "national", Open: ivr.Exit{Goto: "bienvenue"}, Closed: ivr.Exit{Goto: "ferme"}, Holiday: ivr.Exit{Goto: "ferme"}}
	nodes["ferme"] = &ivr.Hangup{Common: ivr.Common{Label: "Fermé"}, Prompts: say("ferme", "Nos services sont ouverts du lundi au vendredi, de huit heures trente à dix-neuf heures.")}
	nodes["campagne"] = &ivr.Branch{Common: ivr.Common{Label: "Campagne"}, Cases: []ivr.Case{{When: when(`now.month in [4, 5, 6]`), Goto: "infos_campagne", Label: "d'avril à juin"}}, Else: ivr.Exit{Goto: "langue"}}
	nodes["charge"] = &ivr.Branch{Common: ivr.Common{Label: "Charge"}, Cases: []ivr.Case{{When: when(`queue("particuliers").estimated_wait > 600`), Goto: "attente", Label: "plus de dix minutes d'attente"}}, Else: ivr.Exit{Goto: "conseiller"}}
	nodes["charge_pro"] = &ivr.Branch{Common: ivr.Common{Label: "Charge"}, Cases: []ivr.Case{{When: when(`queue("pro").waiting > 50`), Goto: "rappel", Label: "plus de cinquante en attente"}}, Else: ivr.Exit{Goto: "conseiller_pro"}}
	nodes["fraude"] = &ivr.Transfer{Common: ivr.Common{Label: "Signaler une fraude"}, Number: "0261910035", Ring: 20 * time.Second, Busy: closed, NoAnswer: closed, Error: closed}
	nodes["rappel"] = &ivr.CallbackNode{
		Common: ivr.Common{Label: "Rappel"}, Number: ivr.Given, Prompts: say("rappel", "Tapez le numéro auquel nous pouvons vous rappeler."), Confirm: ivr.Confirm{Prompts: say("exact", "Est-ce exact ? Tapez 1 pour oui, 2 pour non."), Yes: '1', No: '2'}, FinishKey: '#',
		Accepted: ivr.Exit{Prompts: say("promis", "Nous vous rappellerons."), Goto: ivr.End}, Refused: ivr.Exit{Goto: "conseiller"}, Full: ivr.Exit{Goto: "message"}, Already: ivr.Exit{Goto: "conseiller"}, Failed: ivr.Exit{Goto: "conseiller"},
		Tries: ivr.Tries{NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 3, Failure: ivr.Exit{Goto: "conseiller"}},
	}
	nodes["message"] = &ivr.Voicemail{
		Common: ivr.Common{Label: "Message"}, Mailbox: "accueil", Prompts: say("message", "Laissez votre message après le signal."), MaxDuration: 2 * time.Minute, MaxSilence: 4 * time.Second, MinDuration: time.Second, FinishKey: '#',
		Next: "suite", Empty: ivr.Exit{Goto: "suite"}, Full: ivr.Exit{Goto: "conseiller"}, Error: ivr.Exit{Goto: "conseiller"},
	}
}

func largeAsking(t *testing.T, nodes map[ivr.NodeID]ivr.Node, say func(ivr.NodeID, string) []ivr.Prompt, tries ivr.Tries) {
	t.Helper()
	template := func(text string) *ivr.Template {
		parsed, flaw := ivr.ParseTemplate(text, ivr.LinkNames...)
		require.Nil(t, flaw)
		return parsed
	}
	inquiry := ivr.Inquiry{Backend: "dossier", Method: "GET", Path: template("/dossiers/{var.postal_code}"), Timeout: time.Second, MaxAnswer: 1}
	agent := ivr.Exit{Goto: "conseiller"}
	nodes["etat_dossier"] = &ivr.HTTP{
		Common: ivr.Common{Label: "État du dossier"}, Inquiry: inquiry, OnSuccess: ivr.Exit{Goto: "suivi"},
		OnStatus:  []ivr.StatusExit{{Status: 404, Exit: ivr.Exit{Goto: "numero_dossier"}}, {Status: 410, Exit: ivr.Exit{Goto: "dossier_clos"}}},
		OnTimeout: agent, OnError: agent,
	}
	nodes["suivi"] = &ivr.Branch{Common: ivr.Common{Label: "Suivi"}, Cases: []ivr.Case{{Goto: "dossier_en_cours", Label: "en cours"}, {Goto: "confirmation", Label: "avec un agent"}}, Else: ivr.Exit{Goto: "dossier_clos"}}
	for i := range nodes["suivi"].(*ivr.Branch).Cases {
		c, flaw := ivr.Compile(`now.hour < 12`)
		require.Nil(t, flaw)
		nodes["suivi"].(*ivr.Branch).Cases[i].When = c
	}
	nodes["annuaire"] = &ivr.Lookup{Common: ivr.Common{Label: "Annuaire"}, Table: ivr.NewTable("tables/services.csv", []string{"code", "nom"}), Key: "postal_code", Save: []ivr.Column{{Variable: "nom", Name: "nom"}}, Found: ivr.Exit{Goto: "horaires_service"}, NotFound: ivr.Exit{Goto: "sans_departement"}}
	for id, to := range map[ivr.NodeID]ivr.Target{"identite": "conseiller_dossier", "identite_avis": "lien_avis"} {
		nodes[id] = &ivr.Identify{
			Common: ivr.Common{Label: "Numéro fiscal"}, Prompts: say(id, "Tapez les treize chiffres de votre numéro fiscal."), Variable: "numero_fiscal", FinishKey: '#',
			Identified: ivr.Exit{Goto: to}, NotIdentified: ivr.Exit{Goto: "departement"}, Tries: tries,
		}
	}
	for _, id := range []ivr.NodeID{"lien_declaration", "lien_paiement", "lien_avis", "lien_activation"} {
		q := inquiry
		q.Backend, q.Method, q.Path, q.Body = "sms", "POST", template("/m"), &ivr.Body{Form: []ivr.FormField{{Name: "to", Value: template("{to}")}}}
		nodes[id] = &ivr.Link{
			Common: ivr.Common{Label: "Lien : " + strings.TrimPrefix(string(id), "lien_")}, Inquiry: q, Channel: ivr.SMS, To: template("{caller}"), Text: template("https://www.impots.example"), PerDay: 3,
			Sent: ivr.Exit{Goto: "lien_envoye"}, Refused: ivr.Exit{Goto: "departement"}, Error: ivr.Exit{Goto: "departement"},
		}
	}
}

// The picture is kept to be looked at: whoever changes it looks again.
func TestATreeOfSixtyNodesCanBeRead(t *testing.T) {
	t.Parallel()
	d := large(t)
	svg := d.SVG()
	golden := filepath.Join("testdata", "national.svg")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(svg), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), svg)

	l := newLayout(d.cards)
	cards := l.rectangles()
	require.Len(t, cards, len(d.cards))
	for i, a := range cards {
		fits(t, l.boxes[i])
		for _, b := range cards[i+1:] {
			assert.False(t, a.overlaps(b), "%v and %v", a, b)
		}
	}
	for _, line := range l.strokes() {
		for _, card := range cards {
			assert.False(t, line.overlaps(card), "%v runs through %v", line, card)
		}
	}
	for _, line := range l.lines {
		assert.True(t, l.arrives(line), "%+v", line)
	}
	t.Logf("%d × %d pixels", l.width, l.height)
}

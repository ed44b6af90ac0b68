package ivr

import (
	"regexp"
	"time"
)

// tries are those of all menus in tests unless a tree says otherwise.
func tries() Tries {
	return Tries{
		Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 3,
		NoInput: Exit{Prompts: []Prompt{"pas_de_choix"}, Goto: Repeat},
		Invalid: Exit{Prompts: []Prompt{"choix_inconnu"}, Goto: Repeat},
	}
}

// testTrees are the trees that scenarios walk, by the name scenarios use.
var testTrees = map[string]Tree{
	"accueil":    accueil(),
	"postal":     postal(),
	"prefix":     prefix(),
	"strict":     strict(),
	"langues":    langues(),
	"aiguillage": aiguillage(),
	"demarches":  demarches(),
	"dehors":     dehors(),
}

// accueil is the tree of the sample site in small: hours, a welcome, two menus,
// information that serves, an agent.
func accueil() Tree {
	return Tree{
		ID: "accueil", Start: "ouverture", Languages: []string{"fr"},
		Failure: Exit{Prompts: []Prompt{"mise_en_relation"}, Goto: "sans_motif"},
		Nodes: map[NodeID]Node{
			"ouverture": &Hours{
				Open:    Exit{Goto: "bienvenue"},
				Closed:  Exit{Prompts: []Prompt{"ferme"}, Goto: End},
				Holiday: Exit{Prompts: []Prompt{"ferie"}, Goto: "adieu"},
			},
			"bienvenue": &Play{Prompts: []Prompt{"bienvenue"}, Interruptible: true, Next: "motif"},
			"motif": &Menu{
				Prompts: []Prompt{"menu_motif"}, Reprompt: []Prompt{"menu_motif_court"}, Tries: tries(),
				Choices: []Choice{
					{Keys: "1", Goto: "conseiller", Label: "Déclaration", Set: Vars{"topic": "declaration"}},
					{Keys: "2", Goto: "paiement", Set: Vars{"topic": "paiement"}},
					{Keys: "3", Goto: "infos"},
					{Keys: "8", Goto: Home},
					{Keys: "9", Goto: Repeat},
				},
			},
			"paiement": &Menu{
				Prompts: []Prompt{"menu_paiement"}, Tries: tries(),
				Choices: []Choice{
					{Keys: "1", Goto: "conseiller"},
					{Keys: "2", Goto: "conseiller", Set: Vars{"topic": "prelevement"}},
					{Keys: "9", Goto: Back},
				},
			},
			"infos":      &Play{Common: Common{Serves: true}, Prompts: []Prompt{"infos"}, Interruptible: true, Next: "encore"},
			"encore":     &Menu{Prompts: []Prompt{"encore"}, Tries: tries(), Choices: []Choice{{Keys: "1", Goto: "motif"}, {Keys: "2", Goto: "adieu"}}},
			"sans_motif": &Queue{Common: Common{Label: "Sans motif", Set: Vars{"topic": "autre"}}},
			"conseiller": &Queue{
				Common:      Common{Label: "Conseiller"},
				Full:        Exit{Prompts: []Prompt{"sature"}, Goto: End},
				NoAgent:     Exit{Goto: "infos"},
				Unreachable: Exit{Prompts: []Prompt{"injoignable"}, Goto: "motif"},
			},
			"adieu": &Hangup{Prompts: []Prompt{"au_revoir"}},
		},
	}
}

// postal collects a postal code before the agent.
func postal() Tree {
	return Tree{
		ID: "postal", Start: "motif", Languages: []string{"fr"},
		Nodes: map[NodeID]Node{
			"motif": &Menu{
				Prompts: []Prompt{"menu"}, Tries: failing("conseiller"),
				Choices: []Choice{{Keys: "1", Goto: "code", Set: Vars{"topic": "avis"}}},
			},
			"code": &Collect{
				Prompts: []Prompt{"code_postal"}, Variable: VarPostalCode, MinDigits: 5, MaxDigits: 5,
				FinishKey: '#', CancelKey: '*', Check: PostalCode, Next: "confirme", Tries: failing("conseiller"),
			},
			"confirme": &Menu{
				Prompts: []Prompt{"confirmer"}, Tries: failing("conseiller"),
				Choices: []Choice{{Keys: "1", Goto: "conseiller"}, {Keys: "2", Goto: Back}},
			},
			"conseiller": &Queue{},
		},
	}
}

func failing(to Target) Tries {
	t := tries()
	t.Failure = Exit{Goto: to}
	return t
}

// prefix has a choice that begins another one.
func prefix() Tree {
	return Tree{
		ID: "prefix", Start: "menu",
		Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{
			"menu": &Menu{
				Prompts: []Prompt{"menu"}, Tries: tries(),
				Choices: []Choice{{Keys: "1", Goto: "un"}, {Keys: "12", Goto: "douze"}, {Keys: "#", Goto: "un"}},
			},
			"un":    &Hangup{Prompts: []Prompt{"un"}},
			"douze": &Hangup{Prompts: []Prompt{"douze"}, Cause: 17},
		},
	}
}

// strict has prompts that cannot be interrupted, and drops keys before its menu.
func strict() Tree {
	t := tries()
	t.Interruptible, t.MaxAttempts = false, 1
	t.Failure = Exit{Prompts: []Prompt{"echec"}, Goto: End}
	return Tree{
		ID: "strict", Start: "mentions",
		Nodes: map[NodeID]Node{
			"mentions": &Play{Prompts: []Prompt{"mentions"}, FlushInput: true, Next: "menu"},
			"menu":     &Menu{Prompts: []Prompt{"menu"}, Tries: t, Choices: []Choice{{Keys: "1", Goto: "numero"}}},
			"numero": &Collect{
				Prompts: []Prompt{"numero"}, Variable: "numero", MinDigits: 0, MaxDigits: 4, FinishKey: '#',
				Pattern: regexp.MustCompile("^[1-4]+$"), Next: End, Tries: t,
			},
		},
	}
}

// langues asks for a language, and sets a topic on the way to the agent.
func langues() Tree {
	return Tree{
		ID: "langues", Start: "choix", Languages: []string{"fr", "en"},
		Nodes: map[NodeID]Node{
			"choix": &Menu{
				Prompts: []Prompt{"choix"}, Tries: failing("motif"),
				Choices: []Choice{
					{Keys: "1", Goto: "motif", Set: Vars{VarLanguage: "fr"}},
					{Keys: "2", Goto: "motif", Set: Vars{VarLanguage: "en"}},
				},
			},
			"motif": &Menu{
				Prompts: []Prompt{"menu"}, Tries: failing("conseiller"),
				Choices: []Choice{{Keys: "1", Goto: "avis"}, {Keys: "3", Goto: "allemand"}, {Keys: "9", Goto: Home}},
			},
			"avis":       &Set{Common: Common{Set: Vars{VarTopic: "avis"}}, Next: "conseiller"},
			"allemand":   &Set{Common: Common{Set: Vars{VarLanguage: "de"}}, Next: "motif"},
			"conseiller": &Queue{},
		},
	}
}

// aiguillage sends elsewhere at the weekend, tells how long the wait is, and asks
// a number that may be none.
func aiguillage() Tree {
	return Tree{
		ID: "aiguillage", Start: "jour", Failure: Exit{Goto: "conseiller"},
		Nodes: map[NodeID]Node{
			"jour": &Branch{
				Cases: []Case{{When: when(`now.weekday in ["sat", "sun"]`), Goto: "numero", Label: "weekend"}},
				Else:  Exit{Goto: "attente"},
			},
			"attente": &Branch{
				Cases: []Case{
					{When: when(`queue("ir").ready > 0`), Goto: "conseiller"},
					{When: when(`queue("ir").estimated_wait > 300 and not withheld`), Goto: "long", Label: "long wait"},
				},
				Else: Exit{Prompts: []Prompt{"patientez"}, Goto: "conseiller"},
			},
			"long":       &Menu{Prompts: []Prompt{"long"}, Tries: failing("conseiller"), Choices: []Choice{{Keys: "1", Goto: "conseiller"}, {Keys: "2", Goto: End}}},
			"numero":     &Collect{Prompts: []Prompt{"numero"}, Variable: "numero", MinDigits: 0, MaxDigits: 3, FinishKey: '#', Next: "juge", Tries: failing("conseiller")},
			"juge":       &Branch{Cases: []Case{{When: when(`int(var.numero) >= 100`), Goto: "conseiller"}}, Else: Exit{Goto: "numero"}},
			"conseiller": &Queue{},
		},
	}
}

// template prepares a text that is known to be good.
func template(text string) *Template {
	t, flaw := ParseTemplate(text, LinkNames...)
	if flaw != nil {
		panic(flaw.Problem)
	}
	return t
}

func pointer(text string) Pointer {
	p, flaw := ParsePointer(text)
	if flaw != nil {
		panic(flaw.Problem)
	}
	return p
}

// demarches asks a back-end about a number, looks for an office in a table, hands in
// a request that must not be repeated, and sends a link.
func demarches() Tree {
	offices := NewTable("tables/bureaux.csv", []string{"code", "bureau"})
	offices.Add("44000", []string{"44000", "Nantes"})
	ask := func(method, path string) Inquiry {
		return Inquiry{Backend: "dossier", Method: method, Path: template(path), Timeout: 2 * time.Second, MaxAnswer: 1000}
	}
	etat := ask("GET", "/dossiers/{var.numero}?entree={entry}")
	etat.Retries, etat.Hold = 1, []Prompt{"un_instant"}
	etat.Headers = []HeaderTemplate{{"X-Caller", template("{caller}")}}
	depot, sms := ask("POST", "/depots"), ask("POST", "/messages")
	depot.Body = &Body{JSON: &Shape{Object: []Member{{"numero", Shape{Text: template("n {var.numero}")}}, {"test", Shape{Plain: []byte("true")}}}}}
	sms.Backend, sms.Body = "sms", &Body{Form: []FormField{{"to", template("{to}")}, {"text", template("{text}")}}}
	return Tree{
		ID: "demarches", Start: "numero", Failure: Exit{Goto: "conseiller"}, Languages: []string{"fr"},
		Nodes: map[NodeID]Node{
			"numero": &Collect{Prompts: []Prompt{"numero"}, Variable: "numero", MinDigits: 0, MaxDigits: 5, FinishKey: '#', Next: "etat", Tries: failing("lien")},
			"etat": &HTTP{
				Inquiry: etat, Save: []Saved{{"etat", pointer("/dossier/etat"), 20}, {VarPostalCode, pointer("/lieux/0"), 5}},
				OnSuccess: Exit{Goto: "bureau"}, OnStatus: []StatusExit{{404, Exit{Prompts: []Prompt{"inconnu"}, Goto: "numero"}}, {5, Exit{Goto: "depot"}}},
				OnTimeout: Exit{Prompts: []Prompt{"trop_long"}, Goto: "depot"}, OnError: Exit{Goto: "conseiller"},
			},
			"bureau":     &Lookup{Table: offices, Key: VarPostalCode, Save: []Column{{"bureau", "bureau"}}, Found: Exit{Goto: "lien"}, NotFound: Exit{Goto: "conseiller"}},
			"depot":      &HTTP{Inquiry: depot, OnSuccess: Exit{Goto: "lien"}, OnError: Exit{Goto: "conseiller"}},
			"conseiller": &Queue{},
			"lien": &Link{
				Common: Common{Serves: true}, Inquiry: sms, Channel: SMS, To: template("{caller}"), Text: template("impots.gouv.fr {var.bureau}"), PerDay: 3,
				Sent: Exit{Prompts: []Prompt{"envoye"}, Goto: End}, Refused: Exit{Goto: "conseiller"}, Error: Exit{Goto: "conseiller"},
			},
		},
	}
}

// dehors sends callers to numbers outside: by choice, again, and where no agent is.
func dehors() Tree {
	return Tree{
		ID: "dehors", Start: "ou", Failure: Exit{Goto: "standard"}, Languages: []string{"fr"},
		Nodes: map[NodeID]Node{
			"ou": &Menu{Prompts: []Prompt{"ou"}, Tries: tries(), Choices: []Choice{
				{Keys: "1", Goto: "mairie", Set: Vars{VarTopic: "etat_civil"}}, {Keys: "2", Goto: "standard"}, {Keys: "3", Goto: "conseiller"},
			}},
			"mairie": &Transfer{
				Common: Common{Label: "Mairie"}, Number: "0261910035", Ring: 25 * time.Second,
				Busy: Exit{Prompts: []Prompt{"occupe"}, Goto: "ou"}, NoAnswer: Exit{Goto: "conseiller"}, Error: Exit{Goto: "standard"},
			},
			"standard":   &Transfer{Number: "0261914400", Ring: 30 * time.Second, Error: Exit{Prompts: []Prompt{"injoignable"}, Goto: "ou"}},
			"conseiller": &Queue{NoAgent: Exit{Goto: "standard"}},
		},
	}
}

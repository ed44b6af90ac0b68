package spoken

// frenchSounds are the words of french, then the forms that some of them have
// before others. For those the voice of a machine is given a spelling that it
// reads right: the t of vingt euros comes from vinte, the s of plus from plusse.
// The n of un euro has none; a draft does without.
var frenchSounds = append(frenchWords(),
	Sound{"plus", "plusse", ""},
	Sound{"un_v", "un", "un euro"},
	Sound{"deux_v", "deuze", "deux heures"},
	Sound{"trois_v", "troise", "trois heures"},
	Sound{"six_c", "si", "six minutes"},
	Sound{"six_v", "sise", "six heures"},
	Sound{"huit_c", "hui", "huit minutes"},
	Sound{"neuf_v", "neuve", "neuf heures"},
	Sound{"dix_c", "di", "dix minutes"},
	Sound{"dix_v", "dise", "dix heures"},
	Sound{"dix-huit_c", "dizhui", "dix-huit minutes"},
	Sound{"dix-neuf_v", "diz-neuve", "dix-neuf heures"},
	Sound{"vingt_v", "vinte", "vingt heures"},
	Sound{"quatre-vingts_v", "quatre-vinze", "quatre-vingts euros"},
	Sound{"cent_v", "cente", "cent euros"},
	Sound{"cents_v", "cenze", "deux cents euros"},
)

func frenchWords() []Sound {
	all := []Sound{{Name: Pause}}
	for _, texts := range [][]string{
		frenchUnits, frenchTens[2:7], frenchMonths[1:],
		{"quatre-vingt", "une", "et", "cent", "mille", "million", "milliard", "premier", "midi", "minuit"},
		{"heure", "minute", "euro", "centime", "d'euros", "moins d'une minute"},
	} {
		for _, text := range texts {
			all = append(all, Sound{Name: name(text), Text: text})
		}
	}
	return all
}

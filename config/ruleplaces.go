package config

// RulePlace is where the rule of that name stands, as a problem that has no
// message yet; for what is known of the whole site only.
func (s *Site) RulePlace(rule string) Problem {
	at, known := s.rules[rule]
	if !known {
		return Problem{File: "routing.yaml"}
	}
	placed := []Problem{{File: at.file, Line: at.line, Column: at.column}}
	s.Content.quote(placed)
	return placed[0]
}

// placeRules remembers where each rule stands.
func (b *builder) placeRules(f routingFile) {
	b.site.rules = map[string]place{}
	remember := func(written list[ruleYAML], owner string) {
		for i, y := range written {
			b.site.rules[ruleName(y.at, owner, i)] = y.at
		}
	}
	remember(f.Always, "always")
	for _, r := range f.Organisations {
		remember(r.v, r.key.v)
	}
}

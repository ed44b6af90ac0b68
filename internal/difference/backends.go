package difference

// backends compares the servers that menus ask. Of what is sent with each request only
// the name is told: it may be a secret.
func (c *comparison) backends() {
	for _, b := range pairs(c.before.table("site.yaml", "backends"), c.after.table("site.yaml", "backends")) {
		place := "back-end " + quoted(b.name)
		before, _ := b.before.(mapping)
		after, _ := b.after.(mapping)
		switch b.kind() {
		case Added:
			c.add(Added, "back-end", place, "is new, at "+written(after.get("url")))
			continue
		case Removed:
			c.add(Removed, "back-end", place, "is gone")
			continue
		}
		for _, p := range pairs(before, after) {
			if p.name == "headers" {
				c.headers(place, p)
				continue
			}
			c.values("back-end", place, p.name, p.before, p.after)
		}
	}
}

func (c *comparison) headers(place string, p pair) {
	before, _ := p.before.(mapping)
	after, _ := p.after.(mapping)
	for _, h := range pairs(before, after) {
		if equal(h.before, h.after) {
			continue
		}
		text := map[Kind]string{Added: " is sent now", Removed: " is not sent any more", Changed: " is another"}[h.kind()]
		c.add(h.kind(), "back-end", place, "the header "+h.name+text)
	}
}

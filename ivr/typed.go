package ivr

// typed are keys in the order in which they were pressed. The question that will use
// them is not known yet and may be a secret one, so they are in one place, where each
// is overwritten as soon as it was taken, or dropped.
//
// Copies share the place, as they do that of a Secret: what one of them took or dropped
// is gone for all. A key added to one copy does not change another.
type typed struct {
	keys        *[maxAhead]byte
	first, last int
}

func (t typed) empty() bool { return t.length() == 0 }

// length is how many keys there are still.
func (t typed) length() int {
	t.skip()
	return t.last - t.first
}

// skip passes over what another copy has taken.
func (t *typed) skip() {
	for t.first < t.last && t.keys[t.first] == 0 {
		t.first++
	}
}

// next is the first key, which there must be.
func (t typed) next() byte {
	t.skip()
	return t.keys[t.first]
}

// add keeps one more key, unless there are as many as anybody types.
func (t *typed) add(key byte) bool {
	t.skip()
	switch {
	case t.keys == nil:
		t.keys = new([maxAhead]byte)
	case t.last-t.first == maxAhead:
		return false
	case t.last == maxAhead || t.keys[t.last] != 0: // another copy went on
		before := *t
		*t = typed{keys: new([maxAhead]byte)}
		t.last = copy(t.keys[:], before.keys[before.first:before.last])
		clear(before.keys[:before.first])
	}
	t.keys[t.last] = key
	t.last++
	return true
}

// take removes the first key.
func (t *typed) take() byte {
	t.skip()
	key := t.keys[t.first]
	t.keys[t.first] = 0
	t.first++
	return key
}

// wipe overwrites all of them, for all copies.
func (t *typed) wipe() {
	if t.keys != nil {
		clear(t.keys[:])
	}
	*t = typed{}
}

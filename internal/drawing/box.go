package drawing

// box is a card with its size and the place of everything on it.
type box struct {
	*card
	width, height int
	texts         []text
	caps          []keycap
	// ports is where the line of each row leaves, from the top of the box.
	ports []int
	// rule is where the rows begin, 0 without any.
	rule int
}

// text is one line of writing, at its baseline; at the end of the row if atEnd.
type text struct {
	x, y  int
	size  int
	class string
	atEnd bool
	words string
}

// keycap is the frame of a key.
type keycap struct{ x, y, width int }

const (
	titleSize, kindSize, heardSize, rowSize = 15, 11, 12, 13

	sidePadding = 18 // room for every shape's sides
	iconRoom    = 28
	entryY      = 25 // where lines enter
	lineHeight  = 17
	rowGap      = 6
	capHeight   = 18
	mostText    = 248 // no line is wider
	leastText   = 96
	thenGap     = 14 // between what a row is called and what happens then
)

// newBox measures a card and places its texts.
func newBox(c *card) *box {
	b := &box{card: c}
	y := b.head()
	for _, r := range c.rows {
		y = b.row(r, y)
	}
	b.height = y + 9
	if b.rule == 0 {
		b.height = max(y+3, 2*entryY)
	}
	b.width = b.widest() + 2*sidePadding
	return b
}

// head places title, kind and what is heard, and returns the lower end.
func (b *box) head() int {
	y := entryY + 5
	if b.kind != arrival {
		y = entryY - 1
	}
	for _, line := range wrap(b.title, titleSize, true, mostText-iconRoom, 2) {
		b.write(sidePadding+iconRoom, y, titleSize, "title", line)
		y += lineHeight
	}
	if b.kind == arrival {
		return y - lineHeight + 12
	}
	below := string(b.kind)
	if string(b.id) != b.title {
		below += " · " + string(b.id)
	}
	y -= 2
	b.write(sidePadding+iconRoom, y, kindSize, "kind", cut(below, kindSize, false, mostText-iconRoom))
	y += 4
	if b.heard != "" {
		for _, line := range wrap("“"+b.heard+"”", heardSize, false, mostText, 2) {
			y += lineHeight - 1
			b.write(sidePadding, y, heardSize, "heard", line)
		}
	}
	for _, detail := range b.details {
		y += lineHeight - 1
		b.write(sidePadding, y, heardSize, "detail", cut(detail, heardSize, false, mostText))
	}
	return y + 9
}

// row places one row that begins at y and returns its lower end. A row without
// words only has its port, beside the title.
func (b *box) row(r row, y int) int {
	if r.keys == "" && r.words == "" {
		b.ports = append(b.ports, entryY)
		return y
	}
	if b.rule == 0 {
		b.rule = y
		y += 4
	}
	x, top := sidePadding, y
	if r.keys != "" {
		frame := keycap{x: x, y: y + (lineHeight+rowGap-capHeight)/2, width: max(capHeight, width(r.keys, rowSize, true)+8)}
		b.caps = append(b.caps, frame)
		b.texts = append(b.texts, text{x: x + frame.width/2, y: y + 15, size: rowSize, class: "key", words: r.keys})
		x += frame.width + 8
	}
	room := mostText + sidePadding - x
	then := 0
	if r.then != "" {
		then = width(r.then, kindSize, false) + thenGap
	}
	class := "way"
	if r.trouble {
		class = "way trouble"
	}
	for _, line := range wrap(r.words, rowSize, false, room-then, 2) {
		b.write(x, y+15, rowSize, class, line)
		y += lineHeight
	}
	y = max(y, top+lineHeight) + rowGap
	if then > 0 {
		b.texts = append(b.texts, text{y: top + 15, size: kindSize, class: "then", atEnd: true, words: r.then})
	}
	b.ports = append(b.ports, top+(lineHeight+rowGap)/2)
	return y
}

func (b *box) write(x, y, size int, class, words string) {
	b.texts = append(b.texts, text{x: x, y: y, size: size, class: class, words: words})
}

// widest is the room that the widest line needs between the paddings.
func (b *box) widest() int {
	most := leastText
	if b.kind == arrival {
		most = 0
	}
	for _, t := range b.texts {
		switch then := b.endOf(t.y); {
		case t.atEnd:
		case then > 0:
			most = max(most, t.right()-sidePadding+thenGap+then)
		default:
			most = max(most, t.right()-sidePadding)
		}
	}
	return most
}

// endOf is the width of what stands at the end of the row with this baseline.
func (b *box) endOf(y int) int {
	for _, t := range b.texts {
		if t.atEnd && t.y == y {
			return t.width()
		}
	}
	return 0
}

// right is where a text ends that begins at its x, or has its middle there.
func (t text) right() int {
	if t.class == "key" {
		return t.x + t.width()/2
	}
	return t.x + t.width()
}

func (t text) width() int { return width(t.words, t.size, t.class == "title" || t.class == "key") }

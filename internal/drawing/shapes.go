package drawing

import "fmt"

// shape is how a kind of node looks: told apart by outline and icon; the color only
// helps.
type shape struct {
	class   string
	outline func(width, height int) string
	icon    string
}

// shapes follow the flow charts that administrations know: a document is said, a
// slanted top is typed in, cut corners decide, a double frame is work elsewhere,
// round ends begin and end.
var shapes = map[kind]shape{
	arrival:  {"arrival", stadium, `<path d="M5 2.5c-1.7 0-2.6 1-2.4 2.6.8 6 4.7 10.3 10.8 11.8 1.6.4 2.9-.4 3.1-2l.2-1.6-4-2-1.7 1.6c-2.2-1-3.6-2.6-4.3-4.7L8.3 6.5 7 2.5z"/>`},
	play:     {"play", document, `<path d="M2 7v5h3.5L10 16V3L5.5 7zM12.5 6.5c1.6 1.8 1.6 4.3 0 6M15 4c3 3.3 3 7.7 0 11" fill="none"/>`},
	set:      {"set", tagged, `<path d="M2.5 3v6l7.5 7.5 6-6L8.5 3zM5.5 6h.1" fill="none"/>`},
	flow:     {"flow", barred, `<path d="M3 3h5v5H3zM11 11h5v5h-5zM8 5.5h5.5V11" fill="none"/>`},
	menu:     {"menu", rounded, keypad},
	collect:  {"collect", slanted, `<path d="M1.5 5.5h16v8h-16zM4.5 11.5h2.5M8.3 11.5h2.5M12 11.5h2.5" fill="none"/>`},
	hours:    {"hours", topCut, `<circle cx="9.5" cy="9.5" r="7" fill="none"/><path d="M9.5 5v4.5l3 2" fill="none"/>`},
	branch:   {"branch", cornersCut, `<path d="M9.5 1.5l8 8-8 8-8-8z" fill="none"/><path d="M9.5 6v4.5M9.5 13v.1" fill="none"/>`},
	identify: {"collect", slanted, `<path d="M2.5 3.5h14v12h-14zM7 8.5a1.8 1.8 0 1 0 0-.1M4.5 13c.6-2.6 4.4-2.6 5 0M12 7.5h2.5M12 11h2.5" fill="none"/>`},
	lookup:   {"collect", shelved, `<path d="M2.5 3.5h14v12h-14zM2.5 7.5h14M7 3.5v12" fill="none"/>`},
	http:     {"hours", cloudy, `<path d="M2 4h10M9 1l3 3-3 3M17 14H7M10 11l-3 3 3 3" fill="none"/>`},
	online:   {"queue", sent, `<path d="M2 4h15v11H2zM2 4.5l7.5 6 7.5-6" fill="none"/>`},
	callback: {"queue", pointed, `<path d="M5 2.5c-1.7 0-2.6 1-2.4 2.6.8 6 4.7 10.3 10.8 11.8 1.6.4 2.9-.4 3.1-2l.2-1.6-4-2-1.7 1.6c-2.2-1-3.6-2.6-4.3-4.7L8.3 6.5 7 2.5zM17 6h-5M14 3.5L11.5 6 14 8.5" fill="none"/>`},
	message:  {"collect", document, `<circle cx="5" cy="8" r="3.5" fill="none"/><circle cx="14" cy="8" r="3.5" fill="none"/><path d="M5 11.5h9" fill="none"/>`},
	queue:    {"queue", doubled, `<path d="M3 13v-3a6.5 6.5 0 0 1 13 0v3M3 10.5h2.5v5H3zM13.5 10.5H16v5h-2.5z" fill="none"/>`},
	transfer: {"queue", pointed, `<path d="M3 4.5c-.2 5.5 4.5 10.6 10 11l2.5-2.7-3.2-2.3-1.8 1.4C8.3 11 7 9.6 6.3 7.6l1.5-1.7L5.6 2.6zM11 2.5h5.5V8M16.5 2.5l-5.5 5.5" fill="none"/>`},
	hangup:   {"hangup", ended, `<rect x="3.5" y="3.5" width="12" height="12" rx="1.5"/>`},
}

// keypad has nine keys.
var keypad = func() string {
	keys := ""
	for y := 3; y <= 15; y += 6 {
		for x := 3; x <= 15; x += 6 {
			keys += fmt.Sprintf(`<circle cx="%d" cy="%d" r="1.8"/>`, x, y)
		}
	}
	return keys
}()

// shapeOf is the shape of a kind; one that is not known here has a plain frame.
func shapeOf(k kind) shape {
	if known, ok := shapes[k]; ok {
		return known
	}
	return shape{"other", plain, `<circle cx="9.5" cy="9.5" r="5" fill="none"/>`}
}

func polygon(format string, args ...any) string {
	return `<path class="frame" d="` + fmt.Sprintf(format, args...) + `"/>` + "\n"
}

func plain(w, h int) string { return polygon("M0 0H%dV%dH0z", w, h) }

func rounded(w, h int) string {
	return fmt.Sprintf(`<rect class="frame" width="%d" height="%d" rx="9"/>`+"\n", w, h)
}

func stadium(w, h int) string {
	return fmt.Sprintf(`<rect class="frame" width="%d" height="%d" rx="%d"/>`+"\n", w, h, h/2)
}

// document has its corner folded.
func document(w, h int) string {
	const fold = 14
	return polygon("M0 0H%dL%d %dV%dH0z", w-fold, w, fold, h) +
		fmt.Sprintf(`<path class="mark" d="M%d 0V%dH%d"/>`+"\n", w-fold, fold, w)
}

// slanted is the chart symbol of manual input.
func slanted(w, h int) string { return polygon("M0 8L%d 0V%dH0z", w, h) }

func topCut(w, h int) string {
	cut := min(13, h/3)
	return polygon("M%d 0H%dL%d %dV%dH0V%dz", cut, w-cut, w, cut, h, cut)
}

func cornersCut(w, h int) string {
	cut := min(13, h/3)
	return polygon("M%d 0H%dL%d %dV%dL%d %dH%dL0 %dV%dz", cut, w-cut, w, cut, h-cut, w-cut, h, cut, h-cut, cut)
}

// pointed leads out of here: a number is called.
func pointed(w, h int) string {
	point := min(10, h/3)
	return polygon("M0 0H%dL%d %dL%d %dH0z", w-point, w, h/2, w-point, h)
}

// barred is the chart symbol of a process described elsewhere.
func barred(w, h int) string {
	return plain(w, h) + fmt.Sprintf(`<path class="mark" d="M6 0V%dM%d 0V%d"/>`+"\n", h, w-6, h)
}

// shelved is the chart symbol of stored data.
func shelved(w, h int) string {
	return plain(w, h) + fmt.Sprintf(`<path class="mark" d="M0 6H%dM6 0V%d"/>`+"\n", w, h)
}

// cloudy leaves the house: its sides lean out.
func cloudy(w, h int) string {
	const lean = 9
	return polygon("M%d 0H%dL%d %dL%d %dH%dL0 %dz", lean, w-lean, w, h/2, w-lean, h, lean, h/2)
}

// sent has a flap, like a letter.
func sent(w, h int) string {
	return plain(w, h) + fmt.Sprintf(`<path class="mark" d="M0 0L%d 9L%d 0"/>`+"\n", w/2, w)
}

func tagged(w, h int) string {
	return plain(w, h) + fmt.Sprintf(`<path class="mark" d="M6 0V%d"/>`+"\n", h)
}

func doubled(w, h int) string {
	return fmt.Sprintf(`<rect class="frame" width="%d" height="%d" rx="20"/><rect class="mark" x="4" y="4" width="%d" height="%d" rx="16"/>`+"\n", w, h, w-8, h-8)
}

func ended(w, h int) string {
	return fmt.Sprintf(`<rect class="frame thick" width="%d" height="%d" rx="22"/>`+"\n", w, h)
}

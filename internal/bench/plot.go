package bench

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"
)

// The picture, in its own units.
const (
	plotWidth, plotHeight = 740, 420
	plotLeft, plotRight   = 60, 205 // room for the axis, and for the names of the curves
	plotTop, plotBottom   = 44, 50
)

// inks tell curves apart, also for those who do not see red and green as two.
var inks = []string{"#0b5fa5", "#d55e00", "#6b6b6b", "#8a4fa0"}

// draw writes latency against load as a picture: medians solid, p99 dashed, latency on
// a logarithmic scale, for a median and a p99 are far apart.
func draw(path, title string, curves []curve) error {
	p := plot{curves: curves, least: math.Inf(1)}
	for _, c := range curves {
		for _, at := range c.points {
			p.load, p.least, p.most = max(p.load, at.load), min(p.least, inMs(at.median)), max(p.most, inMs(at.worst))
		}
	}
	p.least, p.most = roundDown(p.least), max(roundUp(p.most), 2*roundDown(p.least))
	if err := os.WriteFile(path, []byte(p.svg(title)), 0o644); err != nil {
		return fmt.Errorf("draw latency against load: %w", err)
	}
	return nil
}

type plot struct {
	curves      []curve
	load        float64 // the largest, in calls/s
	least, most float64 // latency, in ms
	b           strings.Builder
}

func (p *plot) svg(title string) string {
	fmt.Fprintf(&p.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" role="img">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&p.b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n", title)
	p.text(plotLeft, 22, "start", "#111", title)
	p.axes()
	labels := newLabels()
	for i, c := range p.curves {
		ink := inks[i%len(inks)]
		p.line(c, ink, "", func(at point) time.Duration { return at.median }, labels, "p50")
		p.line(c, ink, ` stroke-dasharray="6 4"`, func(at point) time.Duration { return at.worst }, labels, "p99")
	}
	for _, l := range labels.apart() {
		p.text(plotWidth-plotRight+10, l.y+4, "start", l.ink, l.text)
	}
	p.b.WriteString("</svg>\n")
	return p.b.String()
}

func (p *plot) floor() float64 { return p.y(p.least) }

func (p *plot) x(load float64) float64 {
	return plotLeft + load/p.load*(plotWidth-plotLeft-plotRight)
}

func (p *plot) y(ms float64) float64 {
	share := math.Log(max(ms, p.least)/p.least) / math.Log(p.most/p.least)
	return plotHeight - plotBottom - share*(plotHeight-plotTop-plotBottom)
}

func (p *plot) text(x, y float64, anchor, ink, text string) {
	fmt.Fprintf(&p.b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, ink, text)
}

func (p *plot) axes() {
	right := float64(plotWidth - plotRight)
	for v := p.least; v <= p.most; v = roundUp(v * 1.01) {
		fmt.Fprintf(&p.b, `<line x1="%d" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ddd"/>`+"\n", plotLeft, p.y(v), right, p.y(v))
		p.text(plotLeft-8, p.y(v)+4, "end", "#444", fmt.Sprintf("%g", v))
	}
	for v := 0.0; v <= p.load; v += tick(p.load) {
		fmt.Fprintf(&p.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#444"/>`+"\n", p.x(v), p.floor(), p.x(v), p.floor()+4)
		p.text(p.x(v), p.floor()+19, "middle", "#444", fmt.Sprintf("%g", v))
	}
	fmt.Fprintf(&p.b, `<line x1="%d" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#444"/>`+"\n", plotLeft, p.floor(), right, p.floor())
	p.text(plotLeft+(right-plotLeft)/2, plotHeight-10, "middle", "#444", "calls per second")
	p.text(plotLeft-8, plotTop-16, "end", "#444", "ms")
}

// tick is a round step that divides a scale in about five.
func tick(most float64) float64 { return roundUp(most / 5) }

// roundUp is the next of 1, 2, 5, 10, 20, 50 and so on, also below one.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 5} {
		if v <= f*unit*(1+1e-9) {
			return f * unit
		}
	}
	return 10 * unit
}

// roundDown is the last of them before.
func roundDown(v float64) float64 {
	up := roundUp(v)
	if up <= v*(1+1e-9) {
		return up
	}
	return 1 / roundUp(1/v)
}

func inMs(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (p *plot) line(c curve, ink, dash string, of func(point) time.Duration, labels *labels, what string) {
	var path []string
	y := 0.0
	for _, at := range c.points {
		y = p.y(float64(of(at)) / float64(time.Millisecond))
		path = append(path, fmt.Sprintf("%.1f,%.1f", p.x(at.load), y))
		fmt.Fprintf(&p.b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", p.x(at.load), y, ink)
	}
	fmt.Fprintf(&p.b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"%s/>`+"\n", strings.Join(path, " "), ink, dash)
	labels.add(label{y, ink, c.name + " " + what})
}

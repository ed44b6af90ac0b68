package api

import (
	"io"
	"net/http"
	"net/url"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/terminal"
)

// report is about the contacts that arrived on ?day=, or in ?from= … ?to=, as
// JSON, or as CSV or text with ?format=; of those who left only with
// ?list=abandoned, of those whose Asterisk died with ?list=cut_off, compared by a
// dimension with ?by= or ?interval=.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	period, err := s.period(q)
	if err != nil {
		return badRequest(err.Error(), "")
	}
	format, list := q.Get("format"), q.Get("list")
	if format != "" && format != "json" && format != "csv" && format != "text" {
		return badRequest("there is no format "+format, "use json, csv or text")
	}
	if list != "" && list != "abandoned" && list != "cut_off" {
		return badRequest("there is no list "+list, "use abandoned or cut_off, or none for the whole report")
	}
	numbers := q.Get("numbers") == "true"
	if numbers && list != "cut_off" {
		return badRequest("numbers are shown of those who were cut off only", "add list=cut_off")
	}
	by, interval, err := report.ParseDimension(q.Get("by"), q.Get("interval"))
	if err != nil {
		return badRequest(err.Error(), "")
	}
	compared := q.Has("by") || q.Has("interval")
	if compared && list != "" {
		return badRequest("a list is not compared", "use by and interval, or list")
	}
	return s.reading(w, func() error {
		made, err := report.Make(r.Context(), s.Controller, period)
		if err != nil {
			return err
		}
		var shown written = made
		switch {
		case list == "abandoned":
			shown = made.Abandoned(s.caller)
		case list == "cut_off":
			shown = s.cutOff(r, made, numbers)
		case compared:
			shown = made.By(by, interval)
		}
		switch format {
		case "csv":
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			return shown.WriteCSV(w, report.Dialect{French: q.Get("excel") == "fr"})
		case "text":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			return shown.WriteText(w)
		}
		return reply(w, http.StatusOK, shown)
	})
}

// cutOff lists who was cut off, with numbers to call back if they are wanted. Who sees
// them is noted in the log.
func (s *Server) cutOff(r *http.Request, made *report.Report, numbers bool) *report.CutOff {
	if !numbers {
		return made.CutOff(func(sealed string, _ bool) string { return s.caller(sealed) })
	}
	list := made.CutOff(func(sealed string, withheld bool) string {
		if number, ok := s.reveal(sealed); ok && !withheld {
			return number
		}
		return s.caller(sealed)
	})
	by := ""
	if v := visiting(r); v != nil {
		by = v.Login
	}
	s.Log.Info("numbers of those who were cut off shown", zap.Int("callers", len(list.Callers)), zap.String("by", by), zap.String("from", terminal.Plain(r.RemoteAddr)))
	return list
}

// written is what can be read as text or as CSV too.
type written interface {
	WriteText(w io.Writer) error
	WriteCSV(w io.Writer, d report.Dialect) error
}

func (s *Server) period(q url.Values) (report.Period, error) {
	if day := q.Get("day"); day != "" {
		return report.ParseDay(day, s.now())
	}
	return report.ParsePeriod(q.Get("from"), q.Get("to"), s.now())
}

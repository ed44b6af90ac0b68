package api

import (
	"io"
	"net/http"
	"net/url"

	"github.com/guichet/guichet/internal/report"
)

// report is about the contacts that arrived on ?day=, or in ?from= … ?to=, as
// JSON, or as CSV or text with ?format=; of those who left only with
// ?list=abandoned, compared by a dimension with ?by= or ?interval=.
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
	if list != "" && list != "abandoned" {
		return badRequest("there is no list "+list, "use abandoned, or none for the whole report")
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

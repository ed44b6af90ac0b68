package api

import (
	"net/http"

	"github.com/guichet/guichet/internal/report"
)

// report is about the contacts that arrived in ?from= … ?to=, as JSON, or as
// CSV or text with ?format=.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	period, err := report.ParsePeriod(q.Get("from"), q.Get("to"), s.now())
	if err != nil {
		return badRequest(err.Error(), "")
	}
	format := q.Get("format")
	if format != "" && format != "json" && format != "csv" && format != "text" {
		return badRequest("there is no format "+format, "use json, csv or text")
	}
	return s.reading(w, func() error {
		made, err := report.Make(r.Context(), s.Controller, period)
		if err != nil {
			return err
		}
		switch format {
		case "csv":
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			return made.WriteCSV(w)
		case "text":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			return made.WriteText(w)
		}
		return reply(w, http.StatusOK, made)
	})
}

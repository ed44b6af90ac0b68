package api

import (
	"embed"
	"net/http"
)

//go:embed openapi.yaml
var openapi []byte

//go:embed board
var board embed.FS

// openapi serves the description of the API.
func (s *Server) openapi(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = w.Write(openapi) // the reader has gone: nothing to do
	return nil
}

// board serves the page of the floor and its files.
func (s *Server) board(w http.ResponseWriter, r *http.Request) error {
	name := "board/index.html"
	if r.URL.Path != "/" {
		name = "board" + r.URL.Path
	}
	http.ServeFileFS(w, r, board, name)
	return nil
}

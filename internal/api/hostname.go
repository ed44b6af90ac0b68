package api

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forHere guards a server that only this machine is to reach. A page from
// elsewhere can have its own name resolve to 127.0.0.1, and is then of the same
// origin as we are to a browser; but its name stands in the request. So we answer
// to addresses and to localhost only. A server that listens on the network has a
// name that we do not know. names are those that a proxy before us may send.
func (s *Server) forHere(listening net.Addr, next http.Handler, names ...string) http.Handler {
	if at, err := netip.ParseAddrPort(listening.String()); err != nil || !at.Addr().Unmap().IsLoopback() {
		return next
	}
	refuse := s.wrap(func(_ http.ResponseWriter, r *http.Request) error {
		return &Error{Status: http.StatusForbidden, Code: "foreign_host",
			Message: "this controller is not called " + r.Host, Hint: "use its address, or localhost; a proxy must send that as Host"}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !namesHere(r.Host) && !slices.Contains(names, nameOf(r.Host)) {
			refuse.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// nameOf is a host without its port.
func nameOf(host string) string {
	name := host
	if alone, _, err := net.SplitHostPort(host); err == nil {
		name = alone
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

func namesHere(host string) bool {
	name := nameOf(host)
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}

package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/backend"
)

// certificateNotice is how long before its end a certificate is worth a warning: time
// enough to have another one made.
const certificateNotice = 30 * 24 * time.Hour

// backends looks at the servers that menus ask, at all of them at once.
func backends(ctx context.Context, site *config.Site) []finding {
	names := slices.Sorted(maps.Keys(site.Backends))
	found := make([]finding, len(names))
	var looks sync.WaitGroup
	for i, name := range names {
		looks.Go(func() { found[i] = lookAtBackend(ctx, site.Backends[name]) })
	}
	looks.Wait()
	return found
}

func lookAtBackend(ctx context.Context, b config.Backend) finding {
	what := "back-end " + b.Name
	patience := max(lookPatience, b.Timeout)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	h, err := backend.Look(ctx, b)
	if err != nil {
		return deafBackend(ctx, what, b, patience, err)
	}
	left := time.Until(h.CertificateEnds)
	answers := fmt.Sprintf("answers at %s in %s", b.URL, h.Took.Round(time.Millisecond))
	switch {
	case h.Status == 401 || h.Status == 403:
		return finding{gradeWarn, what, fmt.Sprintf("answers %d at %s", h.Status, b.URL), "are the headers of backends in site.yaml those that it expects? It may also refuse its address alone, and answer at the paths of the menus"}
	case h.Status >= 500:
		return finding{gradeWarn, what, fmt.Sprintf("answers %d at %s: it is in trouble", h.Status, b.URL), "callers take on_status or on_error meanwhile; ask those who run it"}
	case b.Timeout > 0 && h.Took > b.Timeout:
		return finding{gradeWarn, what, fmt.Sprintf("%s, and callers wait for %s at most", answers, b.Timeout), "ask those who run it, or give it a longer timeout in site.yaml"}
	case !h.CertificateEnds.IsZero() && left < certificateNotice:
		return finding{gradeWarn, what, fmt.Sprintf("its certificate ends in %d days, on %s", int(left.Hours()/24), h.CertificateEnds.Format(time.DateOnly)), "have it renewed: from that day on callers take on_error"}
	case h.CertificateEnds.IsZero() && !staysHere(b.URL):
		return finding{gradeWarn, what, answers + ", without encryption", "ask it by https: values of calls can be read on the way"}
	case h.CertificateEnds.IsZero():
		return ok(what, "%s", answers)
	}
	return ok(what, "%s, its certificate ends in %d days", answers, int(left.Hours()/24))
}

// deafBackend says why there is no answer.
func deafBackend(ctx context.Context, what string, b config.Backend, patience time.Duration, err error) finding {
	var untrusted *tls.CertificateVerificationError
	var wire *net.OpError
	switch {
	case ctx.Err() != nil:
		return finding{gradeFail, what, fmt.Sprintf("gives no answer at %s within %s", b.URL, patience), "is it running, and does a firewall stand between? Callers take on_timeout meanwhile"}
	case errors.As(err, &untrusted):
		return finding{gradeFail, what, "its certificate is not trusted: " + untrusted.Err.Error(), "have it renewed, or name its authority: ca under backends in site.yaml"}
	case errors.As(err, &wire):
		return finding{gradeFail, what, err.Error(), "is it running at " + b.URL + "? Callers take on_error meanwhile"}
	}
	return finding{gradeFail, what, err.Error(), "see backends in site.yaml, and the files and variables that it refers to"}
}

// staysHere reports whether an address is one of this machine.
func staysHere(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

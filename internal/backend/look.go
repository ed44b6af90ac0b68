package backend

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

// Health is how a back-end was found.
type Health struct {
	Status int
	Took   time.Duration
	// CertificateEnds is when the first of its certificates does; zero without TLS.
	CertificateEnds time.Time
}

// Look finds out whether a back-end answers at its address as menus ask it: with the
// headers of the site, which hold no value of a call, by a request for its head, which
// changes nothing there.
func Look(ctx context.Context, b config.Backend) (Health, error) {
	d, err := newDesk(ctx, b)
	if err != nil {
		return Health{}, err
	}
	defer d.http.CloseIdleConnections()
	request, err := d.request(ctx, ivr.Fetch{Method: http.MethodHead})
	if err != nil {
		return Health{}, err
	}
	begun := time.Now()
	answer, err := d.http.Do(request)
	if err != nil {
		var asked *url.Error
		if errors.As(err, &asked) {
			err = asked.Err // what was asked for is known
		}
		return Health{}, err
	}
	_ = answer.Body.Close()
	h := Health{Status: answer.StatusCode, Took: time.Since(begun)}
	if answer.TLS != nil {
		for _, c := range answer.TLS.PeerCertificates {
			if h.CertificateEnds.IsZero() || c.NotAfter.Before(h.CertificateEnds) {
				h.CertificateEnds = c.NotAfter
			}
		}
	}
	return h, nil
}

package backend

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
)

func TestALookAsksForNothingAndTellsHowItWas(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.RequestURI+" "+r.Header.Get("X-Service"))
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	ca, value := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "service")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	require.NoError(t, os.WriteFile(value, []byte("menus"), 0o600))
	b := config.Backend{Name: "dossier", URL: server.URL + "/api", CA: ca, Headers: []config.BackendHeader{{Name: "X-Service", Value: config.Secret{File: value}}}}
	h, err := Look(t.Context(), b)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, h.Status)
	assert.Positive(t, h.Took)
	assert.Equal(t, server.Certificate().NotAfter, h.CertificateEnds)
	assert.Equal(t, []string{"HEAD /api menus"}, asked)

	b.CA = ""
	_, err = Look(t.Context(), b)
	var untrusted *tls.CertificateVerificationError
	require.ErrorAs(t, err, &untrusted)
	b.Headers[0].Value.File += ".missing"
	_, err = Look(t.Context(), b)
	require.ErrorContains(t, err, "header X-Service: read secret")
	b.CA = value
	_, err = Look(t.Context(), b)
	require.ErrorContains(t, err, "holds no certificate")
	assert.Len(t, asked, 1)
}

func TestALookAtAPlainServerHasNoCertificate(t *testing.T) {
	t.Parallel()
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	h, err := Look(t.Context(), b)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, h.Status)
	assert.Equal(t, time.Time{}, h.CertificateEnds)
}

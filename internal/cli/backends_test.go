package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
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

// certified is a server whose certificate ends then, and the file of its authority.
func certified(t *testing.T, ends time.Time) (url, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: ends, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600))
	return server.URL, ca
}

func TestEachBackEndIsLookedAtWithWhatToDoAboutIt(t *testing.T) {
	t.Parallel()
	answering := func(status int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	good, goodCA := certified(t, time.Now().Add(90*24*time.Hour+time.Hour))
	ending, endingCA := certified(t, time.Now().Add(9*24*time.Hour+time.Hour))
	ended, endedCA := certified(t, time.Now().Add(-time.Hour))
	site := &config.Site{Backends: map[string]config.Backend{
		"clair":    {URL: answering(404), Timeout: time.Minute},
		"bon":      {URL: good, CA: goodCA, Timeout: time.Minute},
		"bientot":  {URL: ending, CA: endingCA, Timeout: time.Minute},
		"perime":   {URL: ended, CA: endedCA, Timeout: time.Minute},
		"inconnu":  {URL: good, Timeout: time.Minute},
		"refuse":   {URL: answering(401), Timeout: time.Minute},
		"panne":    {URL: answering(503), Timeout: time.Minute},
		"lent":     {URL: answering(200), Timeout: 1},
		"parti":    {URL: "http://127.0.0.1:1", Timeout: time.Minute},
		"secret":   {URL: answering(200), Headers: []config.BackendHeader{{Name: "Authorization", Value: config.Secret{File: "/nonexistent/token"}}}, Timeout: time.Minute},
		"autorite": {URL: good, CA: "/nonexistent/ca.pem", Timeout: time.Minute},
	}}
	for name, b := range site.Backends {
		b.Name, b.AtOnce = name, 1
		site.Backends[name] = b
	}
	want := map[string][3]string{
		"clair":    {gradeOK, "answers at http://127.0.0.1", ""},
		"bon":      {gradeOK, ", its certificate ends in 90 days", ""},
		"bientot":  {gradeWarn, "its certificate ends in 9 days, on ", "have it renewed"},
		"perime":   {gradeFail, "its certificate is not trusted: x509: certificate has expired", "have it renewed"},
		"inconnu":  {gradeFail, "its certificate is not trusted: ", "name its authority"},
		"refuse":   {gradeWarn, "answers 401", "are the headers"},
		"panne":    {gradeWarn, "answers 503", "ask those who run it"},
		"lent":     {gradeWarn, "and callers wait for 1ns at most", "a longer timeout"},
		"parti":    {gradeFail, "connection refused", "is it running"},
		"secret":   {gradeFail, "header Authorization: read secret", "see backends in site.yaml"},
		"autorite": {gradeFail, "read the certificate authority", "see backends in site.yaml"},
	}
	found := backends(t.Context(), site)
	require.Len(t, found, len(want))
	for i, f := range found {
		name := f.What[len("back-end "):]
		assert.Equal(t, want[name][0], f.Grade, "%+v", f)
		assert.Contains(t, f.Found, want[name][1])
		assert.Contains(t, f.Do, want[name][2])
		if i > 0 {
			assert.Less(t, found[i-1].What, f.What)
		}
	}
}

func TestABackEndWithoutEncryptionIsFineOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	for address, here := range map[string]bool{
		"http://localhost:8080": true, "http://127.0.0.1": true, "http://[::1]:80/x": true, "http://dossiers.example": false, "http://192.0.2.1": false, ":": false,
	} {
		assert.Equal(t, here, staysHere(address), address)
	}
}

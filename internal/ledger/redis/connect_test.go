package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

func TestTheLedgerIsReachedUnderTLS(t *testing.T) {
	t.Parallel()
	certificate, key, authority := selfSigned(t)
	port := ledgertest.FreePort(t)
	ledgertest.StartRedis(t, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate)
	address := net.JoinHostPort("127.0.0.1", port)

	l := newLog(t, redis.Options{Site: "s", Address: address, TLS: &tls.Config{RootCAs: authority}})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	read := make(chan error, 1)
	go func() {
		_, err := l.Read(within(t), head.Last.ID, 1, time.Minute)
		read <- err
	}()
	_, err = l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
	require.NoError(t, <-read)

	stranger := newLog(t, redis.Options{Site: "s", Address: address, TLS: &tls.Config{}})
	_, err = stranger.Open(within(t))
	require.ErrorContains(t, err, "certificate")
}

// selfSigned writes a certificate for 127.0.0.1 and its key to files.
func selfSigned(t testing.TB) (certificate, key string, authority *x509.CertPool) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	encodedKey, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
		return path
	}
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	authority = x509.NewCertPool()
	authority.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", encodedKey), authority
}

func TestTheLedgerIsReachedByASocketOfTheSameMachine(t *testing.T) {
	t.Parallel()
	// Not in t.TempDir: the path of a socket has at most 107 letters.
	dir, err := os.MkdirTemp("", "guichet-redis-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "redis.sock")
	ledgertest.StartRedis(t, "--unixsocket", socket, "--unixsocketperm", "700")

	l := newLog(t, redis.Options{Site: "s", Address: socket})
	head, err := l.Open(within(t))
	require.NoError(t, err)
	_, err = l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
}

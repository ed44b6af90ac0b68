package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/app"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// A real Redis under TLS is reached by who trusts its authority, and by nobody else.
func TestARedisUnderTLSIsTrustedByItsAuthorityOnly(t *testing.T) {
	t.Parallel()
	cert, key := certify(t, t.TempDir())
	stranger, _ := certify(t, t.TempDir())
	port := ledgertest.FreePort(t)
	address := net.JoinHostPort("127.0.0.1", port)
	ledgertest.StartRedis(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no")

	open := func(tls bool, ca string) error {
		o, err := app.RedisOptions(&config.Site{Name: "s", Ledger: config.Ledger{
			Backend: "redis", Redis: config.Redis{Address: address, TLS: tls, CA: ca},
		}})
		if err != nil {
			return err
		}
		book, err := redis.New(o)
		require.NoError(t, err)
		defer func() { require.NoError(t, book.Close()) }()
		_, err = book.Open(t.Context())
		return err
	}
	require.NoError(t, open(true, cert))
	require.ErrorContains(t, open(true, stranger), "unknown authority")
	require.ErrorContains(t, open(true, ""), "certificate")
	require.Error(t, open(false, ""))
	require.ErrorContains(t, open(true, key), "holds no certificate")
	require.ErrorIs(t, open(true, "/absent"), os.ErrNotExist)
}

// certify makes a certificate of the loopback that is its own authority.
func certify(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: dir},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	save := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	return save("cert.pem", "CERTIFICATE", signed), save("key.pem", "EC PRIVATE KEY", secret)
}

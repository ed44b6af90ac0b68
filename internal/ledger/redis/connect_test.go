package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

func TestAFailoverBySentinelRaisesTheGeneration(t *testing.T) {
	t.Parallel()
	primary := ledgertest.StartRedis(t)
	host, port, err := net.SplitHostPort(primary.Address)
	require.NoError(t, err)
	replica := ledgertest.StartRedis(t, "--replicaof", host, port, "--repl-diskless-sync-delay", "0")
	synced := func() bool {
		info, err := rawClient(t, replica.Address).Info(within(t), "replication").Result()
		return err == nil && strings.Contains(info, "master_link_status:up")
	}
	require.Eventually(t, synced, 20*time.Second, 20*time.Millisecond)
	sentinel := ledgertest.StartSentinel(t, "ledger", primary)

	l := newLog(t, redis.Options{
		Site: "watched", Timeout: time.Second,
		Sentinel: &redis.Sentinel{Primary: "ledger", Addresses: []string{sentinel.Address}},
	})
	head := eventually(t, func() (ledger.Head, error) { return l.Open(within(t)) })
	landed, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("a")})
	require.NoError(t, err)
	// Replication is asynchronous; what a failover may lose is not tested here.
	require.NoError(t, rawClient(t, primary.Address).Wait(within(t), 1, 5*time.Second).Err())

	primary.Kill(t)
	var refused *ledger.Refused
	require.Eventually(t, func() bool {
		_, err := l.Append(within(t), head.Gen, []ledger.Entry{fact("b")})
		return errors.As(err, &refused)
	}, 30*time.Second, 50*time.Millisecond, "the replica is promoted and found")
	assert.Equal(t, ledger.History, refused.Reason)
	assert.Equal(t, head.Gen+1, refused.Head.Gen)
	entries, err := l.Read(within(t), landed.Positions[0].ID, 10, time.Second)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	assert.Equal(t, ledger.KindHistory, entries[0].Kind)
	fold(t, l)
}

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

package app

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// openLedger makes the log that the site asks for; it does not connect.
func openLedger(site *config.Site) (ledger.Log, error) {
	if site.Ledger.Backend == "memory" {
		return memory.NewLog(memory.New("memory", time.Now)), nil
	}
	options, err := RedisOptions(site)
	if err != nil {
		return nil, err
	}
	book, err := redis.New(options)
	if err != nil {
		return nil, fmt.Errorf("use redis at %s: %w", site.Ledger.Redis, err)
	}
	return book, nil
}

// RedisOptions are how the site's Redis is reached. Its secrets are read now.
func RedisOptions(site *config.Site) (redis.Options, error) {
	r := site.Ledger.Redis
	o := redis.Options{Site: site.Name, Address: r.Address, DB: r.Database}
	if r.Sentinel.Primary != "" {
		o.Sentinel = &redis.Sentinel{Primary: r.Sentinel.Primary, Addresses: r.Sentinel.Addresses}
		if err := readInto(&o.Sentinel.Password, r.Sentinel.Password); err != nil {
			return o, fmt.Errorf("read the password of sentinel: %w", err)
		}
	}
	if err := readInto(&o.Username, r.Username); err != nil {
		return o, fmt.Errorf("read the user name of redis: %w", err)
	}
	if err := readInto(&o.Password, r.Password); err != nil {
		return o, fmt.Errorf("read the password of redis: %w", err)
	}
	if r.TLS {
		var err error
		if o.TLS, err = trusting(r.CA); err != nil {
			return o, fmt.Errorf("read whom redis is certified by: %w", err)
		}
	}
	return o, nil
}

// trusting is TLS with the authority of that file, or with those of the machine.
func trusting(ca string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca == "" {
		return config, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return config, nil
}

// readInto leaves what the site does not give as it is.
func readInto(to *string, s config.Secret) (err error) {
	if s.Given() {
		*to, err = s.Read()
	}
	return err
}

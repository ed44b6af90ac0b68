package redis

import (
	"context"
	"crypto/tls"
	"net"
	"slices"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// go-redis writes failed dials to standard error, unasked. Each of them also
// fails the command it was for, and that error is returned.
func init() { logging.Disable() }

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func plainDial(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// dialsAnyway is the size of the pool, and so (v9.23) the number of failed dials
// after which go-redis refuses by itself and looks once a second whether the
// server is back: routing would wait for that. It is never nearly used: whoever
// speaks to Redis does so one after the other.
const dialsAnyway = 1 << 16

// connect makes a client that retries nothing and keeps every deadline. MaxRetries
// is -1, for 0 means three: a retry after a lost reply would append twice.
func connect(o Options, dial dialer) *goredis.Client {
	if o.Sentinel != nil {
		return goredis.NewFailoverClient(&goredis.FailoverOptions{
			MasterName: o.Sentinel.Primary, SentinelAddrs: slices.Clone(o.Sentinel.Addresses), SentinelPassword: o.Sentinel.Password,
			Username: o.Username, Password: o.Password, DB: o.DB,
			Dialer: secured(o, dial), DialerRetries: 1,
			MaxRetries: -1, ContextTimeoutEnabled: true,
			DialTimeout: o.Timeout, ReadTimeout: o.Timeout, WriteTimeout: o.Timeout, PoolTimeout: o.Timeout,
			DisableIdentity: true, PoolSize: dialsAnyway,
		})
	}
	return goredis.NewClient(&goredis.Options{
		Addr: o.Address, Username: o.Username, Password: o.Password, DB: o.DB,
		Dialer: secured(o, dial), DialerRetries: 1,
		MaxRetries: -1, ContextTimeoutEnabled: true,
		DialTimeout: o.Timeout, ReadTimeout: o.Timeout, WriteTimeout: o.Timeout, PoolTimeout: o.Timeout,
		DisableIdentity:          true,
		PoolSize:                 dialsAnyway,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}

// secured dials the server by dial and a sentinel plainly, both under TLS if the
// options say so: go-redis leaves that to whoever brings a dialer (v9.23).
func secured(o Options, dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dial := dial
		if o.Sentinel != nil && slices.Contains(o.Sentinel.Addresses, address) {
			dial = plainDial
		}
		conn, err := dial(ctx, network, address)
		if err != nil || o.TLS == nil {
			return conn, err
		}
		config := o.TLS.Clone()
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(address)
		}
		return tls.Client(conn, config), nil
	}
}

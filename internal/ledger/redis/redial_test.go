package redis

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// However often a Redis that is away was dialled, the next command dials again.
func TestEachCommandDialsAServerThatIsAway(t *testing.T) {
	t.Parallel()
	dials := 0
	client := connect(Options{Address: "127.0.0.1:1", Timeout: time.Second}, func(context.Context, string, string) (net.Conn, error) {
		dials++
		return nil, errors.New("refused")
	})
	defer client.Close()
	for range 500 {
		assert.Error(t, client.Ping(context.Background()).Err())
	}
	assert.Equal(t, 500, dials)
}

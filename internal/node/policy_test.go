package node

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// evictor is a ledger whose store has this policy.
type evictor struct {
	ledger.Log
	policy string
}

func (e *evictor) Room(context.Context) (ledger.Room, error) {
	return ledger.Room{Evicts: e.policy}, nil
}

func TestAPolicyThatIsChangedWhileItRunsIsToldOnceAndCounted(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	core, logs := observer.New(zapcore.InfoLevel)
	store := &evictor{}
	c.log, c.ledger = zap.New(core), store
	c.lookAtPolicy(t.Context())
	assert.Zero(t, logs.Len())
	store.policy = "allkeys-lru"
	c.live.setRoom(ledger.Room{Evicts: store.policy}) // as the trimmer sees it
	c.lookAtPolicy(t.Context())
	c.lookAtPolicy(t.Context())
	assert.Equal(t, 1, logs.FilterLevelExact(zapcore.ErrorLevel).Len())
	assert.EqualValues(t, 1, c.live.repairs[evicting])
	assert.Len(t, c.Degraded(), 1)
	store.policy = ""
	c.lookAtPolicy(t.Context())
	assert.Equal(t, 1, logs.FilterMessageSnippet("keeps everything again").Len())
	assert.Empty(t, c.Degraded())
}

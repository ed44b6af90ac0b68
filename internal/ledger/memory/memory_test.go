package memory_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func fresh(testing.TB) ledgertest.Backend {
	store := memory.New("process-1", time.Now)
	return ledgertest.Backend{
		Log: func(t testing.TB) ledger.Log {
			l := memory.NewLog(store)
			t.Cleanup(func() { _ = l.Close() })
			return l
		},
		Lose: func(testing.TB) { store.Lose() },
	}
}

func TestTheLedgerInMemoryIsALedger(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, fresh)
}

func BenchmarkMemory(b *testing.B) { ledgertest.Benchmark(b, fresh) }

package node

import "context"

// maxFlying is how many commands may be under way to one Asterisk: ten times what
// fifty calls a second need, and less than the connections of its client.
const maxFlying = 32

// turns lets commands wait without a deadline until Asterisk has done enough of those
// before. The deadline of a request begins with its turn: with one that counts the
// waiting too, a backlog of two seconds makes every request arrive just when its
// answer is given up, be done for nothing, and be sent again, for ever. Asterisk
// 22.10.1 came back from a standstill of four seconds under fifty calls a second only
// to be kept busy like that.
type turns chan struct{}

func newTurns() turns { return make(turns, maxFlying) }

// take waits for a turn, which the caller has to give back, or for the end of ctx.
func (t turns) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turns) give() { <-t }

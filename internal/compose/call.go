package compose

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// agentsIP is where the agent's phone is: not at the operator's address.
const agentsIP = "127.0.0.3"

// call places one call from outside and returns when both heard each other and the
// call is over.
func (t *test) call(ctx context.Context) error {
	// Not by Compose: version 1 attaches to the output of a container only after its
	// start, and may miss all that a short one prints.
	password, err := said(ctx, t.command(ctx, "run", "--rm", "--network", "none",
		"-v", project+"_phones:/srv/phones:ro", "guichet/lab", "password", agent))
	if err != nil {
		return fmt.Errorf("ask for the password of the phone: %w", err)
	}
	desk, err := phone.Open(ctx, phone.Options{LocalIP: agentsIP, Server: t.sip})
	if err != nil {
		return err
	}
	defer desk.Close()
	trunk, err := phone.Open(ctx, phone.Options{LocalIP: lab.DefaultTrunk, Server: t.sip})
	if err != nil {
		return err
	}
	defer trunk.Close()
	account := phone.Account{User: agent, Password: strings.TrimSpace(password)}
	set, err := desk.Register(ctx, account, phone.RingsForEver())
	if err != nil {
		return fmt.Errorf("register the agent's phone: %w", err)
	}
	caller, err := trunk.Call(ctx, phone.Caller{Number: "0612345678"}, "2014")
	if err != nil {
		return err
	}
	return talk(ctx, caller, set)
}

func talk(ctx context.Context, caller *phone.Call, set *phone.Phone) error {
	if err := caller.WaitAnswered(ctx); err != nil {
		return fmt.Errorf("the menu does not answer: %w", err)
	}
	if err := caller.Press(ctx, keys); err != nil {
		return err
	}
	leg, err := set.NextCall(ctx)
	if err != nil {
		return fmt.Errorf("the agent's phone does not ring: %w", err)
	}
	if err := leg.Answer(ctx); err != nil {
		return err
	}
	if err := hear(ctx, caller, leg); err != nil {
		return err
	}
	if err := leg.Hangup(ctx); err != nil {
		return err
	}
	if _, err := caller.WaitEnded(ctx); err != nil {
		return fmt.Errorf("the caller is not released after the agent hung up: %w", err)
	}
	return nil
}

// hear waits until both have heard a tenth of a second of the other.
func hear(ctx context.Context, caller, leg *phone.Call) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		heard, spoke := caller.Heard(leg.Signature()), leg.Heard(caller.Signature())
		if heard > 5 && spoke > 5 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("they do not hear each other: the caller %d frames, the agent %d: %w", heard, spoke, ctx.Err())
		}
	}
}

// freePorts are addresses on loopback that nobody uses.
func freePorts() (sip, ari, http string, err error) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", "", "", fmt.Errorf("find a free port: %w", err)
	}
	defer udp.Close()
	var addresses [2]string
	for i := range addresses {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", "", fmt.Errorf("find a free port: %w", err)
		}
		defer tcp.Close()
		addresses[i] = tcp.Addr().String()
	}
	return udp.LocalAddr().String(), addresses[0], addresses[1], nil
}

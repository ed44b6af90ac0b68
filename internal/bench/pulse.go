package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// pulse feels how quiet the machine is: the round trip of an OPTIONS to an Asterisk,
// which answers it by itself, and by how much a timer of 1 ms is late.
type pulse struct {
	options, timer sample
}

// feel takes one reading after the other, so far apart, until the context ends.
func feel(ctx context.Context, server string, apart time.Duration) (pulse, error) {
	var p pulse
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp4", server)
	if err != nil {
		return p, fmt.Errorf("feel the pulse of Asterisk: %w", err)
	}
	defer conn.Close()
	for n := 0; sleep(ctx, apart); n++ {
		began := time.Now()
		if !sleep(ctx, time.Millisecond) {
			break
		}
		p.timer = append(p.timer, time.Since(began)-time.Millisecond)
		took, err := ask(conn, n)
		if err != nil {
			return p, fmt.Errorf("feel the pulse of Asterisk: %w", err)
		}
		p.options = append(p.options, took)
	}
	return p, nil
}

// feelAlongside takes readings while something else runs.
func feelAlongside(ctx context.Context, server string, run func()) (p pulse, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var feeling sync.WaitGroup
	feeling.Go(func() { p, err = feel(ctx, server, 100*time.Millisecond) })
	run()
	cancel()
	feeling.Wait()
	return p, err
}

// feelAtRest takes a second of readings while nothing of ours runs.
func feelAtRest(ctx context.Context, server string) (pulse, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return feel(ctx, server, 5*time.Millisecond)
}

// lost is how long a pulse is waited for; one that is lost counts as so long.
const lost = time.Second

// ask sends an OPTIONS and waits for the answer: Asterisk refuses a stranger, by its
// SIP stack alone.
func ask(conn net.Conn, n int) (time.Duration, error) {
	local, id := conn.LocalAddr().String(), fmt.Sprintf("pulse%d", n)
	request := fmt.Sprintf("OPTIONS sip:pulse@%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK%[3]s;rport\r\n"+
		"Max-Forwards: 70\r\nFrom: <sip:pulse@%[2]s>;tag=%[3]s\r\nTo: <sip:pulse@%[1]s>\r\nCall-ID: %[3]s-%[2]s\r\n"+
		"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", conn.RemoteAddr(), local, id)
	began := time.Now()
	if err := conn.SetDeadline(began.Add(lost)); err != nil {
		return 0, err
	}
	if _, err := conn.Write([]byte(request)); err != nil {
		return 0, err
	}
	answer := make([]byte, 4096)
	for {
		size, err := conn.Read(answer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return lost, nil
		}
		if err != nil {
			return 0, err
		}
		if bytes.Contains(answer[:size], []byte("Call-ID: "+id+"-")) { // not one thought lost
			return time.Since(began), nil
		}
	}
}

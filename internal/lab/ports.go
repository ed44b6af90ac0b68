package lab

import (
	"fmt"
	"net"
	"strconv"
)

// freeTCP returns addr with its port, or a free one of the kernel's choice when
// the port is 0. A port asked for and taken is an error that says so.
func freeTCP(addr string) (string, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", taken(addr, err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// freeUDP is freeTCP for UDP.
func freeUDP(addr string) (string, error) {
	socket, err := net.ListenPacket("udp", addr)
	if err != nil {
		return "", taken(addr, err)
	}
	defer socket.Close()
	return socket.LocalAddr().String(), nil
}

func taken(addr string, err error) error {
	return fmt.Errorf("listen on %s: %w; stop what uses it (`ss -lnp` names it) or choose another port", addr, err)
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// portOf returns the port of an address that was made here.
func portOf(addr string) string {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		panic("lab: address without port: " + addr)
	}
	return port
}

// Command guichet is the contact-centre engine and the tool of its operators.
// Read internal/cli for the commands and internal/app for what run starts.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/guichet/guichet/internal/cli"
)

// version is set by the linker for a release.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(cli.Main(ctx, os.Args[1:], version))
}

package lab

import (
	"context"
	"path/filepath"
)

// Options describe a whole laboratory.
type Options struct {
	// Dir holds the files of both parts unless their own options say otherwise.
	Dir      string
	Redis    RedisOptions
	Asterisk AsteriskOptions
	// Progress is told what is being done. Default Silent.
	Progress Progress
}

// Lab is one Redis and one Asterisk.
type Lab struct {
	Parts    *Parts
	Redis    *Redis
	Asterisk *Asterisk
}

// Start prepares what is missing, and starts one Redis and one Asterisk.
func Start(ctx context.Context, options Options) (*Lab, error) {
	progress := options.Progress
	if progress == nil {
		progress = Silent
	}
	parts, err := Prepare(ctx, progress)
	if err != nil {
		return nil, err
	}
	options.Redis.Dir = or(options.Redis.Dir, filepath.Join(options.Dir, "redis"))
	options.Asterisk.Dir = or(options.Asterisk.Dir, filepath.Join(options.Dir, "asterisk"))

	l := &Lab{Parts: parts}
	done := progress.Step("start Redis " + parts.Redis.String())
	l.Redis, err = parts.StartRedis(ctx, options.Redis)
	done(err)
	if err != nil {
		return nil, err
	}
	done = progress.Step("start Asterisk " + parts.Asterisk.String())
	l.Asterisk, err = parts.StartAsterisk(ctx, options.Asterisk)
	done(err)
	if err != nil {
		l.Redis.Stop()
		return nil, err
	}
	return l, nil
}

// Stop ends both processes and waits for their end.
func (l *Lab) Stop() {
	l.Asterisk.Stop()
	l.Redis.Stop()
}

package lab

import "context"

// Promtool returns the path of Prometheus's own checker of alert rules,
// installing the Debian package that holds it when the machine lacks it; no
// Prometheus is started.
func Promtool(ctx context.Context, progress Progress) (string, error) {
	return ensureProgram(ctx, progress, "promtool", "prometheus")
}

package ari

import (
	"context"
	"net/http"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// Info says which Asterisk this is and since when.
type Info struct {
	Version  string    // such as 22.10.1
	EntityID string    // unlike between nodes unless an image was cloned
	Name     string    // systemname of asterisk.conf, "" if unset
	Started  time.Time // a new value means a reboot: every channel known before is dead
	Reloaded time.Time // last reload
}

// Info asks Asterisk who it is.
func (c *Client) Info(ctx context.Context) (Info, error) {
	var a v5.AsteriskInfo
	err := c.call(ctx, request{op: "asterisk.info", method: http.MethodGet, path: []string{"asterisk", "info"}}, &a)
	return Info{
		Version:  a.SystemInfo.Version,
		EntityID: a.SystemInfo.EntityID,
		Name:     a.ConfigInfo.Name,
		Started:  time.Time(a.StatusInfo.StartupTime),
		Reloaded: time.Time(a.StatusInfo.LastReloadTime),
	}, err
}

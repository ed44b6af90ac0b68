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

// Setting is one line of Asterisk's configuration, as it is in force.
type Setting struct {
	Name  string `json:"attribute"`
	Value string `json:"value"`
}

// Settings are those of one object of a module, such as res_pjsip, endpoint, 1001.
// ErrNotFound if there is none of that name.
func (c *Client) Settings(ctx context.Context, module, kind, id string) ([]Setting, error) {
	var list []Setting
	err := c.call(ctx, request{
		op: "asterisk.settings", id: kind + " " + id, method: http.MethodGet,
		path: []string{"asterisk", "config", "dynamic", module, kind, id},
	}, &list)
	return list, err
}

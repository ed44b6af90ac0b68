package observer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// What REST answers, as far as it is needed here.
type (
	restChannel struct {
		ID, Name, State string
		Caller          struct{ Number string }
		Dialplan        struct {
			Application string `json:"app_name"`
			Arguments   string `json:"app_data"`
		}
	}
	restBridge struct {
		ID       string
		Channels []string
	}
	restInfo struct {
		Status struct {
			Startup string `json:"startup_time"`
		}
	}
)

// list asks Asterisk for its channels, then its bridges.
func (w *Observer) list(ctx context.Context) (Listing, error) {
	var info restInfo
	var channels []restChannel
	var bridges []restBridge
	l := Listing{At: time.Now().UnixMicro()}
	for _, question := range []struct {
		path string
		into any
	}{{"/asterisk/info?only=status", &info}, {"/channels", &channels}, {"/bridges", &bridges}} {
		if err := w.ask(ctx, question.path, question.into); err != nil {
			return Listing{}, err
		}
	}
	l.Boot = info.Status.Startup
	for _, c := range channels {
		l.Channels = append(l.Channels, Channel{
			ID: c.ID, Name: c.Name, State: c.State, Number: c.Caller.Number,
			Application: c.Dialplan.Application, Arguments: c.Dialplan.Arguments,
		})
	}
	for _, b := range bridges {
		l.Bridges = append(l.Bridges, Bridge(b))
	}
	return l, nil
}

func (w *Observer) ask(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.options.ARI+path, nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth(w.options.User, w.options.Password)
	answer, err := w.http.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("ask Asterisk for %s: %s", path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

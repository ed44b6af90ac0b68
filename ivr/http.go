package ivr

import (
	"fmt"
	"strconv"
)

// HTTP asks a back-end and goes on by what it answers.
type HTTP struct {
	Common
	Inquiry
	// Save are the variables that take values of a successful answer.
	Save []Saved
	// OnSuccess is taken for 200 to 299, OnStatus for what it names, OnTimeout when
	// nothing comes in time, and OnError for all else: other statuses, no answer, one
	// that cannot be read. Without an OnTimeout that is OnError too.
	OnSuccess          Exit
	OnStatus           []StatusExit
	OnTimeout, OnError Exit
}

// StatusExit is the way out for one status, such as 404, or for a class: 5 stands
// for all from 500 to 599.
type StatusExit struct {
	Status int
	Exit   Exit
}

// Name is the status as the site folder writes it: 404, or 5xx.
func (e StatusExit) Name() string {
	if e.Status < 10 {
		return fmt.Sprintf("%dxx", e.Status)
	}
	return strconv.Itoa(e.Status)
}

func (n *HTTP) exits(visit func(string, Exit)) {
	visit("on_success", n.OnSuccess)
	for _, e := range n.OnStatus {
		visit("on_status."+e.Name(), e.Exit)
	}
	visit("on_timeout", n.OnTimeout)
	visit("on_error", n.OnError)
}

func (n *HTTP) inquiry() *Inquiry { return &n.Inquiry }

func (n *HTTP) request(v values) (Fetch, Failure) {
	f, ok := n.fetch(v)
	if !ok {
		return f, Unfit
	}
	return f, ""
}

// judge looks for the exact status first, then for its class. A status that the
// author names is not read any further.
func (n *HTTP) judge(a Fetched) verdict {
	switch a.Failure {
	case "":
	case TimedOutThere:
		if n.OnTimeout.given() {
			return verdict{name: "on_timeout", exit: n.OnTimeout}
		}
		return verdict{name: "on_error", exit: n.OnError}
	default:
		return verdict{name: "on_error", exit: n.OnError}
	}
	for _, wanted := range []int{a.Status, a.Status / 100} {
		for _, e := range n.OnStatus {
			if e.Status == wanted {
				return verdict{name: "on_status." + e.Name(), exit: e.Exit}
			}
		}
	}
	if a.Status/100 != 2 {
		return verdict{name: "on_error", exit: n.OnError}
	}
	vars, err := readAnswer(a.Body, n.Save)
	if err != nil {
		return verdict{name: "on_error", exit: n.OnError, failure: Unread}
	}
	return verdict{name: "on_success", exit: n.OnSuccess, vars: vars}
}

// gives are the variables that a successful answer fills.
func (n *HTTP) gives(exit string) []string {
	if exit != "on_success" {
		return nil
	}
	var names []string
	for _, s := range n.Save {
		names = append(names, s.Variable)
	}
	return names
}

// http checks a node.
func (c *checker) http(id NodeID, n *HTTP) {
	c.inquiry(id, &n.Inquiry)
	c.saves(id, n.gives("on_success"))
	for _, s := range n.Save {
		if s.Max < 1 || s.Max > MaxSavedChars {
			c.fault(id, "save."+s.Variable, fmt.Sprintf("between 1 and %d", MaxSavedChars), "max cannot be %d", s.Max)
		}
	}
	if len(n.Save) > 0 && n.Method == "HEAD" {
		c.fault(id, "save", "ask with GET", "a HEAD has no answer to save from")
	}
	for _, e := range n.OnStatus {
		switch name := "on_status." + e.Name(); {
		case e.Status == 2:
			c.fault(id, name, "write it as on_success", "2xx is what on_success is for")
		case e.Status >= 3 && e.Status <= 5 || e.Status >= 200 && e.Status <= 599:
		default:
			c.fault(id, name, `write a status such as "404", or "3xx", "4xx" or "5xx"`, "no answer has the status %q", e.Name())
		}
	}
}

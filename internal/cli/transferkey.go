package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/guichet/guichet/ari"
)

// mended is, of each branch of Asterisk, the first version that no phone can crash by its
// Transfer key (asterisk issue 2021). Later branches have it from their beginning.
var mended = map[int]int{20: 21, 22: 11, 23: 5}

// crashes reports whether a phone whose Transfer key is handed to ARI can crash an
// Asterisk of that version. One whose version cannot be read is taken for such.
func crashes(version string) bool {
	found := versionNumber.FindStringSubmatch(version)
	if found == nil {
		return true
	}
	branch, _ := strconv.Atoi(found[1])
	minor, _ := strconv.Atoi(found[2])
	if first, known := mended[branch]; known {
		return minor < first
	}
	return branch < 24
}

// phonesAsked bounds for how many phones an Asterisk is asked.
const phonesAsked = 100

// agentPhones are the names in Asterisk of the phones at which agents may sit.
func agentPhones(ctx context.Context, client *ari.Client, maySit func(phone string) bool) ([]string, error) {
	endpoints, err := client.ListEndpoints(ctx, "PJSIP")
	var names []string
	for _, e := range endpoints {
		if maySit("PJSIP/" + e.Resource) {
			names = append(names, e.Resource)
		}
	}
	slices.Sort(names)
	return names, err
}

// transferKey looks what Asterisk does when an agent presses the Transfer key of his phone.
func transferKey(ctx context.Context, what, version string, maySit func(phone string) bool, client *ari.Client) []finding {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	phones, err := agentPhones(ctx, client, maySit)
	if err != nil {
		return []finding{{gradeWarn, what, "it is not known what the Transfer key of phones does: " + err.Error(), "asterisk -rx 'pjsip show endpoints' lists them: see allow_transfer and set_var of each"}}
	}
	var ours, its []string
	asked := phones[:min(len(phones), phonesAsked)]
	for _, phone := range asked {
		settings, err := client.Settings(ctx, "res_pjsip", "endpoint", phone)
		switch {
		case errors.Is(err, ari.ErrNotFound): // it is just gone
		case err != nil:
			return []finding{{gradeWarn, what, "it is not known what the Transfer key of phones does: " + err.Error(), "asterisk -rx 'pjsip show endpoint " + phone + "' says it: allow_transfer and set_var"}}
		default:
			switch allows, hands := transfers(settings); {
			case allows && hands:
				ours = append(ours, phone)
			case allows:
				its = append(its, phone)
			}
		}
	}
	var findings []finding
	if len(its) > 0 {
		findings = append(findings, finding{gradeFail, what, "would carry out transfers by the Transfer key of phones by itself, past the controller: " + some(its),
			"set allow_transfer = no for them, as agent-endpoint of deploy/asterisk/pjsip.conf does"})
	}
	switch {
	case len(ours) == 0:
	case crashes(version):
		findings = append(findings, finding{gradeFail, what, fmt.Sprintf("version %s can be crashed by the Transfer key of a phone (asterisk issue 2021): %s", version, some(ours)),
			"set allow_transfer = no for them, or install Asterisk 22.11, 20.21 or 23.5 or newer"})
	default:
		findings = append(findings, ok(what, "the Transfer key of phones is the controller's: %s", some(ours)))
	}
	if left := len(phones) - len(asked); left > 0 && crashes(version) {
		findings = append(findings, finding{gradeWarn, what, fmt.Sprintf("what the Transfer key does is known of %d phones only, of %d more it is not; version %s can be crashed by one that is handed to the controller", len(asked), left, version),
			"grep TRANSFER_HANDLING in pjsip.conf: no phone may have it before Asterisk 22.11, 20.21 or 23.5"})
	}
	return findings
}

// transfers reports whether a phone may transfer, and whether that is handed to ARI: by the
// dialplan function, for a variable of the same name does nothing.
func transfers(settings []ari.Setting) (allows, hands bool) {
	for _, s := range settings {
		if s.Name == "allow_transfer" {
			allows = s.Value == "true" || s.Value == "yes"
		}
		hands = hands || strings.Contains(s.Name+"="+s.Value, "PJSIP_TRANSFER_HANDLING()=ari-only")
	}
	return allows, hands
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/app"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// lookPatience bounds each single look of the doctor.
const lookPatience = 3 * time.Second

// oldest is the first Asterisk whose ARI has all that we build on.
var oldest = [3]int{22, 10, 1}

// asterisk looks at one Asterisk through its REST side; it opens no event
// socket, for that would take the application from a running controller. Where callers
// leave messages, a recording is made.
func asterisk(ctx context.Context, a config.Asterisk, messages bool, maySit func(phone string) bool) []finding {
	what := "asterisk " + string(a.Node)
	client, err := ariClient(a)
	if err != nil {
		return []finding{{gradeFail, what, err.Error(), "see asterisk in site.yaml, and the secret it refers to"}}
	}
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	info, err := client.Info(ctx)
	if err != nil {
		return []finding{unreachableAsterisk(what, a, err)}
	}
	findings := []finding{
		ok(what, "answers at %s, credentials are right", a.URL),
		version(what, info.Version),
		application(ctx, what, a, client),
	}
	if messages {
		findings = append(findings, spool(ctx, what, client))
	}
	return append(findings, transferKey(ctx, what, info.Version, maySit, client)...)
}

func ariClient(a config.Asterisk) (*ari.Client, error) {
	user, err := a.Username.Read()
	if err != nil {
		return nil, err
	}
	password, err := a.Password.Read()
	if err != nil {
		return nil, err
	}
	return ari.New(ari.Options{URL: a.URL, Application: a.Application, Username: user, Password: password, RequestTimeout: lookPatience})
}

func unreachableAsterisk(what string, a config.Asterisk, err error) finding {
	var refused *ari.Error
	status := 0
	if errors.As(err, &refused) {
		status = refused.Status
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return finding{gradeFail, what, fmt.Sprintf("refuses the credentials at %s", a.URL), "compare username and password of site.yaml with ari.conf, then: asterisk -rx 'module reload res_ari.so'"}
	case 0:
		return finding{gradeFail, what, err.Error(), "is Asterisk running, is http.conf enabled with this address (asterisk -rx 'http show status'), does a firewall stand between?"}
	}
	return finding{gradeFail, what, err.Error(), "is " + a.URL + " its ARI, and is res_ari loaded (asterisk -rx 'module show like res_ari')?"}
}

var versionNumber = regexp.MustCompile(`(\d+)\.(\d+)(?:\.(\d+))?`)

func version(what, text string) finding {
	found := versionNumber.FindStringSubmatch(text)
	need := fmt.Sprintf("%d.%d.%d", oldest[0], oldest[1], oldest[2])
	if found == nil {
		return finding{gradeWarn, what, fmt.Sprintf("its version %q cannot be read", text), "make sure that it is " + need + " or newer"}
	}
	for i, text := range found[1:] {
		n, _ := strconv.Atoi(text) // an absent third number is 0
		if c := cmp.Compare(n, oldest[i]); c != 0 {
			if c > 0 {
				break
			}
			return finding{gradeFail, what, "version " + found[0] + " is too old", "install Asterisk " + need + " or newer"}
		}
	}
	return ok(what, "version %s", text)
}

func application(ctx context.Context, what string, a config.Asterisk, client *ari.Client) finding {
	_, err := client.GetApplication(ctx)
	switch {
	case errors.Is(err, ari.ErrNotFound):
		return finding{gradeWarn, what, fmt.Sprintf("the application %s is not registered", a.Application), "calls take the fallback of the dialplan until a controller runs: guichet run"}
	case err != nil:
		return finding{gradeFail, what, err.Error(), "if lists answer and this does not, Asterisk is deadlocked: restart it"}
	}
	return ok(what, "the application %s is registered", a.Application)
}

func redisHealth(ctx context.Context, site *config.Site) (redis.Health, error) {
	o, err := app.RedisOptions(site)
	if err != nil {
		return redis.Health{}, err
	}
	o.Timeout = lookPatience
	log, err := redis.New(o)
	if err != nil {
		return redis.Health{}, err
	}
	defer func() { _ = log.Close() }()
	return log.Health(ctx)
}

func (d *doctor) ledger(ctx context.Context, site *config.Site) []finding {
	if site.Ledger.Backend == "memory" {
		return []finding{{gradeWarn, "ledger", "is in memory: it ends with the controller", "for more than a try-out, give site.yaml a redis"}}
	}
	what := "redis " + site.Ledger.Redis.String()
	h, err := d.redis(ctx, site)
	if err != nil {
		return []finding{{gradeFail, what, err.Error(), remedy(site.Ledger.Redis)}}
	}
	findings := []finding{ok(what, "answers, version %s, %d facts", h.Version, h.LedgerFacts)}
	if h.Role != "" && h.Role != "master" {
		findings = append(findings, finding{gradeFail, what, "is a replica and takes no facts", "give the address of the primary"})
	}
	if h.Policy != "noeviction" {
		findings = append(findings, finding{gradeFail, what, fmt.Sprintf("maxmemory-policy is %q and would remove facts", h.Policy), "redis-cli config set maxmemory-policy noeviction, and in redis.conf"})
	}
	h.Policy = "noeviction" // said above, with another grade
	problems := h.Problems()
	for _, problem := range problems {
		found, do, _ := strings.Cut(problem, ";")
		findings = append(findings, finding{gradeWarn, what, found, strings.TrimSpace(do)})
	}
	if len(problems) == 0 {
		findings = append(findings, ok(what, "keeps facts through a restart (append-only file), memory used %d %%", h.MemoryPercent()))
	}
	return findings
}

// remedy is what to look at when Redis does not answer.
func remedy(r config.Redis) string {
	if r.Sentinel.Primary != "" {
		return "do the sentinels know it (redis-cli -p 26379 sentinel get-master-addr-by-name " + r.Sentinel.Primary + "), and are the passwords of site.yaml right?"
	}
	return "is Redis (or Valkey) running there, and are address and password of site.yaml right?"
}

// prompts looks for the sound files of the manifest, and of the words of values.
func prompts(site *config.Site) []finding {
	var unmade, missing []string
	all := 0
	for r := range site.Recordings() {
		all++
		switch stateOf(site, r) {
		case draftWanted:
			unmade = append(unmade, r.String())
		case nothing:
			missing = append(missing, r.String())
		}
	}
	var findings []finding
	if len(missing) > 0 {
		findings = append(findings, finding{gradeFail, "prompts", fmt.Sprintf("%d have neither a sound nor a text: %s", len(missing), some(missing)), "record them, or write their text in the manifest"})
	}
	if len(unmade) > 0 {
		findings = append(findings, finding{gradeWarn, "prompts", fmt.Sprintf("%d have a text but no sound: %s", len(unmade), some(unmade)), "record them, or make drafts by guichet prompts synth"})
	}
	if len(findings) == 0 {
		findings = append(findings, ok("prompts", "%d, none missing", all))
	}
	return findings
}

// some names the first of many.
func some(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:shown], ", ") + ", …"
}

// controller asks the running one, if there is one.
func (d *doctor) controller(ctx context.Context) finding {
	p := d.program
	what := "controller " + p.url
	_, err := p.fetch(ctx, lookPatience, http.MethodGet, "/healthz", nil)
	if err != nil {
		return finding{gradeWarn, what, err.Error(), "start it with guichet run --site DIR"}
	}
	var s api.Status
	if err := p.get(ctx, "/api/v1/status", &s); err != nil {
		return finding{gradeFail, what, err.Error(), "is another program listening there?"}
	}
	if !s.Ready {
		return finding{gradeFail, what, "runs, but is not ready: " + strings.Join(s.NotReady, "; "), "mend what is said above; it becomes ready by itself"}
	}
	if len(s.Degraded) > 0 {
		return finding{gradeWarn, what, "is ready, but " + strings.Join(s.Degraded, "; "), "mend what is said above; it is found within seconds that it was"}
	}
	if broken := inWords(s.Violations); broken != "" {
		return finding{gradeFail, what, "has broken invariants: " + broken, "keep its log and its ledger, and report it"}
	}
	return ok(what, "is ready, site %s, leader %s", s.Site, s.Leader)
}

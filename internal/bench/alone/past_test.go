package alone_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
)

// past is what happened before a controller starts: others wrote it, who hold the
// node at which the contacts wait and never the site. The floor is that of a whole
// administration, as in the benchmarks of acd: 100 centers, about 1,200 crews, 200
// queues, contacts that ask for one center by skill, half of them by file right,
// and after 90 s for three. The facts are as long as those of the sample site.
type past struct {
	testing.TB
	redis *ledgertest.RedisServer
	log   *redis.Log
	gen   uint64
	epoch ledger.ID // of the node
	ops   int
	batch []ledger.Entry
	site  string // hash of the version that contacts begin with
}

const (
	centers = 100
	queues  = 200

	elsewhere = "elsewhere" // the node of the contacts
	before    = "before"    // who holds it
)

var skills = []contact.Skill{"declaration", "paiement", "prelevement", "recouvrement", "avis", "reclamation"}

func newPast(t testing.TB) *past {
	t.Helper()
	p := &past{TB: t, redis: ledgertest.StartRedis(t), site: "65f78d1ad29026f18d93719ff3c9c6def066eb7b872ba7c9c3d61b5da8b7cb3e"}
	p.log = p.open()
	head, err := p.log.Open(t.Context())
	require.NoError(t, err)
	p.gen = head.Gen
	landed := p.append([]ledger.Entry{
		p.protocol(ledger.KindBeat, before, ledger.Beat{Format: 1, Process: "p"}),
		p.protocol(ledger.KindTake, elsewhere, ledger.Take{Process: "p"}),
	})
	p.epoch = landed.Positions[1].ID
	return p
}

// open is one more connection to the ledger.
func (p *past) open() *redis.Log {
	log, err := redis.New(redis.Options{Site: "alone", Address: p.redis.Address, Timeout: 10 * time.Second})
	require.NoError(p, err)
	p.Cleanup(func() { _ = log.Close() })
	return log
}

func (p *past) append(batch []ledger.Entry) ledger.Appended {
	landed, err := p.log.Append(p.Context(), p.gen, batch)
	require.NoError(p, err)
	return landed
}

func (p *past) protocol(kind, subject string, data any) ledger.Entry {
	return ledger.Entry{
		Kind: kind, Format: 1, Subject: subject, Writer: before, Role: ledger.RoleController,
		At: time.Now().UnixMicro(), Data: p.canonical(data),
	}
}

func (p *past) canonical(v any) []byte {
	data, err := ledger.Canonical(v)
	require.NoError(p, err)
	return data
}

// write puts an entry in the batch, and appends the batch when it is full.
func (p *past) write(e ledger.Entry) {
	if p.batch = append(p.batch, e); len(p.batch) == ledger.MaxBatch {
		p.flush()
	}
}

func (p *past) flush() {
	if len(p.batch) > 0 {
		p.append(p.batch)
	}
	p.batch = p.batch[:0]
}

// usedMemory is what Redis uses, in bytes.
func (p *past) usedMemory() int64 {
	client := goredis.NewClient(&goredis.Options{Addr: p.redis.Address})
	defer client.Close()
	info, err := client.InfoMap(p.Context(), "memory").Result()
	require.NoError(p, err)
	used, err := strconv.ParseInt(info["Memory"]["used_memory"], 10, 64)
	require.NoError(p, err)
	return used
}

// owner is what the holder of the node says about a contact.
func (p *past) owner(id contact.ID, seq uint64, f fact.Fact) ledger.Entry {
	return ledger.Entry{
		Kind: string(f.Kind()), Format: 1, Subject: string(id), Writer: before, Role: ledger.Owner(elsewhere),
		Epoch: p.epoch, Seq: seq, At: time.Now().UnixMicro(), Data: p.canonical(f),
	}
}

// command is what a person says about an agent.
func (p *past) command(agent contact.Agent, f fact.Fact) ledger.Entry {
	p.ops++
	return ledger.Entry{
		Kind: string(f.Kind()), Format: 1, Subject: string(agent), Writer: before, Role: ledger.RoleAPI,
		Op: fmt.Sprintf("op-%d", p.ops), At: time.Now().UnixMicro(), Data: p.canonical(f),
	}
}

// staff logs agents in and lets them pause.
func (p *past) staff(n int) {
	for i := range n {
		a := agent(i)
		p.write(p.command(a.Agent, a))
		p.write(p.command(a.Agent, fact.Paused{Agent: a.Agent, Reason: "repas"}))
	}
	p.flush()
}

// crowd lets contacts arrive, cross the menu and wait.
func (p *past) crowd(n int) {
	for i := range n {
		id := contactID(i)
		now := time.Now().UnixMicro()
		p.write(p.owner(id, 1, fact.Arrived{
			Medium: contact.Voice, Entry: "2014", Node: elsewhere, Line: fmt.Sprintf("%d.%d", now/1e6, i),
			Caller: "zrr1yyL2Lfewa9FtoCM1ljjiD3vVHY12b7CGuWIVcwV+7PYm8kk", CallerHash: fmt.Sprintf("nZ1w6/8K%08x", i),
			Config: p.site, Rank: now,
		}))
		p.write(p.owner(id, 2, fact.Waiting{
			Asked: "declaration", Node: "departement", Crossed: []string{"ouverture", "bienvenue", "motif", "departement"},
			Vars: map[string]string{"language": "fr", "topic": "declaration"},
			Menu: []byte(`{"asked":true,"attempt":1,"node":"departement","phase":"prompting","trail":["motif","departement"],"turns":2,"vars":{"language":"fr","topic":"declaration"}}`),
		}))
		p.write(p.owner(id, 3, queued(i, now)))
	}
	p.flush()
}

// queued is what contact i asks for.
func queued(i int, now int64) fact.Queued {
	need := contact.Need{{Skill: skills[i/centers%len(skills)], Level: 1}}
	own := []contact.Center{center(i)}
	open := []contact.Window{{From: now, Until: now + 400*24*3600e6}}
	return fact.Queued{
		Queue: contact.Queue(fmt.Sprintf("file%03d", i%queues)), Topic: "declaration", Department: department(i),
		Language: "fr", Rank: now, Organisation: "existant", Strategy: contact.LongestReady,
		Rule: "routing.yaml:42 (existant, rule 2)", Crossed: []string{"conseiller"},
		Policies: contact.DefaultPolicies(), Closing: contact.DefaultClosing(),
		Hours: contact.Hours{center(i): open, center(i + 1): open, center(i + 2): open},
		Steps: []contact.Step{
			{Centers: own, Need: need, Files: i%2 == 0},
			{After: 90 * time.Second, Centers: append(own, center(i+1), center(i+2)), Need: need},
		},
		Menu: []byte(`{"asked":true,"node":"conseiller","phase":"at_routing","trail":["motif","departement"],"turns":3,"vars":{"language":"fr","postal_code":"75","topic":"declaration"}}`),
	}
}

// agent is the card of agent i.
func agent(i int) fact.LoggedIn {
	id := contact.Agent(fmt.Sprintf("a%05d", i))
	return fact.LoggedIn{
		Agent: id, Name: fmt.Sprintf("Agent %d", i), Center: center(i), Node: asteriskNode, Phone: "PJSIP/" + string(id),
		Skills: map[contact.Skill]int{
			skills[i%len(skills)]: 1 + i/centers%4, skills[(i/centers+1)%len(skills)]: 2,
		},
		Files: []contact.Department{department(i)}, Media: []contact.Medium{contact.Voice},
	}
}

func contactID(i int) contact.ID { return contact.ID(fmt.Sprintf("mwxfn3dm-%08x", i)) }

func center(i int) contact.Center { return contact.Center(fmt.Sprintf("centre%02d", i%centers)) }

func department(i int) contact.Department { return contact.Department(fmt.Sprintf("%02d", i%centers)) }

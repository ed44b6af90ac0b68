package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestANumberOutsideIsOnePhoneHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	write(t, dir, "prompts/prompts.yaml", "prompts:\n  menu: Tapez 1.\n  agent_confirmation: Tapez 1.\n")
	write(t, dir, "agents.yaml", `agents:
  a1: {center: cis_ouest, phone: "06 12 34 56 78", skills: {topic: 2}}
  a2: {center: cis_ouest, phone: "+32 2 612 34 56"}
  a3: {center: cis_ouest, phone: PJSIP/a3}
groups:
  maison: {count: 2, first: 9, phones: "02.61.91.02.%02d", center: cis_ouest, name: "Gestion %d"}
`)
	site, problems := Load(dir)
	require.Empty(t, problems)
	phones := map[string]string{}
	for id, a := range site.Agents {
		phones[string(id)] = a.Phone
	}
	assert.Equal(t, map[string]string{
		"a1": "+33612345678", "a2": "+3226123456", "a3": "PJSIP/a3", "maison09": "+33261910209", "maison10": "+33261910210",
	}, phones)
	assert.Equal(t, "Gestion 9", site.Agents["maison09"].Name)
}

package cli

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

func TestTheDoctorSaysWhatTheTransferKeyOfPhonesDoes(t *testing.T) {
	t.Parallel()
	byARI := map[string]string{"allow_transfer": "true", "set_var": "PJSIP_TRANSFER_HANDLING()=ari-only"}
	for name, c := range map[string]struct {
		version  string
		settings map[string]string
		grade    string // "" says nothing
		says     string
	}{
		"refused":                 {"22.10.1", map[string]string{"allow_transfer": "false"}, "", ""},
		"Asterisk's":              {"22.11.0", map[string]string{"allow_transfer": "true"}, gradeFail, "by itself, past the controller: 1001"},
		"Asterisk's, by mistake":  {"22.11.0", map[string]string{"allow_transfer": "yes", "set_var": "PJSIP_TRANSFER_HANDLING=ari-only"}, gradeFail, "by itself"},
		"ours, and it would die":  {"22.10.1", byARI, gradeFail, "version 22.10.1 can be crashed by the Transfer key of a phone"},
		"ours, and mended":        {"22.11.0", byARI, gradeOK, "the Transfer key of phones is the controller's: 1001"},
		"ours, among other words": {"23.5.0", map[string]string{"allow_transfer": "true", "set_var": "A=b,PJSIP_TRANSFER_HANDLING()=ari-only"}, gradeOK, "controller's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := aritest.New(t)
			s.Phone("PJSIP/1001", aritest.Rings()).Configure(c.settings)
			client, err := ari.New(s.Options())
			require.NoError(t, err)
			s.Phone("PJSIP/trunk", aritest.Rings()).Configure(map[string]string{"allow_transfer": "true"})
			found := transferKey(t.Context(), "asterisk ast1", c.version, func(phone string) bool { return phone == "PJSIP/1001" }, client)
			if c.grade == "" {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			assert.Equal(t, c.grade, found[0].Grade)
			assert.Contains(t, found[0].Found, c.says)
		})
	}
}

func TestTheDoctorSaysOfHowManyPhonesItKnows(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	client, err := ari.New(s.Options())
	require.NoError(t, err)
	for i := range phonesAsked + 7 {
		s.Phone(fmt.Sprint("PJSIP/", 1000+i), aritest.Rings())
	}
	all := func(string) bool { return true }
	found := transferKey(t.Context(), "asterisk ast1", "22.10.1", all, client)
	require.Len(t, found, 1)
	assert.Equal(t, gradeWarn, found[0].Grade)
	assert.Contains(t, found[0].Found, "known of 100 phones only, of 7 more it is not")
	assert.Empty(t, transferKey(t.Context(), "asterisk ast1", "22.11.0", all, client))
}

func TestWhichAsterisksAPhoneCanCrash(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"22.10.1": true, "22.10.1~dfsg+~cs6.15": true, "22.11.0": false, "20.20.1": true, "20.21.0": false, "21.12.0": true,
		"23.4.1": true, "23.5.0": false, "24.0.0": false, "GIT-master-abcdef": true,
	} {
		assert.Equal(t, want, crashes(version), version)
	}
}

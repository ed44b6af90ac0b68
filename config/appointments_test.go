package config

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slotsOf are the slots of a center that is open on working days, as people read them.
func slotsOf(t *testing.T, appointments, from string) (slots []string, perSlot int) {
	t.Helper()
	site := goodSite(t)
	site["calendars.yaml"] = &fstest.MapFile{Data: []byte(
		"calendars:\n  bureau: {hours: {mon-fri: [\"08:30-12:00\", \"13:30-17:00\"]}, holidays: france, closed: [2026-12-24]}\n")}
	site["centers.yaml"] = &fstest.MapFile{Data: []byte(
		"centers:\n  cis_ouest: {kind: cis, calendar: bureau, appointments: " + appointments + "}\n")}
	read, problems := load(".", site, noVariables)
	require.Empty(t, problems)
	at, err := time.ParseInLocation("2006-01-02 15:04", from, read.Zone)
	require.NoError(t, err)
	all := read.Appointments("cis_ouest", at)
	for _, w := range all.Slots {
		slots = append(slots, time.UnixMicro(w.From).In(read.Zone).Format("02 15:04")+time.UnixMicro(w.Until).In(read.Zone).Format("-15:04"))
	}
	return slots, all.PerSlot
}

func TestSlotsAreOnDaysAndAtTimesAtWhichTheCenterIsOpen(t *testing.T) {
	t.Parallel()
	// A Wednesday before a day that is closed, and Christmas.
	slots, perSlot := slotsOf(t, `{slots: ["11:00-14:30"], per_slot: 3, days_ahead: 7}`, "2026-12-23 11:31")
	assert.Equal(t, []string{"23 13:30-14:00", "23 14:00-14:30", "28 11:00-11:30", "28 11:30-12:00", "28 13:30-14:00", "28 14:00-14:30", "29 11:00-11:30", "29 11:30-12:00", "29 13:30-14:00", "29 14:00-14:30"}, slots)
	assert.Equal(t, 3, perSlot)
	slots, _ = slotsOf(t, `{slots: ["09:00-10:00", "16:00-17:00"], every: 1h, days_ahead: 1}`, "2026-12-23 09:00")
	assert.Equal(t, []string{"23 09:00-10:00", "23 16:00-17:00"}, slots, "until it begins")
	slots, _ = slotsOf(t, `{slots: ["09:00-10:00"], every: 1h, days_ahead: 1}`, "2026-12-23 09:01")
	assert.Empty(t, slots)
}

func TestACenterWithoutAppointmentsHasNoSlots(t *testing.T) {
	t.Parallel()
	site, problems := load(".", goodSite(t), noVariables)
	require.Empty(t, problems)
	assert.Empty(t, site.Appointments("cis_ouest", time.Now()).Slots)
	assert.Empty(t, site.Appointments("nowhere", time.Now()).Slots)
}

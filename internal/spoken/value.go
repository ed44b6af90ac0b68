package spoken

import (
	"strconv"
	"strings"
	"time"
)

// The bounds of what is said otherwise than digit by digit.
const (
	maxDigits       = 64
	maxNumberDigits = 12
	maxEuroDigits   = 9
	maxWait         = 24 * time.Hour
)

type date struct{ day, month, year int }

type clock struct{ hour, minute int }

type amount struct {
	euros int64
	cents int
}

// allDigits reports whether text is between least and most digits and nothing else.
func allDigits(text string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

// integer is for what allDigits holds of.
func integer(digits string) int64 {
	var n int64
	for _, d := range digits {
		n = n*10 + int64(d-'0')
	}
	return n
}

func parseNumber(value string) (int64, bool) {
	if !allDigits(value, 1, maxNumberDigits) {
		return 0, false
	}
	return integer(value), true
}

func parseDate(value string) (date, bool) {
	layout := time.DateOnly
	if allDigits(value, 8, 8) {
		layout = "02012006"
	}
	t, err := time.Parse(layout, value)
	if err != nil || t.Year() < 1 {
		return date{}, false
	}
	return date{t.Day(), int(t.Month()), t.Year()}, true
}

func parseTime(value string) (clock, bool) {
	hour, minute, colon := strings.Cut(value, ":")
	if !colon && len(value) == 4 {
		hour, minute = value[:2], value[2:]
	}
	if !allDigits(hour, 1, 2) || !allDigits(minute, 2, 2) {
		return clock{}, false
	}
	c := clock{int(integer(hour)), int(integer(minute))}
	return c, c.hour < 24 && c.minute < 60
}

func parseAmount(value string) (amount, bool) {
	euros, cents, point := strings.Cut(strings.Replace(value, ",", ".", 1), ".")
	if !allDigits(euros, 1, maxEuroDigits) || point && !allDigits(cents, 1, 2) {
		return amount{}, false
	}
	return amount{integer(euros), int(integer((cents + "00")[:2]))}, true
}

// parseWait returns whole minutes, rounded up; 0 is less than one.
func parseWait(value string) (minutes int, ok bool) {
	seconds, err := strconv.Atoi(value)
	if err != nil || seconds < 0 || seconds > int(maxWait/time.Second) {
		return 0, false
	}
	if seconds < 60 {
		return 0, true
	}
	return (seconds + 59) / 60, true
}

// fiscalGroups splits a fiscal number as letters of the tax office print it:
// 30 23 217 600 053.
func fiscalGroups(value string) []string {
	if !allDigits(value, 13, 13) {
		return nil
	}
	return []string{value[:2], value[2:4], value[4:7], value[7:10], value[10:]}
}

// phoneGroups splits a telephone number into pairs. Numbers of up to three digits
// stay whole, and so do the first three of a longer odd one. French numbers are
// said as they are dialled in France; of others abroad is true.
func phoneGroups(value string) (abroad bool, groups []string) {
	digits, abroad := strings.CutPrefix(value, "+")
	if national, french := strings.CutPrefix(digits, "33"); abroad && french && len(national) == 9 {
		abroad, digits = false, "0"+national
	}
	if !allDigits(digits, 1, 20) {
		return false, nil
	}
	first := 2 + len(digits)%2
	if len(digits) <= first {
		return abroad, []string{digits}
	}
	groups = append(groups, digits[:first])
	for rest := digits[first:]; rest != ""; rest = rest[2:] {
		groups = append(groups, rest[:2])
	}
	return abroad, groups
}

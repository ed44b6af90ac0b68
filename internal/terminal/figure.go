package terminal

import (
	"fmt"
	"time"
)

// Nothing is printed where there is no value; a rate over nothing is no rate.
const Nothing = "–"

// Duration writes a time with the precision a person can use: 8.3 ms, 4.2 s,
// 1:23, 1:02:03.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Duration(-d)
	case d == 0:
		return "0 s"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1000)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return Clock(d)
}

// Clock writes a time in whole seconds: 0:07, 1:23, 1:02:03. It is for what
// ticks in a live view.
func Clock(d time.Duration) string {
	s := int(max(d, 0).Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Rate writes n of d with its percentage: "51/58 = 87.9 %"; "0/0" alone when
// there is nothing to divide by.
func Rate(n, d uint64) string {
	if d == 0 {
		return fmt.Sprintf("%d/%d", n, d)
	}
	return fmt.Sprintf("%d/%d = %s", n, d, Percent(n, d))
}

// Percent writes 87.9 %. Only all is 100.0 %: what is rounded up to it stays
// below.
func Percent(n, d uint64) string {
	if d == 0 {
		return Nothing
	}
	tenths := (n*1000 + d/2) / d
	if n < d {
		tenths = min(tenths, 999)
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

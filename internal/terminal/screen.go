package terminal

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// Size is the size of the terminal behind w, in columns and lines; ok is false
// when w is not a terminal.
func Size(w io.Writer) (columns, lines int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile {
		return 0, 0, false
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0, false
	}
	if size.Col == 0 || size.Row == 0 {
		return 80, 24, true // a terminal that does not say, such as a serial line
	}
	return int(size.Col), int(size.Row), true
}

// Control sequences of ECMA-48, as xterm and the Linux console know them.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l" // alternate screen, cursor hidden
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	endOfLine   = "\x1b[K"
	endOfScreen = "\x1b[J"
)

// Screen is a full-screen view on a terminal. Close gives the terminal back.
type Screen struct{ w io.Writer }

// Open takes the terminal behind w over.
func Open(w io.Writer) (*Screen, error) {
	_, err := io.WriteString(w, enterScreen)
	return &Screen{w: w}, err
}

// Draw shows text in place of what was there, cut to the terminal's size. It
// overwrites in place and erases only what is left over, so nothing flickers.
func (s *Screen) Draw(text string) error {
	columns, rows, _ := Size(s.w)
	_, err := io.WriteString(s.w, home+fit(text, columns, rows)+endOfScreen)
	return err
}

// Rows is how many lines Draw shows.
func (s *Screen) Rows() int {
	_, rows, ok := Size(s.w)
	if !ok {
		return 24
	}
	return rows
}

// Close leaves the full-screen view; what was on the terminal is back.
func (s *Screen) Close() error {
	_, err := io.WriteString(s.w, leaveScreen)
	return err
}

// fit cuts text to columns and rows (0 is no limit) and erases the rest of each
// line.
func fit(text string, columns, rows int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if rows > 0 && len(lines) > rows {
		lines = lines[:rows]
	}
	for i, line := range lines {
		lines[i] = cut(line, columns) + endOfLine
	}
	return strings.Join(lines, "\r\n")
}

func cut(line string, columns int) string {
	if columns <= 0 || utf8.RuneCountInString(line) <= columns {
		return line
	}
	return string([]rune(line)[:columns])
}

// Fold breaks a line between words and indents what follows further; 0 columns
// are no limit.
func Fold(line string, columns int) []string {
	if columns <= 0 || utf8.RuneCountInString(line) <= columns {
		return []string{line}
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var lines []string
	now := indent
	for i, word := range strings.Fields(line) {
		switch {
		case i == 0:
			now += word
		case utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) <= columns:
			now += " " + word
		default:
			lines = append(lines, now)
			now = indent + "    " + word
		}
	}
	return append(lines, now)
}

// Plain removes control characters, so that a value from outside cannot write
// to somebody's terminal.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return -1
		}
		return r
	}, text)
}

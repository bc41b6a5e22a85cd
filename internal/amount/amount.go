package amount

import "strconv"

// Word is the word for n things: the first for one of them.
func Word(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Of is how many there are, as pages show it: 1 crash, 1,204 crashes.
func Of(n int, one, many string) string { return Number(n) + " " + Word(n, one, many) }

// Plain is how many there are, as logs and errors say it, for whoever searches them: 1 crash, 1204 crashes.
func Plain[T int | int64](n T, one, many string) string {
	return strconv.FormatInt(int64(n), 10) + " " + Word(int(n), one, many)
}

// Number is n with separators, as pages show it: 1,234,567.
func Number[T int | int64](n T) string {
	s, sign := strconv.FormatInt(int64(n), 10), ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Bytes is an amount of memory: 512 MiB.
func Bytes(n int64) string {
	const kibi = 1 << 10
	unit, f := 0, float64(n)
	for f >= kibi && unit < 4 {
		f, unit = f/kibi, unit+1
	}
	name := [...]string{"B", "KiB", "MiB", "GiB", "TiB"}[unit]
	if f < 10 && unit > 0 {
		return strconv.FormatFloat(f, 'f', 1, 64) + " " + name
	}
	return strconv.FormatFloat(f, 'f', 0, 64) + " " + name
}

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

// Number is n with separators, as pages show it: 1,234,567. Logs and errors have none, for whoever searches them.
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

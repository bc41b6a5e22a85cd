package progress

import "bytes"

// lineBuffer keeps the beginning of a line until the rest of it comes: half a line would be
// drawn over.
type lineBuffer struct{ begun []byte }

// longestLine is how much of a line is kept back. One that is longer gets broken.
const longestLine = 64 << 10

// add returns the lines that text completes.
func (l *lineBuffer) add(text []byte) []byte {
	l.begun = append(l.begun, text...)
	end := bytes.LastIndexByte(l.begun, '\n') + 1
	if end == 0 && len(l.begun) > longestLine {
		l.begun = append(l.begun, '\n')
		end = len(l.begun)
	}
	lines := bytes.Clone(l.begun[:end])
	l.begun = append(l.begun[:0], l.begun[end:]...)
	return lines
}

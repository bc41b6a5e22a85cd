package journal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/logbook"
)

// TestVerdict is what a process has left, and who is to blame.
func TestVerdict(t *testing.T) {
	t.Parallel()
	a, b := logbook.Key{1}, logbook.Key{2}
	executing := func(alone bool, keys ...logbook.Key) *logbook.Slot {
		s := new(logbook.Slot)
		s.Take(keys, alone)
		s.BeginAll()
		return s
	}
	roll := func(keys ...logbook.Key) *logbook.Slot {
		s := new(logbook.Slot)
		require.Equal(t, len(keys), s.Enroll(keys))
		return s
	}
	over := new(logbook.Slot)
	over.Excuse()
	for name, v := range map[string]struct {
		left    []*logbook.Slot
		blamed  []logbook.Key
		certain int64
	}{
		"nothing":                          {},
		"one by chance":                    {left: []*logbook.Slot{executing(false, a)}, blamed: []logbook.Key{a}},
		"two":                              {left: []*logbook.Slot{executing(false, a), executing(false, b)}, blamed: []logbook.Key{a, b}},
		"a batch that is alone":            {left: []*logbook.Slot{executing(true, a, b)}, blamed: []logbook.Key{a, b}},
		"alone":                            {left: []*logbook.Slot{executing(true, a)}, blamed: []logbook.Key{a}, certain: 1},
		"alone, with others before":        {left: []*logbook.Slot{executing(true, a), roll(b)}, blamed: []logbook.Key{a}, certain: 1},
		"alone, at its end":                {left: []*logbook.Slot{executing(true, a), roll(a)}},
		"alone, and the run had been over": {left: []*logbook.Slot{executing(true, a), over}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := verdictOf(v.left)
			require.Len(t, is.blamed, len(v.blamed))
			for _, key := range v.blamed {
				require.Contains(t, is.blamed, key)
			}
			require.Equal(t, v.certain, is.certain)
		})
	}
}

// TestRolls: there is room for any number of survivors, and the next run begins anew.
func TestRolls(t *testing.T) {
	t.Parallel()
	o, err := lock(t.TempDir() + "/j")
	require.NoError(t, err)
	require.NoError(t, o.enter())
	o.anew(o.file)
	keys := make([]logbook.Key, 3000)
	for i := range keys {
		keys[i] = logbook.Key{byte(i), byte(i >> 8), 1}
	}
	o.enroll(o.file, keys[:10])
	o.enroll(o.file, keys[10:])
	survived := verdictOf(left(o.file)).survived
	have := map[logbook.Key]bool{}
	for _, key := range survived {
		have[key] = true
	}
	require.Len(t, have, len(keys))
	require.Len(t, survived, len(keys))
	o.excuse()
	o.anew(o.file)
	survived = verdictOf(left(o.file)).survived
	require.Empty(t, survived)
	require.False(t, o.rolls[0].Excused())
	o.end()
	require.Empty(t, o.pages, "they are given back")
}

// TestOutside: each death that was certainly no input's asks for one more that was, up to three times
// as many.
func TestOutside(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/j"
	a := logbook.Key{1}
	leave := func(f *File) { // as the kernel sees a process off
		require.NoError(t, f.db.Close())
		for _, page := range f.owner.pages {
			unshare(page)
		}
		unlockFile(f.owner.file) // which other tests may have forked
		require.NoError(t, f.owner.file.Close())
	}
	limit := func() int {
		f, err := Open(path, Options{})
		require.NoError(t, err)
		var s suspicion
		require.NoError(t, s.bound(f.db, 3))
		leave(f)
		return s.limit
	}
	// die is a life that leaves such marks.
	die := func(alone bool, survivors []logbook.Key, executing ...logbook.Key) {
		f, err := Open(path, Options{})
		require.NoError(t, err)
		f.owner.anew(f.owner.file)
		f.owner.enroll(f.owner.file, survivors)
		if s := f.owner.take(f.owner.file); len(executing) > 0 {
			s.Take(executing, alone)
			s.BeginAll()
		}
		leave(f)
	}
	die(true, nil, a)
	require.Equal(t, 3, limit()) // which is a death in which nothing was executing
	die(true, nil, a)
	require.Equal(t, 4, limit())
	die(false, []logbook.Key{a}, logbook.Key{2}) // it comes to its end, and had been hit alone
	require.Equal(t, 6, limit())
	for range 10 {
		die(false, nil)
	}
	require.Equal(t, 9, limit())
}

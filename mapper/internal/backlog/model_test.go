package backlog_test

import (
	"cmp"
	"slices"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// model is a backlog as the rules have it, slow and plain. Lists are in the order of what is
// taken first.
type model struct {
	*room
	total, quota      int
	deployed, lowest  bool
	inTurn            bool // with lowest
	next              int  // from here on nobody has claimed any
	returned          []int
	due, late, struck []*chunk.Task
	aside             []*chunk.Task
	out               []holding
	settled           int
	running           int           // struck inputs in containers
	begun             time.Duration // of what has finished, the latest; -1: nothing has
}

// holding is what a container has in hand.
type holding struct {
	ch     *chunk.Chunk
	struck bool
	since  time.Duration
}

func drawModel(t *rapid.T) *model {
	m := &model{
		total: rapid.IntRange(1, 30).Draw(t, "total"), quota: rapid.IntRange(1, 3).Draw(t, "quota"),
		deployed: rapid.Bool().Draw(t, "deployed"), lowest: rapid.Bool().Draw(t, "lowest"), begun: -1,
	}
	m.inTurn = m.lowest && rapid.Bool().Draw(t, "in turn")
	m.room = newRoom(m.total, func(cfg *backlog.Config) {
		cfg.Quota, cfg.Deployed, cfg.Lowest, cfg.InTurn, cfg.Limit = m.quota, m.deployed, m.lowest, m.inTurn, 4
	})
	return m
}

// fresh is how many fresh inputs are in reach.
func (m *model) fresh() int { return len(m.returned) + m.total - m.next }

// elsewhere: the worker has a turn for what is fresh, and the backlog nothing for a probe.
func (m *model) elsewhere(who backlog.Taker) bool {
	return who.Probe && m.inTurn && len(m.returned) == 0 && m.next < m.total
}

// control: something has finished that was begun after the last crash.
func (m *model) control(task *chunk.Task) bool { return m.begun >= task.CrashedAt }

// mayRun says whether a struck input may be tried by whoever asks, rules 4, 5 and 8.
func (m *model) mayRun(task *chunk.Task, who backlog.Taker) bool {
	switch {
	case !m.control(task) && (m.fresh() > 0 || m.deployed && task.Due > m.now()):
		return false
	case task.Lineage == who.Lineage && who.Others > m.running:
		return false
	}
	return m.fresh() == 0 || m.running < m.quota
}

func (m *model) first(who backlog.Taker) int {
	return slices.IndexFunc(m.struck, func(task *chunk.Task) bool { return m.mayRun(task, who) })
}

// tick has a time pass, and what is due become so.
func (m *model) tick(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	slices.SortStableFunc(m.late, func(a, b *chunk.Task) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), a.Index-b.Index)
	})
	for len(m.late) > 0 && m.late[0].Due <= m.now() {
		m.requeue(m.late[0])
		m.late = m.late[1:]
	}
}

// take checks what was taken against what the rules say.
func (m *model) take(t *rapid.T, who backlog.Taker, got backlog.Taken, n int) {
	probing, beforeDue := m.fresh() > 0 && who.Probe, m.fresh() > 0
	at := m.first(who)
	blocked := at >= 0 && (m.struck[at].Alone && !who.Alone || who.Beside)
	wantsAlone := at >= 0 && m.struck[at].Alone && !who.Alone
	switch {
	case m.elsewhere(who):
		require.Zero(t, got)
	case probing && !who.Alone:
		require.Equal(t, backlog.Taken{WantsAlone: true}, got)
	case probing:
		m.takeProbe(t, got)
	case at >= 0 && (beforeDue || len(m.due) == 0) && wantsAlone:
		require.Equal(t, backlog.Taken{WantsAlone: true}, got)
	case at >= 0 && (beforeDue || len(m.due) == 0) && !blocked:
		require.True(t, got.Struck)
		m.takeStruck(t, at, got)
	case len(m.due) > 0:
		require.Equal(t, backlog.Taken{Chunk: got.Chunk}, got)
		require.Same(t, m.due[0], got.Chunk.Task)
		m.due = m.due[1:]
	case len(m.returned) > 0:
		require.Equal(t, backlog.Taken{Chunk: got.Chunk}, got)
		m.takeReturned(t, got.Chunk, n)
	default:
		require.Equal(t, backlog.Taken{}, got)
	}
	if got.Chunk != nil {
		m.out = append(m.out, holding{got.Chunk, got.Struck, m.now()})
	}
}

func (m *model) takeProbe(t *rapid.T, got backlog.Taken) {
	require.True(t, got.Alone)
	require.False(t, got.Struck)
	require.Equal(t, 1, got.Chunk.N)
	k := got.Chunk.Lo
	if m.lowest {
		require.Equal(t, min(slices.Min(append(m.returned, m.total)), m.next), k)
	}
	for ; m.next <= k; m.next++ { // what it was drawn from is in reach
		m.returned = append(m.returned, m.next)
	}
	m.takeFresh(t, k)
}

func (m *model) takeStruck(t *rapid.T, at int, got backlog.Taken) {
	task := m.struck[at]
	require.Same(t, task, got.Chunk.Task)
	require.Equal(t, task.Alone, got.Alone)
	require.Equal(t, m.control(task), task.Control)
	m.struck = slices.Delete(m.struck, at, at+1)
	m.running++
}

func (m *model) takeReturned(t *rapid.T, ch *chunk.Chunk, n int) {
	require.Equal(t, slices.Min(m.returned), ch.Lo)
	require.LessOrEqual(t, ch.N, n)
	for i := range ch.N {
		m.takeFresh(t, ch.Lo+i)
	}
}

// takeFresh takes an input that was given back.
func (m *model) takeFresh(t *rapid.T, i int) {
	at := slices.Index(m.returned, i)
	require.GreaterOrEqual(t, at, 0, "input %d is somewhere else", i)
	m.returned = slices.Delete(m.returned, at, at+1)
}

// left is the end of a holding, of which the first input may have been begun.
func (m *model) left(at int) holding {
	h := m.out[at]
	m.out = slices.Delete(m.out, at, at+1)
	if h.struck {
		m.running--
	}
	return h
}

// giveBack returns what a container has not begun.
func (m *model) giveBack(h holding) {
	if task := h.ch.Task; task != nil {
		m.requeue(task)
	} else {
		for i := range h.ch.N {
			m.returned = append(m.returned, h.ch.Lo+i)
		}
	}
	m.Return(h.ch)
}

func (m *model) requeue(task *chunk.Task) {
	if task.Crashes == 0 {
		m.due = append(m.due, task)
		return
	}
	m.struck = append(m.struck, task)
	m.sortStruck()
}

// sortStruck: the first to crash first.
func (m *model) sortStruck() {
	slices.SortStableFunc(m.struck, func(a, b *chunk.Task) int { return cmp.Compare(a.CrashedAt, b.CrashedAt) })
}

// begin splits the first input off as one that was begun. The rest is given back.
func (m *model) begin(h holding) *chunk.Task {
	if h.ch.N > 1 {
		m.giveBack(holding{ch: m.split(h.ch, 1)})
	}
	return h.ch.TaskOf(0)
}

func (m *model) finished(h holding) {
	if len(m.struck) > 0 { // nobody else asks
		m.begun = max(m.begun, h.since)
	}
	m.room.control.Finished(h.since)
}

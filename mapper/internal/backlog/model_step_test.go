package backlog_test

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// step is one thing that happens.
func (m *model) step(t *rapid.T) {
	switch does := rapid.SampledFrom([]string{
		"take", "take", "take", "batch", "claim", "time", "remove", "hurry",
		"succeed", "succeed", "crash", "crash", "crash", "retry", "return", "again", "aside",
	}).Draw(t, "does"); does {
	case "take":
		who, n := drawTaker(t), rapid.IntRange(1, 4).Draw(t, "n")
		forIt, at := m.For(who), m.first(who)
		require.Equal(t, at >= 0 && !who.Beside, m.StruckFor(who))
		require.Equal(t, !m.elsewhere(who) && (len(m.returned) > 0 || len(m.due) > 0 || (at >= 0 && !who.Beside)), forIt)
		got := m.Take(who, n)
		require.False(t, forIt && got == backlog.Taken{}, "it would look for ever")
		m.take(t, who, got, n)
	case "batch":
		m.takeBatch(t, rapid.IntRange(1, 4).Draw(t, "n"))
	case "claim":
		if m.next < m.total {
			ch := m.claim(rapid.IntRange(1, 4).Draw(t, "n"))
			m.next += ch.N
			m.out = append(m.out, holding{ch: ch, since: m.now()})
		}
	case "time":
		m.tick(time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms")) * time.Millisecond)
	case "remove":
		m.remove(t)
	case "hurry":
		m.Hurry()
	default:
		if len(m.out) > 0 {
			m.ends(t, does, m.left(rapid.IntRange(0, len(m.out)-1).Draw(t, "container")))
		}
	}
}

func drawTaker(t *rapid.T) backlog.Taker {
	who := backlog.Taker{
		Lineage: rapid.IntRange(0, 2).Draw(t, "lineage"), Others: rapid.IntRange(0, 2).Draw(t, "others"),
		Probe: rapid.IntRange(0, 3).Draw(t, "probe") == 0,
	}
	switch rapid.SampledFrom([]string{"alone", "company", "beside"}).Draw(t, "executes") {
	case "alone":
		who.Alone = true
	case "beside":
		who.Beside = true
	}
	return who
}

// takeBatch is what a batch of several may have: nothing that was in a crash.
func (m *model) takeBatch(t *rapid.T, n int) {
	got := m.TakeUpTo(n)
	switch {
	case len(m.due) > 0:
		require.Same(t, m.due[0], got.Task)
		require.Zero(t, got.Task.Crashes)
		m.due = m.due[1:]
	case len(m.returned) > 0:
		m.takeReturned(t, got, n)
	default:
		require.Nil(t, got)
		return
	}
	m.out = append(m.out, holding{ch: got, since: m.now()})
}

func (m *model) remove(t *rapid.T) {
	var tasks []*chunk.Task
	for _, h := range m.out {
		if h.ch.Task != nil {
			tasks = append(tasks, h.ch.Task)
		}
	}
	executing := len(tasks)
	tasks = slices.Concat(tasks, m.struck, m.due, m.late)
	if len(tasks) == 0 {
		return
	}
	at := rapid.IntRange(0, len(tasks)-1).Draw(t, "task")
	task := tasks[at]
	require.Equal(t, at >= executing, m.Remove(task))
	if at >= executing {
		for _, list := range []*[]*chunk.Task{&m.struck, &m.due, &m.late} {
			*list = slices.DeleteFunc(*list, func(other *chunk.Task) bool { return other == task })
		}
		m.Cleared(task)
		m.settled++
	}
}

// ends is what becomes of what a container has in hand.
func (m *model) ends(t *rapid.T, does string, h holding) {
	switch does {
	case "succeed":
		m.finished(h)
		m.settled += h.ch.N
		if h.ch.Task != nil {
			m.Cleared(h.ch.Task)
		}
	case "crash":
		m.crashes(t, h)
	case "retry":
		task := m.begin(h)
		m.finished(h)
		due := m.now() + time.Duration(rapid.IntRange(1, 300).Draw(t, "delay"))*time.Millisecond
		m.Retry(task, due)
		m.late = append(m.late, task)
	case "return":
		m.giveBack(h)
	case "again":
		task := m.begin(h)
		m.requeue(task)
		m.Again(task)
	case "aside":
		task := m.begin(h)
		m.SetAside(task)
		m.aside = append(m.aside, task)
		if h.struck {
			m.running++ // the run is over
		}
	}
}

// crashes has the first input crash. What becomes of it the rules say, which have tests of
// their own.
func (m *model) crashes(t *rapid.T, h holding) {
	task, was := m.begin(h), h.ch.Task
	time.Sleep(time.Nanosecond) // no two crashes are at the same time
	lineage := rapid.IntRange(0, 2).Draw(t, "lineage")
	crashes := task.Crashes
	failed := m.Crash(task, backlog.Crash{
		Lineage: lineage, Certain: rapid.Bool().Draw(t, "certain"), Doubt: rapid.IntRange(0, 4).Draw(t, "doubt") == 0,
		Progress: int64(m.settled),
	})
	require.Equal(t, crashes+1, task.Crashes)
	require.Equal(t, lineage, task.Lineage)
	require.Equal(t, m.now(), task.CrashedAt)
	require.False(t, task.Running)
	if was == nil {
		require.False(t, failed, "its first crash is never its last")
		require.False(t, task.Alone)
	}
	require.LessOrEqual(t, task.Crashes, 8)
	if failed {
		m.Cleared(task)
		m.settled++
		return
	}
	require.Equal(t, m.deployed, task.Due > m.now(), "on a deployed function it waits")
	m.wakes()
	m.Rerun(task)
	require.Equal(t, []int{lineage}, m.wakes())
	m.struck = append(m.struck, task)
	m.sortStruck()
}

package screen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/supervisor"
)

func loopingFor(id uint64, cause string) history.Run {
	since := time.Date(2026, 1, 1, 0, 0, int(id), 0, time.UTC)
	return history.Run{ID: id, Loop: &history.Loop{Since: since, Last: &history.Crash{Cause: cause, Error: &supervisor.ErrorJSON{Text: "why " + cause}}}}
}

func TestManyLoops(t *testing.T) {
	t.Parallel()
	require.Nil(t, Overview{Looping: []history.Run{loopingFor(1, "a")}}.Many(), "one is told of at length")
	var all []history.Run
	for id := range uint64(30) {
		all = append(all, loopingFor(id, "b"))
	}
	for id := range uint64(8) {
		all = append(all, loopingFor(100+id, string(rune('p'+id))))
	}
	all = append(all, loopingFor(200, "a"), loopingFor(201, "a"), history.Run{ID: 300, Loop: &history.Loop{}})
	m := Overview{Looping: all}.Many()
	require.Equal(t, 41, m.N)
	require.Equal(t, []string{"why b", "why a"}, []string{m.First[0].Why, m.First[1].Why}, "the most frequent first")
	lines, folded := 0, 0
	for _, g := range m.First {
		lines, folded = lines+len(g.First), folded+len(g.Rest)
	}
	require.Equal(t, linesAtOnce, lines)
	for _, g := range m.Rest {
		folded += len(g.First)
	}
	require.Equal(t, 41-linesAtOnce, folded, "and none is missing")
	require.Equal(t, uint64(0), m.First[0].First[0].ID, "the longest first")
}

func TestWordsOfRunsAndCauses(t *testing.T) {
	t.Parallel()
	run := history.Run{Status: history.Status(supervisor.WithFailures), Counts: history.Counts{Failed: 968}}
	require.Equal(t, word{"completed with 968 failures", "part", "amber"}, statusOf(run))
	run = history.Run{Status: history.Status(supervisor.FailedAtInput), FailedAt: 7}
	require.Equal(t, "failed at input 7", statusOf(run).Text)
	require.Equal(t, "waiting", statusOf(history.Run{Status: history.Waiting}).Text)
	for want, c := range map[string]history.Cause{
		"retried": {Count: 3859}, "failed": {Count: 2, Failed: 1}, "crashed red": {Crash: true, Failed: 1, Samples: []int{1}}, "crashed amber": {Crash: true, Samples: []int{1}},
	} {
		require.Contains(t, []string{kindOf(c).Text, kindOf(c).Text + " " + kindOf(c).Tone}, want)
	}
	require.Equal(t, "crashed", kindOf(history.Cause{Crash: true}).Text, "at start-up")
	require.Equal(t, "amber", kindOf(history.Cause{Count: 1}).Tone, "what nothing was lost to is not red")
}

func TestNames(t *testing.T) {
	t.Parallel()
	chinese := "把去年的所有文件转换成新的格式然后发送到另一个数据中心并且检查每一个文件的校验和以及大小是否正确如果不正确就重新开始并且通知值班的人员请尽快处理这个问题谢谢大家的配合和理解再见"
	require.Equal(t, 60, len([]rune(name(chinese))), "characters, and not bytes")
	require.Equal(t, chinese, cut(chinese), "the whole is there for whoever points at it")
	require.Empty(t, cut("short"))
	require.Equal(t, "price #7", Called(history.Run{ID: 7, Name: "price", Parent: 3}))
	require.Equal(t, "price", Called(history.Run{ID: 3, Name: "price", Function: true}))
}

package history_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestPolicyInWords: what will happen next in a crash loop, by the state of the gate.
func TestPolicyInWords(t *testing.T) {
	for name, c := range map[string]struct {
		pool supervisor.Snapshot
		want string
		rule string // of a start-up, if empty
	}{
		"waits": {
			supervisor.Snapshot{Gate: "open", NextStart: time.Unix(946684800+14, 0)},
			"One container at a time is tried, the next when this wait is over. After each crash the wait doubles, up to 5 min; " +
				"the first that finishes an input or lives for 10 s opens the way for the others.", "",
		},
		"tries": {
			supervisor.Snapshot{Gate: "open", Live: 1},
			"One container at a time is tried, and one is under way. If it crashes the next wait is longer, up to 5 min; " +
				"the first that finishes an input or lives for 10 s opens the way for the others.", "",
		},
		"has no work": {
			supervisor.Snapshot{Gate: "open"},
			"One container at a time is tried as soon as there is work for it; " +
				"the first that finishes an input or lives for 10 s opens the way for the others.", "",
		},
		"waits for an input": {
			supervisor.Snapshot{Gate: "open", NextStart: time.Unix(946684800+14, 0), CrashLoopOfInputs: true, Inputs: 40},
			"One container at a time is tried, the next when this wait is over. After each crash the wait doubles, up to 5 min; " +
				"the first input that finishes ends the crash loop.",
			"40 different inputs were tried since one last finished, and all of them crashed.",
		},
		"a single input opened it": { // ColdInputs is 1
			supervisor.Snapshot{Gate: "open", CrashLoopOfInputs: true, Inputs: 1},
			"One container at a time is tried as soon as there is work for it; the first input that finishes ends the crash loop.",
			"One input was tried since one last finished, and crashed.",
		},
		"ramp": {
			supervisor.Snapshot{Gate: "ramp", Live: 3},
			"A container works again. A few others are started at a time, more with each that works. " +
				"If more of them crash than work, one at a time is tried again.", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := history.New(history.Options{})
				defer b.Close()
				v := newView(1)
				v.about.Options.Crashes = policy.Deployed{GateMaxDelay: 5 * time.Minute}
				c.pool.CrashLooping, c.pool.CrashLoopSince = true, time.Now()
				v.set(mapper.Counts{Inputs: -1}, c.pool)
				b.Watch(v)
				run := get(t, b, 1)
				require.Equal(t, c.want, run.Loop.Policy)
				require.Equal(t, cmp.Or(c.rule, "Containers crash at start-up more often than they come to work."), run.Loop.Rule)
				require.Equal(t, c.pool.Gate, run.Loop.Gate)
				require.Nil(t, run.Loop.Last)
			})
		})
	}
}

// TestLimitsInWords: what happens at the limits, by the policy.
func TestLimitsInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		defer b.Close()
		for i, c := range []struct {
			crashes      policy.Crashes
			start, input string
		}{
			{
				policy.Ephemeral{ColdDebt: 5, ColdInputs: 50},
				"At 5 before anything has worked, or at 8 for 1 min while most containers fail, the run gives up: all pending inputs fail with the last crash.",
				"At 50 before any has finished (at 8 after 10 s), or at 32 for 1 min while most containers do not work, the run gives up as well. One input that finishes takes all of it back.",
			},
			{
				policy.Deployed{GateInitialDelay: 90 * time.Second},
				"At 4, if no container works or most of them fail, it is crash-looping: starts stop for 1 min 30 s, then one container at a time is tried. It is never given up.",
				"At 32, or at 8 after 10 s, it is crash-looping as well. One input that finishes takes all of it back.",
			},
			{
				policy.Deployed{ColdInputs: 16, Probation: time.Minute},
				"At 4, if no container works or most of them fail, it is crash-looping: starts stop for 2 s, then one container at a time is tried. It is never given up.",
				"At 16, or at 8 after 1 min, it is crash-looping as well. One input that finishes takes all of it back.",
			},
		} {
			v := newView(uint64(i + 1))
			v.about.Options.Crashes = c.crashes
			v.set(mapper.Counts{}, supervisor.Snapshot{StartDebt: 1, StartLimit: 2, Streak: 3, StreakLimit: 4, Inputs: 5, Pauses: 6, Doubt: true})
			b.Watch(v)
			require.Equal(t, history.Limits{
				StartDebt: 1, StartLimit: 2, AtStartLimit: c.start,
				Streak: 3, StreakLimit: 4, Inputs: 5, Pauses: 6, Doubt: true, AtStreakLimit: c.input,
			}, get(t, b, v.about.ID).Limits)
		}
	})
}

// TestSettings: what a run was started with, in words.
func TestSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(ctx context.Context, i int) (int, error) { return i, nil }, mapper.Options{
			Observer: b, Scale: mapper.Scale{Min: 1, Max: 8, Buffer: 2}, MaxInputs: 10, TargetInputs: 5, Timeout: 90 * time.Second,
			Retries: policy.FixedRetries(3), CrashLimit: 7, Recycle: mapper.Recycle{Inputs: 1000, Age: 2 * time.Hour},
		})
		_, err := f.Start(t.Context(), slices.Values(ints(1)), mapper.RunOptions{Unordered: true, ReturnExceptions: true})
		require.NoError(t, err)
		all := b.Overview(history.RunFilter{}).Runs
		require.Equal(t, history.Settings{
			{Name: "containers", Value: "1 to 8, ended after 1 min without work"},
			{Name: "idle containers kept while there is work", Value: "2"},
			{Name: "runtime", Value: "goroutines"},
			{Name: "inputs in a container at once", Value: "5, at most 10"},
			{Name: "containers are replaced after", Value: "1,000 inputs"},
			{Name: "containers are replaced at the age of", Value: "2 h"},
			{Name: "retries", Value: "3, 1 s apart"},
			{Name: "timeout of an attempt", Value: "1 min 30 s"},
			{Name: "grace after it", Value: "1 s"},
			{Name: "crashes", Value: "never given up; a container that cannot start waits 1 s to 1 min, in a crash loop all wait 2 s to 30 s"},
			{Name: "crashes that one input may cause", Value: "7"},
			{Name: "outstanding calls", Value: "at most 2,000"},
		}, all[0].Settings)
		names := []string{}
		for _, s := range all[1].Settings {
			names = append(names, s.Name)
		}
		require.Equal(t, []string{"retries", "timeout of an attempt", "grace after it", "failures", "results"}, names)
		require.NoError(t, f.Stop(t.Context()))
	})
}

package supervisor

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/policy"
)

// TestAlarmProtocol has containers crash and finish, and the owner be told of it late, in every order: the alarm is never
// behind what a container has done itself, and once the owner knows everything, its streak is what really happened.
func TestAlarmProtocol(t *testing.T) {
	t.Parallel()
	does := slices.Concat(
		slices.Repeat([]string{"crash", "tell"}, 20), slices.Repeat([]string{"finish", "publish"}, 2), []string{"know", "reset", "forgive"},
	)
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{Containers: 1, Plain: true, Crashes: policy.Deployed{}}
		s := &Supervisor{cfg: cfg, judge: newJudge(cfg), want: 1, lineages: make([]lineage, 1)}
		now := time.Unix(1_000_000, 0)
		streak, resets := 0, 0 // what really happened
		var untold []death     // crashes that the owner is still to be told of
		void := 0              // of those, the first ones that have become void
		tell := func() {
			d := untold[0]
			untold = untold[1:]
			void = max(void-1, 0)
			s.judge.crash(s.asRules(d, 0), 0, false)
			s.publish(now)
		}
		know := func() {
			for len(untold) > 0 {
				tell()
			}
			s.publish(now)
			require.Equal(t, streak, s.judge.Streak().Run())
			require.Equal(t, streak > 0, s.Alarm().Crashed())
			require.Equal(t, streak >= 32, s.Alarm().Doubt())
			require.Equal(t, s.judge.gate.OfInputs(), s.Alarm().OfInputs())
		}
		forget := func() { streak, void = 0, len(untold) }
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			now = now.Add(time.Millisecond)
			switch rapid.SampledFrom(does).Draw(t, "does") {
			case "crash":
				d := death{at: now, evidence: Evidence{Fresh: true, InReach: true, Begun: now}}
				d.epoch = s.raise()
				untold = append(untold, d)
				streak++
				require.True(t, s.Alarm().Crashed())
			case "finish":
				s.end()
				streak = 0
				require.False(t, s.Alarm().Crashed())
				require.False(t, s.Alarm().Doubt())
				require.False(t, s.Alarm().OfInputs())
			case "tell":
				if len(untold) > 0 {
					tell()
				}
			case "reset":
				s.reset()
				resets++
				s.publish(now)
				forget()
				require.False(t, s.Alarm().Raised())
			case "forgive": // as when the gate closes on a container that has lived for long enough
				known := s.judge.Streak().Run() > 0 && s.Alarm().epoch() == s.epoch
				s.judge.gate.Reset(now)
				s.publish(now)
				if known {
					forget()
					require.False(t, s.Alarm().Raised())
				}
			case "publish":
				s.publish(now)
			case "know":
				know()
			}
			require.Equal(t, resets, s.Alarm().Resets())
		}
		know()
	})
}

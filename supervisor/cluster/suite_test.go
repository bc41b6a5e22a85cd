package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/runtimes"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// TestSuite holds a fleet of worker processes to what holds wherever containers run.
func TestSuite(t *testing.T) {
	t.Parallel()
	runtimes.Run(t, elsewhere("cluster with goroutines", false), elsewhere("cluster with processes", true))
}

// elsewhere is a fleet with slots enough for all tests at once.
func elsewhere(name string, processes bool) runtimes.Place {
	return runtimes.Place{Name: name, Alone: processes, Make: func(t *testing.T, env ...string) supervisor.Runtime {
		url := listen(t)
		env = append(env, workerOf+"="+url, slotsOf+"=1000")
		if processes {
			env = append(env, insideOf+"=processes")
		}
		r := open(t, cluster.Options{URL: url, Lost: patience})
		require.NoError(t, spawn(t, env...).Start())
		return r
	}}
}

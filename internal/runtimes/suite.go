package runtimes

import "testing"

// suite is all tests that hold wherever containers run.
var suite = map[string]func(*testing.T, []Place){
	"Batches":    testBatches,
	"CrashLoops": testCrashLoops,
	"Crashes":    testCrashes,
	"Deadline":   testDeadline,
	"Deploy":     testDeploy,
	"Ends":       testEnds,
	"Errors":     testErrors,
	"Expanding":  testExpanding,
	"Hedge":      testHedge,
	"Poison":     testPoison,
	"Seen":       testSeen,
	"State":      testState,
	"Timeout":    testTimeout,
	"Values":     testValues,
}

// Run holds the runtimes of all places to the mapper's contract. The program is that of the workers, too: its TestMain calls
// process.Main.
func Run(t *testing.T, places ...Place) {
	for i, p := range places {
		if p.elsewhere() && p.runtime == nil {
			places[i].runtime = p.Make(t)
		}
	}
	for name, test := range suite {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, places)
		})
	}
}

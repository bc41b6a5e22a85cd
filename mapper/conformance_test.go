package mapper_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
)

// listed has the cases of modal_cases.json that this package does not run, by the reason: mostly the subject of the
// issue that they wait for.
var listed = map[string][]string{
	"types rule it out: a function over batches has one []In, and neither further arguments nor defaults for them": {
		"batch.arg_given_twice", "batch.validate.default_args",
	},
	"types rule it out: a Body is one function, and not a class with methods": {
		"batch.validate.two_batched_methods", "batch.validate.batched_with_other_methods",
	},
	"types rule it out: Map, Deploy and Batched take a function that returns (Out, error), which one with several outputs does not": {
		"map.generator_rejected", "handle.generator_spawn_rejected", "batch.validate.generator",
	},
	"not in the API: the result of a call stays with its handle, and does not expire": {
		"handle.get_expired",
	},
	"Process containers: survive what a goroutine cannot": {
		"container.exit_call_is_input_failure", "container.startup_failure_big_error", "container.large_error_trimmed",
		"container.heartbeat_sent", "crash.clean_exit_without_inputs_is_a_crash",
		"map.large_inputs", // payloads by reference
		// The same output twice: a goroutine returns once.
		"container.duplicate_delivery_dropped", "state.duplicate_success_ignored",
	},
	"Seeing it: events, progress, metrics, and the dashboard that shows crash loops": {
		"crash.displayed",
	},
	"not in the API: there is no zip, inputs are one iter.Seq (notes/modal.md, 1.17)": {
		"map.zip_pulls_one_extra",
	},
}

// elsewhere are the areas that package policy runs, as far as they need no run.
var elsewhere = map[string]bool{"retry_policy": true, "retry_delay": true}

func TestConformance(t *testing.T) {
	cases, err := conformance.Modal()
	require.NoError(t, err)
	waits := map[string]string{}
	for reason, ids := range listed {
		for _, id := range ids {
			require.Empty(t, waits[id], "%s is listed twice", id)
			waits[id] = reason
		}
	}
	for _, c := range cases {
		if _, ok := waits[c.ID]; ok {
			delete(waits, c.ID)
			continue
		}
		if run := runnerOf(t, c); run != nil {
			t.Run(c.ID, func(t *testing.T) { run(t, c) })
		} else if !elsewhere[c.Area] {
			t.Errorf("%s (%s) is neither run nor listed", c.ID, c.Area)
		}
	}
	for id, reason := range waits {
		t.Errorf("%s is listed (%s) and does not exist", id, reason)
	}
}

// runnerOf is how this package runs the case, nil if it does not.
func runnerOf(t *testing.T, c conformance.Case) func(*testing.T, conformance.Case) {
	t.Helper()
	has := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(c.Setup, &has))
	if string(has["function"]) == `"generator"` && has["retries"] != nil {
		return runStreamCase
	}
	switch c.Area {
	case "map", "unary_call":
		if has["max_batch_size"] != nil {
			return runBatchCase
		}
		return runMapCase
	case "batching":
		return runBatchCase
	case "concurrency":
		return runConcurrencyCase
	case "handles":
		return runHandleCase
	case "cancellation":
		return runCancelCase
	case "lifecycle":
		return runLifecycleCase
	case "container":
		return runContainerCase
	case "autoscaler":
		return runScaleCase
	case "retry_delay":
		if has["fn"] != nil {
			return runMapCase
		}
	case "item_state":
		if has["steps"] != nil {
			return runStateCase
		}
		return runManagerCase
	case "retry_queue":
		return runQueueCase
	case "timeouts":
		return runTimeoutCase
	case "crash_policy":
		return runCrashCase
	}
	return nil
}

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
	"Functions that live: state per container, batches, deploy, call, spawn, scale": {
		// batches
		"batch.full", "batch.partial", "batch.named_args", "batch.arg_given_twice", "batch.large", "batch.result_not_a_list",
		"batch.error_fails_all", "batch.async", "batch.validate.size_zero", "batch.validate.wait_negative",
		"batch.validate.wait_above_10min", "batch.validate.generator", "batch.validate.default_args",
		"batch.validate.two_batched_methods", "batch.validate.batched_with_other_methods", "batch.dispatch_on_full_or_wait",
		"map.batched_function_each_input_own_policy",
		// several inputs at once in a container
		"concurrent.six_wide.sync", "concurrent.six_wide.async", "concurrent.dynamic_up_to_max", "concurrent.set_locally",
		"concurrent.target_above_max",
		// call, spawn, handles
		"handle.spawn_get_timeout", "handle.generator_spawn_rejected", "handle.spawn_map_handle", "handle.iter_range",
		"handle.get_expired", "handle.get_zero_timeout_polls_once", "map.input_iterator_error.spawn_map",
		// functions that stream several outputs
		"policy.generator_rejected", "map.generator_rejected",
		// state per container: Enter and Exit
		"lifecycle.order.f_sync", "lifecycle.full_order", "lifecycle.interrupt_during_cancellable_input",
		"lifecycle.interrupt_during_sync_enter", "lifecycle.interrupt_during_async_enter",
		"lifecycle.interrupt_during_sync_exit", "lifecycle.exit_grace", "timeout.startup_copies_timeout",
		"crash.at_startup_reschedules",
		// cancelling one input
		"cancel.running_input.delay", "cancel.running_input.delay_async", "cancel.finished_input_is_noop.delay_async",
		"cancel.one_of_concurrent_async", "cancel.one_of_concurrent_sync_kills_container",
		"cancel.error_type_escapes_catch_all", "cancel.call_terminate_containers",
		// scale, drain, recycling, preemption
		"autoscale.scaledown_positive", "autoscale.min_above_max", "container.stop_fetching", "container.single_use",
		"crash.preemption_ignores_retry_limit",
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
	switch c.Area {
	case "map", "unary_call":
		return runMapCase
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

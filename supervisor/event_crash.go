package supervisor

import "github.com/longshore-go/longshore/supervisor/event"

// CrashJSON is the crash as it is written to JSON, in an event or by [ErrorOf]; nil for nil.
func (e *CrashError) CrashJSON() *CrashJSON {
	if e == nil {
		return nil
	}
	return &CrashJSON{
		Container: e.Container, Machine: e.Machine, Phase: e.Phase, Input: event.Meant(e.Input), Reason: e.Reason(),
		Kind: e.Kind, Exit: e.Exit, Signal: e.Signal, OOM: e.OOM, PeakMemory: e.PeakMemory,
		Stack: e.Stack, Output: e.Output,
	}
}

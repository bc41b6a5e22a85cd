package rules_test

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

func ExampleNewBudget() {
	budget := rules.NewBudget(policy.Ephemeral{}, 1, nil)
	now := time.Now()
	for crash := 1; ; crash++ {
		if rule := budget.Crash(rules.Crash{Starting: true, Now: now}); rule != 0 {
			fmt.Println("start-up crash", crash, "exceeds the limit:", rule)
			return
		}
		now = now.Add(time.Second)
	}
	// Output: start-up crash 5 exceeds the limit: cold
}

// Bad inputs in a row are nobody's fault but their own: 31 of them, and again after each that finishes.
func ExampleBudget_Crash() {
	budget := rules.NewBudget(policy.Ephemeral{}, 1, nil)
	now := time.Now()
	for range 1000 {
		for range 31 {
			now = now.Add(time.Millisecond)
			if rule := budget.Crash(rules.Crash{Fresh: true, Begun: now, Now: now, InReach: true, Wanted: 1}); rule != 0 {
				fmt.Println("cut off:", rule)
			}
		}
		budget.Finished(0, 1, now)
	}
	fmt.Println(budget.Streak().Run(), budget.Streak().Pauses())
	// Output: 0 0
}

func ExampleNewRestarts() {
	noJitter := func() float64 { return 1 }
	restarts := rules.NewRestarts(policy.Deployed{}, noJitter)
	for range 8 {
		fmt.Print(restarts.Crash(0, 0), " ")
	}
	restarts.Finished(0)
	fmt.Println("progress", restarts.Crash(0, 0))
	// Output: 0s 1s 2s 4s 8s 16s 32s 1m0s progress 0s
}

func ExampleNewGate() {
	noJitter := func() float64 { return 1 }
	gate := rules.NewGate(policy.Deployed{}, 8, noJitter)
	now := time.Now()

	for range 5 {
		gate.Started(0, now)
		gate.Crash(rules.Crash{Starting: true, Now: now})
	}
	ok, wait := gate.Admit(0, now)
	fmt.Println(gate.Mode(), ok, wait)

	now = now.Add(wait)
	canary, _ := gate.Admit(0, now)
	second, _ := gate.Admit(1, now)
	fmt.Println(gate.Mode(), canary, second)

	gate.Started(0, now)
	gate.Finished(0, 1, now)
	second, _ = gate.Admit(1, now)
	fmt.Println(gate.Mode(), second)
	// Output:
	// open false 2s
	// open true false
	// ramp true
}

func ExampleNewLedger() {
	ledger := rules.NewLedger(3, false)
	ledger.Crash(4, rules.Trial{}) // two were executing, one is guilty
	ledger.Crash(5, rules.Trial{})
	fmt.Println(ledger.Status(4), ledger.Status(5))

	ledger.Cleared(5)
	for range 2 {
		fmt.Print(ledger.Crash(4, rules.Trial{Certain: true}).Status, " ")
	}
	fmt.Println(ledger.Status(5))
	// Output:
	// struck struck
	// suspect failed clean
}

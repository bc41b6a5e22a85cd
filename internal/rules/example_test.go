package rules_test

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

func ExampleNewBudget() {
	budget := rules.NewBudget(policy.Ephemeral{}, 1)
	now := time.Now()
	for crash := 1; ; crash++ {
		if rule, exceeded := budget.Crash(0, true, now); exceeded {
			fmt.Println("crash", crash, "exceeds the limit:", rule)
			return
		}
		now = now.Add(time.Second)
	}
	// Output: crash 5 exceeds the limit: cold
}

// Progress pays: a container that crashes on every third input is never cut off.
func ExampleBudget_Crash() {
	budget := rules.NewBudget(policy.Ephemeral{}, 1)
	now := time.Now()
	for range 1000 {
		budget.Ready(0)
		budget.Finished(0)
		budget.Finished(0)
		if rule, exceeded := budget.Crash(0, false, now); exceeded {
			fmt.Println("cut off:", rule)
		}
		now = now.Add(time.Second)
	}
	fmt.Println(budget.Debt())
	// Output: 0 0
}

func ExampleNewRestarts() {
	noJitter := func() float64 { return 1 }
	restarts := rules.NewRestarts(policy.Deployed{}, 1, noJitter)
	for range 8 {
		fmt.Print(restarts.Crash(0, 0), " ")
	}
	restarts.Finished(0)
	fmt.Println("progress", restarts.Crash(0, 0))
	// Output: 0s 1s 2s 4s 8s 16s 32s 1m0s progress 0s
}

func ExampleCredit() {
	var credit rules.Credit
	credit.Earn(99)
	fmt.Println(credit.Spend(), "at once: the inputs before it have paid")
	// Output: true at once: the inputs before it have paid
}

func ExampleNewGate() {
	noJitter := func() float64 { return 1 }
	gate := rules.NewGate(policy.Deployed{}, 8, noJitter)
	now := time.Now()

	for range 5 {
		gate.Started(0, now)
		gate.Crash(0, true, now)
	}
	ok, wait := gate.Admit(0, now)
	fmt.Println(gate.Mode(), ok, wait)

	now = now.Add(wait)
	canary, _ := gate.Admit(0, now)
	second, _ := gate.Admit(1, now)
	fmt.Println(gate.Mode(), canary, second)

	gate.Started(0, now)
	gate.Finished(0, now)
	second, _ = gate.Admit(1, now)
	fmt.Println(gate.Mode(), second)
	// Output:
	// open false 2s
	// open true false
	// ramp true
}

func ExampleNewLedger() {
	ledger := rules.NewLedger(3)
	ledger.Crash([]int{4, 5}, 0, false) // two were executing, one is guilty
	fmt.Println(ledger.Status(4), ledger.Status(5))

	ledger.Cleared(5)
	for range 3 {
		fmt.Print(ledger.Strike(4), " ")
	}
	fmt.Println(ledger.Status(5))
	// Output:
	// struck struck
	// suspect failed failed clean
}

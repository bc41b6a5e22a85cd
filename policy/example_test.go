package policy_test

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/longshore-go/longshore/policy"
)

func ExampleRetries_Delay() {
	r := policy.Retries{MaxRetries: 5, InitialDelay: 2 * time.Second, MaxDelay: 10 * time.Second}
	for retry := 1; retry <= r.MaxRetries; retry++ {
		fmt.Print(r.Delay(retry), " ")
	}
	// Output: 2s 4s 8s 10s 10s
}

func ExampleRetries_Validate() {
	fmt.Println(policy.Retries{MaxRetries: 3}.Validate())

	err := policy.Retries{MaxDelay: 90 * time.Second}.Validate()
	fmt.Println(err)
	if invalid, ok := errors.AsType[*policy.InvalidError](err); ok {
		fmt.Println(invalid.Field)
	}
	// Output:
	// <nil>
	// longshore: invalid MaxDelay 1m30s: must be from 1s to 60s, or 0 for 60s
	// MaxDelay
}

func ExampleRetries_WithDefaults() {
	fmt.Printf("%+v\n", policy.Retries{MaxRetries: 3}.WithDefaults())
	// Output: {MaxRetries:3 BackoffCoefficient:2 InitialDelay:1s MaxDelay:1m0s Jitter:0}
}

func ExampleFixedRetries() {
	r := policy.FixedRetries(3)
	fmt.Println(r.MaxRetries, r.Delay(1), r.Delay(2), r.Delay(3))
	// Output: 3 1s 1s 1s
}

func ExamplePermanent() {
	fetch := func() error { return policy.Permanent(fs.ErrNotExist) }

	err := fetch()
	fmt.Println(err, errors.Is(err, fs.ErrNotExist))
	// Output: file does not exist true
}

func ExampleRetryAfter() {
	fetch := func() error { return policy.RetryAfter(errors.New("too many requests"), 30*time.Second) }

	err := fetch()
	d, _ := policy.RetryDelay(err)
	fmt.Println(err, "→ again after", d)
	// Output: too many requests → again after 30s
}

func ExampleIsPermanent() {
	err := fmt.Errorf("page 7: %w", policy.Permanent(fs.ErrPermission))
	fmt.Println(policy.IsPermanent(err), policy.IsPermanent(fs.ErrPermission))
	// Output: true false
}

func ExampleRetryDelay() {
	_, ok := policy.RetryDelay(errors.New("no hint"))
	fmt.Println(ok)
	// Output: false
}

func ExampleCause() {
	err := policy.Permanent(fs.ErrNotExist)
	fmt.Println(err == fs.ErrNotExist, policy.Cause(err) == fs.ErrNotExist)
	// Output: false true
}

func ExampleEphemeral() {
	var p policy.Crashes = policy.Ephemeral{ColdDebt: 10} // patient, but the debt it waits for cannot be reached
	fmt.Println(p.Validate())
	// Output: longshore: invalid Debt 8: must be at least ColdDebt
}

func ExampleDeployed() {
	fmt.Printf("%+v\n", policy.Deployed{MaxDelay: 5 * time.Minute}.WithDefaults())
	// Output: {InitialDelay:1s MaxDelay:5m0s GateInitialDelay:2s GateMaxDelay:30s ColdDebt:4 Debt:8 Probation:10s}
}

func ExampleNewBudget() {
	budget := policy.NewBudget(policy.Ephemeral{}, 1)
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
	budget := policy.NewBudget(policy.Ephemeral{}, 1)
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
	restarts := policy.NewRestarts(policy.Deployed{}, 1, noJitter)
	for range 8 {
		fmt.Print(restarts.Crash(0, 0), " ")
	}
	restarts.Finished(0)
	fmt.Println("progress", restarts.Crash(0, 0))
	// Output: 0s 1s 2s 4s 8s 16s 32s 1m0s progress 0s
}

func ExampleCredit() {
	var credit policy.Credit
	credit.Earn(99)
	fmt.Println(credit.Spend(), "at once: the inputs before it have paid")
	// Output: true at once: the inputs before it have paid
}

func ExampleNewGate() {
	noJitter := func() float64 { return 1 }
	gate := policy.NewGate(policy.Deployed{}, 8, noJitter)
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
	ledger := policy.NewLedger(3)
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

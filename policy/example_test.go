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
	// Output: {InitialDelay:1s MaxDelay:5m0s GateInitialDelay:2s GateMaxDelay:30s ColdDebt:4 Debt:8 Probation:10s ColdInputs:96}
}

// The other side asks everybody to wait, as a 429 with Retry-After does.
func ExampleThrottled() {
	err := policy.Throttled(errors.New("429 Too Many Requests"), 30*time.Second)
	fmt.Println(err)
	fmt.Println(policy.ThrottleDelay(err))
	// Output:
	// 429 Too Many Requests
	// 30s true
}

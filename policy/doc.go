// Package policy decides, and does nothing else. It is arithmetic on values: no goroutine, no clock, no I/O. The
// supervisor and the mapper report what happened and when, and are told what to do next; so each rule here can be
// replayed from a table, and the same rules hold in production and in a testing/synctest bubble.
//
// A caller of the mapper needs Retries, Permanent and RetryAfter, and the options Ephemeral and Deployed. The rest
// (Budget, Restarts, Credit, Gate, Ledger) is for those who build a supervisor.
//
// # Failures and crashes
//
// A failure is the function's answer for one input: an error, or no answer in time. It is charged to the input's
// Retries. A crash is the end of a container nobody asked for. It is charged to the input's crash limit (Ledger)
// and to the containers (Budget or Gate, Restarts), and never uses up a retry.
//
// # Retries
//
// The delay before retry r, counted from 1, with Jitter j and x drawn from [0, 1):
//
//	d(r) = min(InitialDelay · BackoffCoefficient^(r-1), MaxDelay)
//	d(r) · (1-j) + d(r) · j · x
//
// # The detector
//
// A lineage is a container slot with all its successive containers, numbered from 0. Crashes before ready are charged
// to the start-up channel, crashes after it to the running channel. Each channel is a debt from 0 to Debt:
//
//	crash            +1 on its channel; the first of a lineage since its last credit there is free
//	ready            -1 on the start-up channel
//	finished input   -1 on both; value or failure, the container did its work
//	probation over    0; the container is healthy, as after a finished input, until it crashes
//
// A lineage fails repeatedly if it has crashed twice or more since its last credit on the channel. The containers are
// failing if nothing is healthy or more than half of the lineages fail repeatedly. The limit is exceeded, judged only
// when a crash is reported and on its channel:
//
//	cold        nothing is healthy, the channel never had a credit, debt ≥ ColdDebt
//	sustained   debt = Debt, debt above 0 for Sustain without a break, and failing
//	fatal       the runtime says that no start can succeed; not judged here
//
// Running crashes are not charged once an input has finished and no input is left that was not in a crash before.
// Budget ends an ephemeral run by these rules. Gate opens at debt ≥ ColdDebt and failing.
//
// # Delays of one lineage
//
// After n crashes in a row, n counted from 1, with equal jitter (half fixed, half drawn):
//
//	n = 1               none
//	Ephemeral, n > 1    min(0.25 s · 2^(n-2), 8 s)
//	Deployed, n > 1     min(InitialDelay · 2^(n-2), MaxDelay) - uptime, not below 0
//
// A finished input starts the count again, for Restarts. In goroutine containers Credit comes first.
//
// # The creation gate of a deployed function
//
// Open, the n-th wait of a crash loop is min(GateInitialDelay · 2^(n-1), GateMaxDelay) with equal jitter; then one
// canary. If it crashes, the next wait begins. If it is proven (it finished an input or outlived Probation), the ramp
// begins: at most 4 + 3·(proven in the ramp) unproven containers at a time, until no lineage can be held back. If more
// have crashed than were proven, the canary being one, the gate opens again. In every mode creations of a function
// with N containers are limited by a token bucket of N, refilled by max(1, N/10) a second. When the gate closes, its
// debts are forgiven, and the caller resets the Restarts.
//
// # Poison inputs
//
// Strikes count the crashes an input may be guilty of; certain ones are those where it was named or alone. With crash
// limit k an input is
//
//	struck    from its first strike
//	suspect   from its second
//	failed    at strikes ≥ k and certain ≥ max(1, k-1), on two machines where there are several
//
// and clean again after a success.
//
// # Where the numbers come from
//
// Modal, whose map and crash handling are the model, publishes none. These were chosen by simulation against OTP,
// systemd, Nomad, Spark, suture and Kubernetes: no healthy pool of 8, 64 or 1,000 containers was cut off in 13
// scenarios, and no dead one was missed.
package policy

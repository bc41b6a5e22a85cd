// Package rules holds the rules of supervision as values: what crashes of containers mean, when to start the next one, which
// input is to blame. It is for whoever builds a supervisor or a mapper; callers of either set policy.Ephemeral or
// policy.Deployed. Like package policy it is arithmetic: (event, time) in, decision out, no goroutine, no clock, no I/O.
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
package rules

// Package rules holds the rules of supervision as values: what crashes of containers mean, when to start the next one, which
// input is to blame and which is tried next. It is for whoever builds a supervisor or a mapper; callers of either set
// policy.Ephemeral or policy.Deployed. Like package policy it is arithmetic: (event, time) in, decision out, no goroutine,
// no clock, no I/O.
//
// A lineage is a container slot with all its successive containers, numbered from 0. A container is healthy once it has
// finished an input or has been ready for the probation, until it crashes. There are two kinds of crash:
//
//	at start-up   no input was executing: the container was not ready, or had nothing to do
//	on an input   it was executing some. The crash is fresh if none of them was in a crash before
//
// # Start-up crashes cost a budget
//
// The debt, from 0 to Debt:
//
//	start-up crash   +1; the first of a lineage since its last credit is free
//	ready            -1, taken back if the container dies without having done anything
//	finished input   -1, value or failure: the container did its work
//
// A lineage fails repeatedly if it has crashed at start-up twice or more since its last credit. The starts are failing if
// nothing is healthy or more than half of the lineages fail repeatedly.
//
// # Crashes on inputs are counted in a streak
//
// R is the number of fresh crashes since an input last finished, one number for the function. The first sets it to 1; a
// further one adds 1 if its attempt was begun after the first crash of the streak and after the latest pause. A finished
// input sets it to 0. At each multiple of 32 a pause begins, if a fresh input is in reach. From 32 on the function is in
// doubt.
//
// # The limit
//
// It is judged only when a crash is reported, and for its kind:
//
//	cold        start-up: nothing is healthy, there never was a credit, debt ≥ ColdDebt
//	            inputs: nothing is healthy, no input ever finished, R ≥ ColdInputs, or R ≥ Debt for the probation
//	sustained   start-up: debt = Debt, above 0 for Sustain without a break, and failing
//	            inputs: R ≥ 32, the streak is as old as Sustain, at most half of the wanted containers are healthy
//	fatal       the runtime says that no start can succeed; not judged here
//
// Budget ends an ephemeral run by these rules. Gate opens at debt ≥ ColdDebt and failing, or at R ≥ 32, or R ≥ Debt for the
// probation.
//
// # Delays
//
// After n start-up crashes of a lineage in a row, n counted from 1, with equal jitter (half fixed, half drawn):
//
//	n = 1               none
//	Ephemeral, n > 1    min(0.25 s · 2^(n-2), 8 s)
//	Deployed, n > 1     min(InitialDelay · 2^(n-2), MaxDelay) - uptime, not below 0
//
// A finished input starts the count again. After a crash on an input there is no delay but the pause of an ephemeral run,
// min(0.25 s · 2^(n-1), 8 s) with equal jitter for the n-th of a streak, or the gate of a deployed function.
//
// # The creation gate of a deployed function
//
// Open, the n-th wait of a crash loop is min(GateInitialDelay · 2^(n-1), GateMaxDelay) with equal jitter; then one
// canary. If it crashes, the next wait begins. If it is proven (it finished an input or outlived the probation), the ramp
// begins: at most 4 + 3·(proven in the ramp) unproven containers at a time, until no lineage can be held back. If more
// have crashed than were proven, the canary being one, the gate opens again. Plain goroutines need no ramp. Where inputs
// opened the gate, any finished one closes it. In every mode creations of a function with N containers are limited by a
// token bucket of N, refilled by max(1, N/10) a second; a crash on an input gives its token back. When the gate closes, its
// debts and the streak are forgiven, and the caller resets the Restarts.
//
// # Poison inputs
//
// Strikes count the crashes that are charged to an input; certain ones are those where it was named or alone. With crash
// limit k an input is
//
//	struck    from its first crash, charged or not
//	suspect   from its second strike
//	failed    at strikes ≥ k and certain ≥ max(1, k-1), on two machines where there are several
//	          and at max(8, k) crashes, charged or not: every input ends
//
// and clean again after a success. A crash is not charged in a crash loop, nor in doubt while a fresh input is in reach. On a
// deployed function a struck input that runs again without its control (something begun after its crash has finished)
// waits 1 s · 2^(n-1), at most 30 s, after n crashes, and is charged only if no other input has crashed since one finished.
//
// # What the rules were
//
// The first rules charged crashes on inputs to a debt as well, of which each finished input paid one. They took bad inputs
// for a bad function: three neighbours at the head of a table failed a thousand good ones. Of 150 scenarios in simulation
// in which the function is good (clusters, every second, 30 to 90 % poison, outages; goroutines, 1 to 1,000 of them) they gave
// 99 up and the streak 3. Also refused: re-running a crashed input first, because crashes of one input are one piece of evidence; and as a
// control any input that finishes, begun before the crash or after it, which convicted up to 2,700 innocents in a flapping
// outage.
package rules

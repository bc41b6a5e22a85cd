package policy

import (
	"cmp"
	"time"
)

// Crashes says what to do about containers that crash: Ephemeral gives up when crashes outweigh progress, Deployed
// never does. The set is closed, because a third policy would have to invent a third meaning of "pending inputs".
// Both are used by value.
type Crashes interface {
	// Validate returns an *InvalidError for the first field out of bounds, or nil.
	Validate() error

	crashes() // nobody else can have it
}

// Ephemeral is the policy of a run: crashed containers are restarted until crashes outweigh progress, then every
// pending input fails. The zero value is the policy supervision was tuned with; the package documentation says what the knobs do.
type Ephemeral struct {
	ColdDebt   int           // start-up debt that ends a run in which no container ever got ready. Zero means 4
	Debt       int           // most start-up debt there can be, and what "sustained" asks for; inputs that do for ColdInputs, if they took Probation; at least ColdDebt. Zero means 8
	Sustain    time.Duration // how long crashes must have gone on before they end a run that once worked. Zero means 60 s
	Probation  time.Duration // how long a container must be ready to count as healthy. Zero means 10 s
	ColdInputs int           // inputs that crash one after the other and end a run in which none ever finished. Zero means 96
}

// Deployed is the policy of a deployed function: crashed containers are restarted for ever, ever more slowly. The
// zero value is the policy supervision was tuned with; the package documentation says what the knobs do.
type Deployed struct {
	InitialDelay     time.Duration // one container's backoff after crashes at start-up: the first delay. Zero means 1 s
	MaxDelay         time.Duration // and the longest, at least InitialDelay. Zero means 60 s
	GateInitialDelay time.Duration // the whole function's pause in a crash loop: the first. Zero means 2 s
	GateMaxDelay     time.Duration // and the longest, at least GateInitialDelay. Zero means 30 s
	ColdDebt         int           // start-up debt that opens the gate. Zero means 4
	Debt             int           // most start-up debt there can be; inputs that open the gate, if they took Probation; at least ColdDebt. Zero means 8
	Probation        time.Duration // how long a container must be ready to count as healthy. Zero means 10 s
	ColdInputs       int           // inputs that crash one after the other and open the gate, if below 32. Zero means 96
}

const (
	defaultColdDebt  = 4
	defaultDebt      = 8
	defaultSustain   = time.Minute
	defaultProbation = 10 * time.Second

	defaultColdInputs = 96

	defaultGateInitial = 2 * time.Second
	defaultGateMax     = 30 * time.Second
)

func (Ephemeral) crashes() {}
func (Deployed) crashes()  {}

// WithDefaults returns p with its zero fields filled in.
func (p Ephemeral) WithDefaults() Ephemeral {
	p.ColdDebt = cmp.Or(p.ColdDebt, defaultColdDebt)
	p.Debt = cmp.Or(p.Debt, defaultDebt)
	p.Sustain = cmp.Or(p.Sustain, defaultSustain)
	p.Probation = cmp.Or(p.Probation, defaultProbation)
	p.ColdInputs = cmp.Or(p.ColdInputs, defaultColdInputs)
	return p
}

// WithDefaults returns p with its zero fields filled in.
func (p Deployed) WithDefaults() Deployed {
	p.InitialDelay = cmp.Or(p.InitialDelay, defaultInitial)
	p.MaxDelay = cmp.Or(p.MaxDelay, defaultMaxDelay)
	p.GateInitialDelay = cmp.Or(p.GateInitialDelay, defaultGateInitial)
	p.GateMaxDelay = cmp.Or(p.GateMaxDelay, defaultGateMax)
	p.ColdDebt = cmp.Or(p.ColdDebt, defaultColdDebt)
	p.Debt = cmp.Or(p.Debt, defaultDebt)
	p.Probation = cmp.Or(p.Probation, defaultProbation)
	p.ColdInputs = cmp.Or(p.ColdInputs, defaultColdInputs)
	return p
}

// Validate returns an *InvalidError for the first field out of bounds, or nil.
func (p Ephemeral) Validate() error {
	p = p.WithDefaults()
	return first(
		negative("ColdDebt", p.ColdDebt),
		negative("Debt", p.Debt),
		negative("Sustain", p.Sustain),
		negative("Probation", p.Probation),
		negative("ColdInputs", p.ColdInputs),
		below("Debt", p.Debt, p.ColdDebt, "must be at least ColdDebt"),
	)
}

// Validate returns an *InvalidError for the first field out of bounds, or nil.
func (p Deployed) Validate() error {
	p = p.WithDefaults()
	return first(
		negative("InitialDelay", p.InitialDelay),
		negative("MaxDelay", p.MaxDelay),
		negative("GateInitialDelay", p.GateInitialDelay),
		negative("GateMaxDelay", p.GateMaxDelay),
		negative("ColdDebt", p.ColdDebt),
		negative("Debt", p.Debt),
		negative("Probation", p.Probation),
		negative("ColdInputs", p.ColdInputs),
		below("MaxDelay", p.MaxDelay, p.InitialDelay, "must be at least InitialDelay"),
		below("GateMaxDelay", p.GateMaxDelay, p.GateInitialDelay, "must be at least GateInitialDelay"),
		below("Debt", p.Debt, p.ColdDebt, "must be at least ColdDebt"),
	)
}

func below[T int | time.Duration](field string, value, least T, reason string) error {
	if value < least {
		return invalid(field, value, reason)
	}
	return nil
}

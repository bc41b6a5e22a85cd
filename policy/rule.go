package policy

// Rule is the reason for which a run was cut off. The zero value is no reason.
type Rule int

const (
	RuleCold      Rule = iota + 1 // nothing ever worked
	RuleSustained                 // nothing, or only a minority, has worked for a while
	RuleFatal                     // the runtime says that no start can succeed; no count of crashes leads to it
)

// String is "cold", "sustained" or "fatal", and "none" for the zero value.
func (r Rule) String() string {
	switch r {
	case RuleCold:
		return "cold"
	case RuleSustained:
		return "sustained"
	case RuleFatal:
		return "fatal"
	}
	return "none"
}

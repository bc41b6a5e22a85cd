package mapper

import (
	"cmp"
	"time"
)

// Scale says how many containers a deployed function has. There is one for every
// TargetInputs inputs that execute or wait (for every batch of a function over batches),
// within the bounds.
type Scale struct {
	// Min is how many containers are kept at least, also without work. Zero means that an
	// idle function has none after the Window.
	Min int

	// Max is how many there are at most: that of Deploy says the same as Options.Containers, and to set both to different
	// numbers is refused. Zero means Options.Containers.
	Max int

	// Buffer is how many idle containers more there are while the function has work, for
	// what comes next. Zero means none.
	Buffer int

	// Window is how long a container is idle before it is ended because there is no use for
	// it. Zero means 60 s.
	Window time.Duration
}

// Validate returns nil, or a *policy.InvalidError that names the first bad field. A zero
// Max is compared with nothing.
func (s Scale) Validate() error {
	for _, f := range []struct {
		name  string
		value int
	}{{"Scale.Min", s.Min}, {"Scale.Max", s.Max}, {"Scale.Buffer", s.Buffer}} {
		if f.value < 0 || f.value > maxContainers {
			return invalid(f.name, f.value, "must be 0 to 1048576")
		}
	}
	if s.Window < 0 {
		return invalid("Scale.Window", s.Window, "must be > 0, or 0 for 60 s")
	}
	if s.Max > 0 && s.Min > s.Max {
		return invalid("Scale.Min", s.Min, "cannot be greater than Max")
	}
	return nil
}

const defaultWindow = 60 * time.Second

// filled returns the settings with their defaults in place, or what Validate says of them.
func (s Scale) filled(containers int) (Scale, error) {
	s.Max = cmp.Or(s.Max, containers)
	s.Window = min(cmp.Or(s.Window, defaultWindow), forever)
	return s, s.Validate()
}

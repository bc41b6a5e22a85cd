package typed

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
)

// errIdentities says that the function's Unique is known here and not where it runs.
var errIdentities = errors.New("a Frontier has Unique, and the function was registered without: see process.RegisterExpanding")

// setGrown is SetBoxed for a function that adds inputs.
func (p *Payload[In, Out]) setGrown(i int, value any) error {
	e, ok := value.(supervisor.Expanded[In, Out])
	g := p.growth
	switch {
	case !ok:
		return fmt.Errorf("the runtime returned a %T, and not a supervisor.Expanded", value)
	case g.unique != nil && len(e.Identities) != len(e.Added):
		return errIdentities
	}
	if len(g.added) != len(p.In) {
		g.room(len(p.In))
	}
	p.Out[i], g.added[i] = e.Value, e.Added
	if g.unique != nil {
		g.keys[i] = e.Identities
	}
	return nil
}

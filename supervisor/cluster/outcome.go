package cluster

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// outcome is a result as the mapper wants it, or what is bad about it.
func (s *sent) outcome(item wire.ResultItem, decode registry.Decode) (value any, err, bad error) {
	switch item.Outcome {
	case wire.Value:
		value, err = decode(item.Bytes)
		return value, err, nil
	case wire.Mixed:
		return decode.Mixed(item.Bytes)
	}
	err, _, bad = wire.ParseError(item.Bytes)
	if item.Outcome == wire.Uncoded && bad == nil {
		err = cannotCross("input or its value", asTooLarge(err, s.first+s.positions[s.reported], true))
	}
	return nil, err, bad
}

// decoder makes values of n messages.
func (l *lease) decoder(n int) registry.Decode {
	return l.function.Value(n, func(src []byte, into any) error {
		if err := l.out.Decode(src, into); err != nil {
			return cannotCross("value", err)
		}
		return nil
	})
}

func cannotCross(what string, err error) error {
	if errors.Is(err, ErrTooLarge) {
		return policy.Permanent(err)
	}
	return policy.Permanent(fmt.Errorf("cluster: the %s cannot cross: %w", what, err))
}

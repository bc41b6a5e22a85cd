package cluster

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// outcome is a result as the mapper wants it, or what is bad about it.
func (s *sent) outcome(item wire.ResultItem, decode decoder) (value any, err, bad error) {
	switch item.Outcome {
	case wire.Value:
		value, err = decode(item.Bytes)
		return value, err, nil
	case wire.Mixed:
		each, src, bad := wire.ParseMixed(item.Bytes)
		if bad != nil {
			return nil, nil, bad
		}
		if value, err = decode(src); err != nil {
			return nil, err, nil
		}
		return value, supervisor.Errors(each), nil
	}
	err, _, bad = wire.ParseError(item.Bytes)
	if item.Outcome == wire.Uncoded && bad == nil {
		err = cannotCross("input or its value", asTooLarge(err, s.first+s.positions[s.reported], true))
	}
	return nil, err, bad
}

// decoder makes a value of its message.
type decoder = func(src []byte) (any, error)

func (l *lease) decoder(n int) decoder {
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

package history

import (
	"sync"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// memo remembers the causes of errors that said the same: to find one out takes tens of
// microseconds, and who fails a hundred thousand times seldom has as much to say.
type memo struct {
	mu    sync.Mutex
	known map[memoKey]cause.Cause
}

type memoKey struct{ text, kind, stack string }

const maxMemo = 500

// of is cause.Of(err), of an error that is shown as said.
func (m *memo) of(err error, said *supervisor.ErrorJSON) cause.Cause {
	if err == nil {
		return cause.Cause{}
	}
	key := memoKey{text: said.Text, kind: said.Type}
	if crash, ok := err.(*supervisor.CrashError); ok && said.Crash != nil {
		key = memoKey{text: said.Crash.Reason, kind: said.Type + crash.Kind, stack: clip(crash.Stack, stackLength)}
	}
	m.mu.Lock()
	c, ok := m.known[key]
	m.mu.Unlock()
	if ok {
		return c
	}
	c = cause.Of(err)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxMemo || m.known == nil {
		m.known = map[memoKey]cause.Cause{}
	}
	m.known[key] = c
	return c
}

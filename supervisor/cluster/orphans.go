package cluster

import (
	"errors"
	"time"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// orphans are leases that this caller has given up, by worker and ID, and when: a machine that was silent may come back with
// them, and a frame that ends one may be lost. Whenever the worker is heard it is told to end them, until it has said that
// they have ended.
type orphans map[string]map[string]time.Time

// orphanMemory is how long one is remembered whose worker is not heard at all: most of them are gone for good.
const orphanMemory = time.Hour

var errGivenUp = errors.New("cluster: the caller has given the container up")

func (o orphans) add(worker, lease string, now time.Time) {
	if o[worker] == nil {
		o[worker] = map[string]time.Time{}
	}
	o[worker][lease] = now
}

func (o orphans) forget(worker, lease string) {
	delete(o[worker], lease)
	if len(o[worker]) == 0 {
		delete(o, worker)
	}
}

// expire forgets what is too old.
func (o orphans) expire(now time.Time) {
	for worker, leases := range o {
		for lease, since := range leases {
			if now.Sub(since) > orphanMemory {
				o.forget(worker, lease)
			}
		}
	}
}

// orphansOf is which leases a worker is to end.
func (s *members) orphansOf(worker string) (leases []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for lease := range s.orphans[worker] {
		leases = append(leases, lease)
	}
	return leases
}

// ended is told that a lease of that name, which is not known any more, has ended.
func (s *members) ended(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for worker, leases := range s.orphans {
		for lease := range leases {
			if nameOf(lease) == name {
				s.orphans.forget(worker, lease)
				return
			}
		}
	}
}

// endOrphans tells a worker to end what is given up.
func (r *Runtime) endOrphans(worker string) {
	for _, lease := range r.members.orphansOf(worker) {
		f := frame{kind: destroy, payload: wire.AppendError(nil, errGivenUp)}
		_ = publish(r.nc, leaseSubject(worker, r.id, lease), f)
	}
}

// last reports that nothing of the lease follows such a frame.
func (k kind) last() bool { return k == crashed || k == bye || k == unknown || k == refused }

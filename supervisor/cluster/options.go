package cluster

import (
	"crypto/tls"
	"runtime"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Options are those of a [Runtime]. The zero value is a fleet of this process alone.
type Options struct {
	// URL is that of the servers, separated by commas: nats://a,nats://b. Off loopback it is tls://, or TLS is set. Empty
	// means a server inside this process, without a port, whose only workers are Local.
	URL string

	// Local is how many slots this process offers itself. Zero means none with a URL, and GOMAXPROCS without.
	Local int

	// Store is the directory in which a server inside this process keeps journals, see [Runtime.Journal]; one process at a
	// time has it. Each record is on the disk before it is acknowledged. Empty means that it keeps none.
	Store string

	// Creds is the file of a user's JWT, or of the seed of an NKey, which none but its owner and its group may read. What
	// its user must be allowed is in deploy/rights.conf; with Local it is what both users are. Empty means none.
	Creds string

	// TLS has the connection encrypted, by TLS 1.3 or later. Nil means as the URL says, with the authorities of the system.
	TLS *tls.Config

	// Lost is the silence after which a machine is given up, with all that was out there. One whose process is known to be
	// gone is given up after a second at most. Zero means 3 s.
	Lost time.Duration

	// Grace is how long there may be no machine that runs this program and may be used. Then starts fail, with an
	// error that lists what is there. Zero means 60 s, below 0 for ever.
	Grace time.Duration

	// Place says which machines may be used. It must not block, nor ask the Runtime, and may be called by any goroutine. One that
	// panics, or takes longer than a second, says no. Nil means all.
	Place func(Machine) bool
}

// Validate returns nil, or a *policy.InvalidError that names the first bad field.
func (o Options) Validate() error {
	switch {
	case o.Local < 0 || o.Local > mostSlots:
		return invalid("Local", o.Local, "must be 0 (the default) to 1048576")
	case o.Lost < 0:
		return invalid("Lost", o.Lost, "must not be negative")
	case o.Store != "" && o.URL != "":
		return invalid("Store", o.Store, "is for a server inside this process, and there is a URL")
	}
	return validLink(o.URL, o.TLS, true)
}

func (o Options) filled() Options {
	if o.Local == 0 && o.URL == "" {
		o.Local = runtime.GOMAXPROCS(0)
	}
	if o.Lost == 0 {
		o.Lost = 3 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = time.Minute
	}
	return o
}

// WorkerOptions are those of [Serve].
type WorkerOptions struct {
	// URL, Creds and TLS are as in [Options], but a URL there must be.
	URL   string
	Creds string
	TLS   *tls.Config

	// Slots is how many containers there may be here at once. Zero means GOMAXPROCS.
	Slots int

	// Runtime makes them, as process.New does. Nil means goroutines.
	Runtime supervisor.Runtime

	// Drain is how long what executes may go on after the end of the context. Zero means 30 s.
	Drain time.Duration

	// Labels are for Options.Place. Nil means none.
	Labels map[string]string
}

// Validate returns nil, or a *policy.InvalidError that names the first bad field.
func (o WorkerOptions) Validate() error {
	switch {
	case o.Slots < 0 || o.Slots > mostSlots:
		return invalid("Slots", o.Slots, "must be 0 (the default) to 1048576")
	case o.Drain < 0:
		return invalid("Drain", o.Drain, "must not be negative")
	case len(encode(o.Labels)) > mostHello/2:
		return invalid("Labels", len(o.Labels), "are more than 32 KB")
	}
	return validLink(o.URL, o.TLS, false)
}

func (o WorkerOptions) filled() WorkerOptions {
	if o.Slots == 0 {
		o.Slots = runtime.GOMAXPROCS(0)
	}
	if o.Drain == 0 {
		o.Drain = 30 * time.Second
	}
	if o.Runtime == nil {
		o.Runtime = goroutines{}
	}
	return o
}

func invalid(field string, value any, reason string) error {
	return &policy.InvalidError{Field: field, Value: value, Reason: reason}
}

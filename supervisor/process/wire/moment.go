package wire

import (
	"reflect"
	"sync"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

// A time crosses with its location, which its own methods reduce to an offset. Only what its clock
// reads besides, the monotonic one, stays behind: it means something in its own process only.
const (
	zoneUTC = iota
	zoneLocal
	zoneFixed // name and offset
	zoneNamed // name, known to time.LoadLocation
)

func encodeTime(e *encoder, v reflect.Value) {
	var t time.Time
	if v.CanAddr() && v.Addr().CanInterface() {
		t = *v.Addr().Interface().(*time.Time)
	} else {
		t = v.Interface().(time.Time)
	}
	e.int(t.Unix())
	e.uint(uint64(t.Nanosecond()))
	location := t.Location()
	name, offset := t.Zone()
	start, end := t.ZoneBounds()
	switch {
	case location == time.UTC:
		e.uint(zoneUTC)
	case location == time.Local:
		e.uint(zoneLocal)
	case name == location.String() && start.IsZero() && end.IsZero():
		e.uint(zoneFixed)
		e.text(name)
		e.int(int64(offset))
	default:
		known, err := load(location.String())
		if err != nil || !sameZone(t, t.In(known)) {
			refuse("a time is in the location %q, which time.LoadLocation does not know", location)
		}
		e.uint(zoneNamed)
		e.text(location.String())
	}
}

func sameZone(a, b time.Time) bool {
	name, offset := a.Zone()
	name2, offset2 := b.Zone()
	return name == name2 && offset == offset2
}

func decodeTime(d *decoder, v reflect.Value) {
	seconds, ns := d.int(), d.uint()
	if ns >= uint64(time.Second) {
		refuse("%d nanoseconds of a second", ns)
	}
	t := time.Unix(seconds, int64(ns))
	switch d.uint() {
	case zoneUTC:
		t = t.UTC()
	case zoneLocal:
	case zoneFixed:
		name := string(d.bytes(d.uint()))
		t = t.In(time.FixedZone(name, int(d.int())))
	case zoneNamed:
		location, err := load(string(d.bytes(d.uint())))
		if err != nil {
			refuse("%v", err)
		}
		t = t.In(location)
	default:
		refuse("a location of no kind")
	}
	*v.Addr().Interface().(*time.Time) = t
}

var locations sync.Map // name → *time.Location

// load is time.LoadLocation, which reads a file each time.
func load(name string) (*time.Location, error) {
	if found, ok := locations.Load(name); ok {
		return found.(*time.Location), nil
	}
	location, err := time.LoadLocation(name)
	if err == nil {
		locations.Store(name, location)
	}
	return location, err
}

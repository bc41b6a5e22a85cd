package wire

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// A plan is how values of one type are written and read. It is made once for each type: what
// remains to be done for a value is no more than to follow it.
//
// encoding/gob was here before. It drops pointers to zero values, and fields that are not
// exported, without a word; it follows shared pointers as often as there are ways to them; and it
// takes three times as long.
type plan struct {
	t      reflect.Type
	encode func(*encoder, reflect.Value)
	decode func(*decoder, reflect.Value) // into a zero value that can be set

	// foreign says that following it may call methods of the user's, which may do anything: block, for one.
	foreign bool
	parts   []*plan

	// min is how many bytes a value takes at least, so that a count can be judged before room is made: 0 if its type
	// has size 0, and else 1 or more.
	min int
}

// A planKey names a plan.
type planKey struct {
	t   reflect.Type
	lax bool
}

var plans sync.Map // planKey → *plan

// planOf returns the plan for t, or why there is none. A lax one, for errors, leaves behind what
// cannot cross of a struct.
func planOf(t reflect.Type, lax bool) (*plan, error) {
	if found, ok := plans.Load(planKey{t, lax}); ok {
		return found.(*plan), nil
	}
	m := planner{lax: lax, made: map[reflect.Type]*plan{}}
	p, err := m.plan(t)
	if err != nil {
		return nil, err
	}
	m.spread()
	for t, made := range m.made {
		plans.LoadOrStore(planKey{t, lax}, made)
	}
	return p, nil
}

// A planner makes the plan for a type and for its parts.
type planner struct {
	lax  bool
	made map[reflect.Type]*plan
}

// spread tells the plans that were made what is foreign in them. A type may contain itself, so that this is known
// at the end only.
func (m *planner) spread() {
	for changed := true; changed; {
		changed = false
		for _, p := range m.made {
			if !p.foreign && slices.ContainsFunc(p.parts, func(part *plan) bool { return part.foreign }) {
				p.foreign, changed = true, true
			}
		}
	}
}

// part is plan for a part of what p is for.
func (m *planner) part(p *plan, t reflect.Type) (*plan, error) {
	part, err := m.plan(t)
	p.parts = append(p.parts, part)
	return part, err
}

func (m *planner) plan(t reflect.Type) (*plan, error) {
	if p, ok := m.made[t]; ok {
		return p, nil
	}
	if found, ok := plans.Load(planKey{t, m.lax}); ok {
		return found.(*plan), nil
	}
	p := &plan{t: t, min: 1}
	m.made[t] = p // before its parts: it may be one of them
	err := m.fill(p)
	if err != nil {
		delete(m.made, t)
	}
	return p, err
}

func (m *planner) fill(p *plan) error {
	switch {
	case p.t == timeType:
		p.encode, p.decode = encodeTime, decodeTime
		return nil
	case itself(p), scalar(p):
		return nil
	}
	switch p.t.Kind() {
	case reflect.Struct:
		return m.structure(p)
	case reflect.Pointer:
		return m.pointer(p)
	case reflect.Slice:
		return m.slice(p)
	case reflect.Array:
		return m.array(p)
	case reflect.Map:
		return m.mapping(p)
	case reflect.Interface:
		p.foreign = true
		m.dynamic(p)
		return nil
	}
	return fmt.Errorf("a %v (%v) means nothing in another process", p.t.Kind(), p.t)
}

// field is a field of a struct that crosses.
type field struct {
	index int
	plan  *plan
}

// structure is the plan for a struct: its fields in turn. A type whose fields would stay behind
// is refused: whoever sees a struct arrive believes that it is whole.
func (m *planner) structure(p *plan) error {
	var fields []field
	for i := range p.t.NumField() {
		f := p.t.Field(i)
		if f.Name == "_" || f.Type.Size() == 0 {
			continue // nothing can be in it
		}
		var part *plan
		err := reachable(f)
		if err == nil {
			part, err = m.part(p, f.Type)
		}
		switch {
		case err == nil:
			fields = append(fields, field{i, part})
		case !m.lax:
			return fmt.Errorf("%v.%s: %w", p.t, f.Name, err)
		}
	}
	if len(fields) == 0 && p.t.Size() > 0 {
		return fmt.Errorf("%v has no field that crosses", p.t)
	}
	p.min = 0
	for _, f := range fields {
		p.min += f.plan.min
	}
	p.encode = func(e *encoder, v reflect.Value) {
		e.enter()
		for _, f := range fields {
			f.plan.encode(e, v.Field(f.index))
		}
		e.depth--
	}
	p.decode = func(d *decoder, v reflect.Value) {
		d.enter()
		for _, f := range fields {
			f.plan.decode(d, v.Field(f.index))
		}
		d.depth--
	}
	return nil
}

// reachable reports why a field can only be set by the package that declares it. The exported
// fields of a struct that is embedded can be set, whatever its own name is.
func reachable(f reflect.StructField) error {
	if f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct {
		return nil
	}
	return errors.New("it is not exported and would stay behind (export it, give the type MarshalBinary and UnmarshalBinary, or register a codec)")
}

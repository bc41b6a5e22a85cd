package wire

import "reflect"

// Pointers and maps are told apart from what they lead to: one that was met before in the same
// message is its number. So what is shared arrives shared, what contains itself arrives at all, and
// neither takes more bytes than it has memory.
const (
	nilRef   = iota // nothing follows
	newRef          // what it leads to follows, and it gets the next number
	firstRef        // the first number
)

// ref says what a pointer or map is. The address alone is also that of a struct's first field.
type ref struct {
	address uintptr
	t       reflect.Type
}

func (m *planner) pointer(p *plan) error {
	elem, err := m.part(p, p.t.Elem())
	p.encode = func(e *encoder, v reflect.Value) {
		if e.ref(v) {
			elem.encode(e, v.Elem())
			e.depth--
		}
	}
	p.decode = func(d *decoder, v reflect.Value) {
		if d.ref(v) {
			d.fits(1, elem.min)
			target := reflect.New(elem.t).Convert(p.t)
			v.Set(target)
			d.refs = append(d.refs, target) // before what it leads to, which may lead back
			elem.decode(d, target.Elem())
			d.depth--
		}
	}
	return err
}

func (m *planner) mapping(p *plan) error {
	key, err := m.part(p, p.t.Key())
	if err != nil {
		return err
	}
	elem, err := m.part(p, p.t.Elem())
	p.encode = func(e *encoder, v reflect.Value) {
		if !e.ref(v) {
			return
		}
		e.uint(uint64(v.Len()))
		k, x := reflect.New(key.t).Elem(), reflect.New(elem.t).Elem()
		for all := v.MapRange(); all.Next(); {
			k.SetIterKey(all)
			x.SetIterValue(all)
			key.encode(e, k)
			elem.encode(e, x)
			e.check()
		}
		e.depth--
	}
	p.decode = func(d *decoder, v reflect.Value) {
		if !d.ref(v) {
			return
		}
		n := d.fits(d.uint(), key.min+elem.min)
		if key.min == 0 && n > 1 {
			refuse("a count beyond the end") // there is but one key
		}
		all := reflect.MakeMapWithSize(p.t, n)
		v.Set(all)
		d.refs = append(d.refs, all)
		k, x := reflect.New(key.t).Elem(), reflect.New(elem.t).Elem()
		for range n {
			k.SetZero()
			x.SetZero()
			key.decode(d, k)
			elem.decode(d, x)
			all.SetMapIndex(k, x)
		}
		d.depth--
	}
	return err
}

// slice is the plan for slices: 0 for nil, or the length and one, and the elements. That two slices
// share an array is not told.
func (m *planner) slice(p *plan) error {
	elem, err := m.part(p, p.t.Elem())
	if err != nil {
		return err
	}
	if elem.t.Kind() == reflect.Uint8 && !encodesItself(elem.t) {
		p.encode = func(e *encoder, v reflect.Value) {
			if v.IsNil() {
				e.uint(0)
				return
			}
			e.uint(uint64(v.Len()) + 1)
			e.bytes(v.Bytes())
		}
		p.decode = func(d *decoder, v reflect.Value) {
			if n := d.uint(); n > 0 {
				v.SetBytes(append([]byte{}, d.bytes(n-1)...))
			}
		}
		return nil
	}
	many, common := bulks[p.t]
	if !common {
		many.encode = func(e *encoder, v reflect.Value) { e.list(elem, v, v.Len()) }
		many.decode = func(d *decoder, v reflect.Value) { d.list(elem, v, v.Len()) }
	}
	p.encode = func(e *encoder, v reflect.Value) {
		if v.IsNil() {
			e.uint(0)
			return
		}
		e.uint(uint64(v.Len()) + 1)
		many.encode(e, v)
	}
	p.decode = func(d *decoder, v reflect.Value) {
		size := d.uint()
		if size == 0 {
			return
		}
		n := d.fits(size-1, elem.min)
		if n == 0 {
			v.Set(reflect.MakeSlice(p.t, 0, 0))
			return
		}
		v.Grow(n)
		v.SetLen(n)
		many.decode(d, v)
	}
	return nil
}

func (m *planner) array(p *plan) error {
	elem, err := m.part(p, p.t.Elem())
	if err != nil {
		return err
	}
	n := p.t.Len()
	p.min = n * elem.min
	p.encode = func(e *encoder, v reflect.Value) { e.list(elem, v, n) }
	p.decode = func(d *decoder, v reflect.Value) { d.list(elem, v, n) }
	return nil
}

// list writes elements. Those of size 0 are all the same, however many they are.
func (e *encoder) list(elem *plan, v reflect.Value, n int) {
	if elem.t.Size() == 0 {
		return
	}
	e.enter()
	for i := range n {
		elem.encode(e, v.Index(i))
		e.check()
	}
	e.depth--
}

func (d *decoder) list(elem *plan, v reflect.Value, n int) {
	if elem.t.Size() == 0 {
		return
	}
	d.enter()
	for i := range n {
		elem.decode(d, v.Index(i))
	}
	d.depth--
}

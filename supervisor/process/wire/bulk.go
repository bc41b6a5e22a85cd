package wire

import "reflect"

// A bulk is the plan for the elements of a slice of a common type, which are many as a rule: without reflection they
// take a third of the time.
type bulk struct {
	encode func(e *encoder, v reflect.Value)
	decode func(d *decoder, v reflect.Value) // into a slice of the right length
}

var bulks = map[reflect.Type]bulk{
	reflect.TypeFor[[]float64](): bulkOf((*encoder).float, (*decoder).float),
	reflect.TypeFor[[]float32](): bulkOf((*encoder).float32, (*decoder).float32),
	reflect.TypeFor[[]int64]():   bulkOf((*encoder).int, (*decoder).int),
	reflect.TypeFor[[]string]():  bulkOf((*encoder).text, func(d *decoder) string { return d.string(d.uint()) }),
	reflect.TypeFor[[]int](): bulkOf(
		func(e *encoder, n int) { e.int(int64(n)) },
		func(d *decoder) int {
			n := d.int()
			if int64(int(n)) != n {
				refuse("%d is no int", n)
			}
			return int(n)
		}),
}

func bulkOf[T any](put func(*encoder, T), get func(*decoder) T) bulk {
	return bulk{
		encode: func(e *encoder, v reflect.Value) {
			for _, x := range *sliceIn[T](v) {
				put(e, x)
				e.check()
			}
		},
		decode: func(d *decoder, v reflect.Value) {
			all := *sliceIn[T](v)
			for i := range all {
				all[i] = get(d)
			}
		},
	}
}

// sliceIn returns where v is, or a copy of its header.
func sliceIn[T any](v reflect.Value) *[]T {
	if v.CanAddr() {
		return v.Addr().Interface().(*[]T)
	}
	s := v.Interface().([]T)
	return &s
}

package wire

// A shape is what the screen has to know of a type: how its values are laid out.
type shape struct {
	kind      shapeKind
	key, elem int   // of lists and maps: the ids of their types
	fields    []int // of structs
}

type shapeKind uint8

const (
	numberShape shapeKind = iota + 1 // bool, int, uint, float
	complexShape
	bytesShape // also strings, and what encodes itself
	interfaceShape
	listShape // slices and arrays
	mapShape
	structShape
)

// builtin holds the types that no stream defines, by their ids.
var builtin = [...]shapeKind{
	1: numberShape, 2: numberShape, 3: numberShape, 4: numberShape,
	5: bytesShape, 6: bytesShape, 7: complexShape, 8: interfaceShape,
}

func (s *screen) shape(id int) shape {
	if id > 0 && id < len(builtin) {
		return shape{kind: builtin[id]}
	}
	t, ok := s.types[id]
	if !ok {
		refuse("a type that is not defined")
	}
	return t
}

// define reads the definition of a type. It is a gob struct by itself, with one field for
// each kind of type, in the order of gob's wireType; all but one are zero.
func (s *screen) define(r *gobReader, id int) {
	var t shape
	r.fields(func(kind int) {
		if t.kind != 0 {
			refuse("a type of two kinds")
		}
		switch kind {
		case 0: // array: common, element, length
			t.kind = listShape
			r.record(&t.elem, nil)
		case 1: // slice: common, element
			t.kind = listShape
			r.record(&t.elem)
		case 2: // struct: common, fields
			t.kind = structShape
			r.structure(&t)
		case 3: // map: common, key, element
			t.kind = mapShape
			r.record(&t.key, &t.elem)
		case 4, 5, 6: // encodes itself, in one of three ways: common
			t.kind = bytesShape
			r.record()
		default:
			refuse("a kind of type that does not exist")
		}
	})
	if t.kind == 0 {
		refuse("a type of no kind")
	}
	if s.types == nil {
		s.types = map[int]shape{}
	}
	s.types[id] = t
}

// record reads a struct that begins with the common part of all types, a struct of name and
// id, and goes on with numbers. A number without a place to be kept is dropped.
func (r *gobReader) record(numbers ...*int) {
	r.fields(func(field int) {
		switch {
		case field == 0:
			r.common()
		case field > len(numbers):
			refuse("a field that a type has not")
		default:
			n := r.int()
			if keep := numbers[field-1]; keep != nil {
				*keep = n
			}
		}
	})
}

// common reads a name and a number, and returns the number.
func (r *gobReader) common() (n int) {
	r.fields(func(field int) {
		switch field {
		case 0:
			r.bytes(r.uint())
		case 1:
			n = r.int()
		default:
			refuse("a field that a type has not")
		}
	})
	return n
}

// structure reads the definition of a struct: common, and the name and type of each field.
func (r *gobReader) structure(t *shape) {
	r.fields(func(field int) {
		switch field {
		case 0:
			r.common()
		case 1:
			for range r.count(1) {
				t.fields = append(t.fields, r.common())
			}
		default:
			refuse("a field that a struct has not")
		}
	})
}

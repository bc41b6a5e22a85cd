package wire

import (
	"encoding/binary"
	"math"
	"reflect"
)

// scalar fills in the plan for what has no parts, and reports whether p is for such a type.
func scalar(p *plan) bool {
	switch k := p.t.Kind(); {
	case k == reflect.Bool:
		p.encode = func(e *encoder, v reflect.Value) {
			if v.Bool() {
				e.uint(1)
			} else {
				e.uint(0)
			}
		}
		p.decode = func(d *decoder, v reflect.Value) {
			switch d.uint() {
			case 0:
			case 1:
				v.SetBool(true)
			default:
				refuse("a truth that is neither")
			}
		}
	case k == reflect.String:
		p.encode = func(e *encoder, v reflect.Value) { e.text(v.String()) }
		p.decode = func(d *decoder, v reflect.Value) { v.SetString(d.string(d.uint())) }
	case reflect.Int <= k && k <= reflect.Int64:
		p.encode = func(e *encoder, v reflect.Value) { e.int(v.Int()) }
		p.decode = decodeInt
	case reflect.Uint <= k && k <= reflect.Uintptr:
		p.encode = func(e *encoder, v reflect.Value) { e.uint(v.Uint()) }
		p.decode = decodeUint
	case k == reflect.Float32:
		p.min = 4
		p.encode = func(e *encoder, v reflect.Value) { e.float32(float32(v.Float())) }
		p.decode = func(d *decoder, v reflect.Value) { v.SetFloat(float64(d.float32())) }
	case k == reflect.Float64:
		p.min = 8
		p.encode = func(e *encoder, v reflect.Value) { e.float(v.Float()) }
		p.decode = func(d *decoder, v reflect.Value) { v.SetFloat(d.float()) }
	case k == reflect.Complex64 || k == reflect.Complex128:
		p.min = 16
		p.encode = func(e *encoder, v reflect.Value) {
			e.float(real(v.Complex()))
			e.float(imag(v.Complex()))
		}
		p.decode = func(d *decoder, v reflect.Value) {
			re := d.float()
			v.SetComplex(complex(re, d.float()))
		}
	default:
		return false
	}
	return true
}

func decodeInt(d *decoder, v reflect.Value) {
	n := d.int()
	if v.OverflowInt(n) {
		refuse("%d is no %v", n, v.Type())
	}
	v.SetInt(n)
}

func decodeUint(d *decoder, v reflect.Value) {
	n := d.uint()
	if v.OverflowUint(n) {
		refuse("%d is no %v", n, v.Type())
	}
	v.SetUint(n)
}

func (e *encoder) float(f float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(f))
}

func (d *decoder) float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(d.bytes(8)))
}

func (e *encoder) float32(f float32) {
	e.buf = binary.LittleEndian.AppendUint32(e.buf, math.Float32bits(f))
}

func (d *decoder) float32() float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(d.bytes(4)))
}

func (e *encoder) int(n int64) { e.buf = binary.AppendVarint(e.buf, n) }

func (d *decoder) int() int64 {
	u := d.uint()
	n := int64(u >> 1)
	if u&1 != 0 {
		n = ^n
	}
	return n
}

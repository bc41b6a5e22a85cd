package typed_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// holding is a chunk that has those inputs, and the index of each as its value.
func holding[In any](inputs ...In) (*chunk.Chunk, *typed.Payload[In, int]) {
	ch := typed.New[In, int]()
	(&typed.Slice[In, int]{In: inputs}).Bind(ch, 0, len(inputs))
	ch.N = len(inputs)
	ch.Grow()
	p := typed.Of[In, int](ch)
	for i := range p.Out {
		p.Out[i] = i
	}
	return ch, p
}

func TestShareAndCopy(t *testing.T) {
	t.Parallel()
	inputs := []string{"a", "b", "c", "d"}
	ch, _ := holding(inputs...)
	_, shared := holding[string]()
	_, copied := holding[string]()
	shared.Share(ch.Payload, 1, 3)
	copied.Copy(ch.Payload, 1, 3)
	require.Equal(t, []string{"b", "c"}, shared.In)
	require.Equal(t, []string{"b", "c"}, copied.In)
	require.Same(t, &inputs[1], &shared.In[0], "the caller's slice is not copied")
	require.NotSame(t, &inputs[1], &copied.In[0])
	copied.In[0] = "x"
	require.Equal(t, "b", inputs[1])
}

// TestClearLeavesTheCallersSlice alone: only what a payload has copied is its own.
func TestClearLeavesTheCallersSlice(t *testing.T) {
	t.Parallel()
	inputs := []string{"a", "b"}
	_, p := holding(inputs...)
	p.Clear()
	require.Equal(t, []string{"a", "b"}, inputs)
	require.Nil(t, p.In)
	require.Nil(t, p.Out)
}

// TestMoveLetsGo takes values away: those who had them have them no more.
func TestMoveLetsGo(t *testing.T) {
	t.Parallel()
	ch, from := holding("a", "b", "c", "d")
	_, to := holding("x")
	to.Move(ch.Payload, 1, 3)
	require.Equal(t, []int{1, 2}, to.Out)
	require.Equal(t, []int{0, 0, 0, 3}, from.Out)
}

// TestRecycledChunkKeepsNothingAlive: inputs and values may be large.
func TestRecycledChunkKeepsNothingAlive(t *testing.T) {
	t.Parallel()
	ch := typed.New[*[1 << 16]byte, *[1 << 16]byte]()
	p := typed.Of[*[1 << 16]byte, *[1 << 16]byte](ch)
	in, out := new([1 << 16]byte), new([1 << 16]byte)
	held := []weak.Pointer[[1 << 16]byte]{weak.Make(in), weak.Make(out)}
	p.SetInput(&in)
	p.Grow(1)
	p.Out[0] = out
	p.Clear()
	runtime.GC()
	for i, w := range held {
		require.Nil(t, w.Value(), i)
	}
	runtime.KeepAlive(ch)
}

func TestBoxed(t *testing.T) {
	t.Parallel()
	_, p := holding("a", "b")
	require.Equal(t, "b", p.Boxed(1))
	require.NoError(t, p.SetBoxed(1, 42))
	require.Equal(t, 42, p.Out[1])
	require.EqualError(t, p.SetBoxed(1, "no int"), "the runtime returned a string")
	require.Equal(t, 42, p.Out[1])
	require.NoError(t, p.SetBoxed(0, nil), "the zero value of whatever type")
	require.Zero(t, p.Out[0])
}

func TestBoxedInterface(t *testing.T) {
	t.Parallel()
	p := typed.Of[any, error](typed.New[any, error]())
	p.Grow(1)
	require.NoError(t, p.SetBoxed(0, nil))
	require.NoError(t, p.Out[0])
	require.Error(t, p.SetBoxed(0, "no error"))
}

// TestPayloadIsTwoSlices drives payloads, which share and recycle memory, and plain slices alike.
func TestPayloadIsTwoSlices(t *testing.T) {
	t.Parallel()
	type plain struct{ in, out []int }
	rapid.Check(t, func(t *rapid.T) {
		const most = 3
		caller := []int{0, 1, 2, 3, 4, 5, 6, 7}
		var payloads [most]*typed.Payload[int, int]
		var model [most]plain
		for i := range payloads {
			payloads[i] = typed.Of[int, int](typed.New[int, int]())
		}
		pick := func(label string) int { return rapid.IntRange(0, most-1).Draw(t, label) }
		part := func(n int) (lo, hi int) {
			lo = rapid.IntRange(0, n).Draw(t, "lo")
			return lo, rapid.IntRange(lo, n).Draw(t, "hi")
		}
		for step := range rapid.IntRange(1, 40).Draw(t, "steps") {
			at := pick("payload")
			p, m := payloads[at], &model[at]
			switch rapid.IntRange(0, 5).Draw(t, "op") {
			case 0: // of the caller's own, with values
				lo, hi := part(len(caller))
				p.Clear()
				p.In = caller[lo:hi]
				p.Grow(hi - lo)
				*m = plain{append([]int(nil), p.In...), make([]int, hi-lo)}
				for i := range p.Out {
					require.Zero(t, p.Out[i], "room for values is empty")
					p.Out[i], m.out[i] = 100*step+i, 100*step+i
				}
			case 1:
				from := pick("from")
				if from != at {
					lo, hi := part(len(model[from].in))
					p.Clear()
					p.Copy(payloads[from], lo, hi)
					*m = plain{in: append([]int(nil), model[from].in[lo:hi]...)}
				}
			case 2:
				from := pick("from")
				if from != at && m.out == nil {
					lo, hi := part(len(model[from].out))
					p.Move(payloads[from], lo, hi)
					m.out = append([]int{}, model[from].out[lo:hi]...)
					clear(model[from].out[lo:hi])
				}
			case 3:
				if len(m.in) == len(m.out) {
					lo, hi := part(len(m.in))
					p.Trim(lo, hi)
					m.in, m.out = m.in[lo:hi], m.out[lo:hi]
				}
			case 4:
				p.Clear()
				*m = plain{}
			case 5:
				p.Clear()
				in := 1000 + step
				p.SetInput(&in)
				*m = plain{in: []int{in}}
			}
			for i := range payloads {
				require.ElementsMatch(t, model[i].in, payloads[i].In)
				require.ElementsMatch(t, model[i].out, payloads[i].Out)
			}
		}
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, caller)
	})
}

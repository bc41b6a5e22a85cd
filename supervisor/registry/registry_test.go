package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/registry"
)

func length(_ context.Context, s string) (int, error) { return len(s), nil }

func lost(context.Context, string) (int, error) { return 0, nil }

func check(_ context.Context, s []int) error { return errors.New(fmt.Sprint(s)) }

func prefix(_ context.Context, before string, n int) (string, error) {
	return before + strconv.Itoa(n), nil
}

var (
	_ = registry.Register(length)
	_ = registry.RegisterEach(check)
	_ = registry.RegisterState(
		func(context.Context) (string, error) { return "n", nil }, prefix,
		func(context.Context, string) error { return os.ErrClosed },
	)
)

// decodeTo decodes what it is given.
func decodeTo(v any) func(into any) error {
	return func(into any) error {
		reflect.ValueOf(into).Elem().Set(reflect.ValueOf(v))
		return nil
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	f, err := registry.Lookup(length)
	require.NoError(t, err)
	require.Equal(t, reflect.TypeFor[string](), f.In)
	require.Equal(t, reflect.TypeFor[int](), f.Out)
	require.False(t, f.Batches())
	same, err := registry.Find(f.Name)
	require.NoError(t, err)
	require.Same(t, f, same)
	m, err := f.Enter(t.Context())
	require.NoError(t, err)
	v, err := m.Call(t.Context(), decodeTo("four"))
	require.NoError(t, err)
	require.Equal(t, 4, v)
	_, err = m.Call(t.Context(), func(any) error { return os.ErrInvalid })
	require.ErrorAs(t, err, new(*registry.DecodeError))
	require.ErrorIs(t, err, os.ErrInvalid)

	f, err = registry.Lookup(check)
	require.NoError(t, err)
	require.True(t, f.Batches())
	m, err = f.Enter(t.Context())
	require.NoError(t, err)
	_, err = m.Call(t.Context(), decodeTo([]int{1, 2}))
	require.EqualError(t, err, "[1 2]")

	f, err = registry.Lookup(prefix)
	require.NoError(t, err)
	m, err = f.Enter(t.Context())
	require.NoError(t, err)
	v, err = m.Call(t.Context(), decodeTo(7))
	require.NoError(t, err)
	require.Equal(t, "n7", v)
	require.ErrorIs(t, m.Exit(t.Context()), os.ErrClosed)
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	_, err := registry.Lookup(lost)
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
	require.ErrorContains(t, err, "registry_test.lost is not registered")
	require.ErrorContains(t, err, "registry_test.length", "which are")
	_, err = registry.Lookup(func() {})
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
	require.ErrorContains(t, err, "a closure")
}

// Example shows a function that any runtime can find.
func Example() {
	f, err := registry.Lookup(length)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.In, "to", f.Out)
	// Output: string to int
}

func keep(_ context.Context, b []byte) (keeper, error) { return keeper(b), nil }

var _ = registry.Register(keep)

// keeper is its own last value: what Decode was given stays with it.
type keeper []byte

func (k *keeper) UnmarshalBinary(src []byte) error {
	kept = append(kept, k)
	*k = keeper(src)
	return nil
}

func (k keeper) MarshalBinary() ([]byte, error) { return k, nil }

var kept []*keeper

// Values share memory at most where none of them can know of it.
func TestDecodeSharesNoValue(t *testing.T) {
	kept = nil
	f, err := registry.Lookup(keep)
	require.NoError(t, err)
	cross := func(typ reflect.Type, decoder registry.Decoder, values ...any) (got []any) {
		codec := registry.NewCodec(typ)
		decode := decoder(len(values), codec.Decode)
		for _, v := range values {
			src, err := codec.Encode(v, nil)
			require.NoError(t, err)
			v, err = decode(src)
			require.NoError(t, err)
			got = append(got, v)
		}
		return got
	}
	plain := []any{[]byte("a"), []byte("b"), []byte(nil), []byte{}}
	require.Equal(t, plain, cross(f.In, f.Input, plain...))
	own := []any{keeper("a"), keeper("b"), keeper("c")}
	require.Equal(t, own, cross(f.Out, f.Value, own...))
	require.Len(t, kept, 3)
	require.NotSame(t, kept[0], kept[1])
	for i, want := range []string{"a", "b", "c"} {
		require.Equal(t, want, string(*kept[i]))
	}
}

// A value that cannot be decoded is none, also where the one before was.
func TestDecodeLeavesNothing(t *testing.T) {
	t.Parallel()
	f, err := registry.Lookup(keep)
	require.NoError(t, err)
	decode := f.Input(2, registry.NewCodec(f.In).Decode)
	_, err = decode([]byte("\x00a"))
	require.NoError(t, err)
	v, err := decode([]byte("\x07"))
	require.Error(t, err)
	require.Nil(t, v)
}

// A codec of the user's that leaves what is there, as that of JSON with a null, finds nothing of the value before.
func TestDecodeBeginsAtZero(t *testing.T) {
	t.Parallel()
	f, err := registry.Lookup(keep)
	require.NoError(t, err)
	decode := f.Input(2, func(src []byte, into any) error {
		if len(src) > 0 {
			*into.(*[]byte) = bytes.Clone(src)
		}
		return nil
	})
	v, err := decode([]byte("a"))
	require.NoError(t, err)
	require.Equal(t, []byte("a"), v)
	v, err = decode(nil)
	require.NoError(t, err)
	require.Nil(t, v)
}

package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// errBad is what a table says of a batch with a bad row.
var errBad = errors.New("UNIQUE constraint failed")

// table takes batches as a database does: all rows of one, or none and one error for all.
type table struct {
	bad  map[int]bool
	take time.Duration // of each call, also of one that fails
	says error

	mu    sync.Mutex
	began time.Time
	ended time.Duration // when the last call returned
	seen  [][]int
	tries map[int]int
	rows  map[int]int // how often each is in the table
}

func newTable(bad ...int) *table {
	b := &table{says: errBad, began: time.Now(), bad: map[int]bool{}, tries: map[int]int{}, rows: map[int]int{}}
	for _, i := range bad {
		b.bad[i] = true
	}
	return b
}

// insert is a function over batches.
func (b *table) insert(_ context.Context, in []int) ([]int, error) {
	b.begin(in)
	if b.take > 0 {
		time.Sleep(b.take)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = time.Since(b.began)
	if slices.ContainsFunc(in, func(i int) bool { return b.bad[i] }) {
		return nil, b.says
	}
	return b.commit(in), nil
}

func (b *table) begin(in []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, slices.Clone(in))
	for _, i := range in {
		b.tries[i]++
	}
}

func (b *table) commit(in []int) (out []int) {
	for _, i := range in {
		b.rows[i]++
		out = append(out, 2*i)
	}
	return out
}

// calls are the first and the last row of each, all of which were of consecutive rows.
func (b *table) calls() (list [][2]int) {
	for _, in := range b.seen {
		list = append(list, [2]int{in[0], in[0] + len(in) - 1})
	}
	return list
}

// failed checks results that are in order, and returns the rows that have failed.
func (b *table) failed(t *testing.T, all []mapper.Result[int, int]) (list []int) {
	t.Helper()
	for i, r := range all {
		require.Equal(t, i, r.Index)
		if r.Attempts > 0 { // Collect and calls do not say how many
			require.Equal(t, b.tries[i], r.Attempts, "row %d", i)
		}
		if r.Err != nil {
			require.ErrorIs(t, r.Err, errBad)
			require.Zero(t, b.rows[i])
			list = append(list, i)
			continue
		}
		require.Equal(t, 2*i, r.Value)
		require.Equal(t, 1, b.rows[i], "row %d is in the table once", i)
	}
	return list
}

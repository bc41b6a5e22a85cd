package dashboard

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
)

// TestReady: a program is ready unless one of its functions is crash-looping and nothing works.
func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		h := newAPI(b)
		ready := func(query string, status int) readiness {
			t.Helper()
			answer := ask(h, "/readyz"+query)
			require.Equal(t, status, answer.Code, answer.Body)
			var r readiness
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &r))
			return r
		}
		require.Equal(t, readiness{Ready: true, Functions: []readyFunction{}}, ready("", http.StatusOK), "no function at all")

		var healed atomic.Bool
		deploy := func(name string, fn func(context.Context, int) (int, error)) *mapper.Function[int, int] {
			f, err := mapper.Deploy(t.Context(), mapper.Plain(fn), mapper.Options{Name: name, Containers: 2, Observer: b})
			require.NoError(t, err)
			return f
		}
		good := deploy("good", func(_ context.Context, i int) (int, error) { return i, nil })
		bad := deploy("bad", func(_ context.Context, i int) (int, error) {
			if !healed.Load() {
				panic("no rates")
			}
			return i, nil
		})
		require.Len(t, ready("", http.StatusOK).Functions, 2, "scaled to zero is ready")
		_, err := bad.SpawnAll(t.Context(), make([]int, 40)) // after 32 different ones it is a crash loop
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		synctest.Wait()

		r := ready("", http.StatusServiceUnavailable)
		require.False(t, r.Ready)
		why := map[string]string{}
		for _, f := range r.Functions {
			require.Equal(t, f.Why == "", f.Ready)
			why[f.Name] = f.Why
		}
		require.Equal(t, map[string]string{"good": "", "bad": "it is crash-looping, and no container works; the last crash: panic: no rates"}, why)
		require.Len(t, ready("?function=bad", http.StatusServiceUnavailable).Functions, 1)
		require.Len(t, ready("?function=good", http.StatusOK).Functions, 1)

		healed.Store(true)
		time.Sleep(time.Minute)
		require.True(t, ready("", http.StatusOK).Ready)
		require.NoError(t, good.Stop(t.Context()))
		require.NoError(t, bad.Stop(t.Context()))
		synctest.Wait()
		require.Empty(t, ready("", http.StatusOK).Functions)
		require.Equal(t, http.StatusNotFound, ask(h, "/readyz?function=bad").Code)
	})
}

// TestManyFunctions: all of them are asked, however many runs and functions there are.
func TestManyFunctions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 510
		b := history.New(history.Options{})
		var all []*mapper.Function[int, int]
		for range n {
			f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, i int) (int, error) { return i, nil }),
				mapper.Options{Name: "f", Containers: 1, Observer: b})
			require.NoError(t, err)
			all = append(all, f)
		}
		r := decode[readiness](t, newAPI(b), "/readyz")
		require.Len(t, r.Functions, n)
		for _, f := range all {
			require.NoError(t, f.Stop(t.Context()))
		}
	})
}

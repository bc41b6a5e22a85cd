package endpoint_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

// The end of the server's own context is not that of a client: it is answered, and nothing panics.
func TestBaseContextEnds(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]error{"plain": nil, "with a cause": errors.New("the program ends")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := make(chan int, 1)
			f := deploy(t, mapper.Plain(func(ctx context.Context, _ int) (int, error) {
				begun <- 1
				<-ctx.Done()
				return 0, context.Cause(ctx)
			}), mapper.Options{Containers: 1})
			base, end := context.WithCancelCause(context.Background())
			defer end(nil)
			h := handle(t, f, endpoint.Options{})
			panicked := make(chan any, 2)
			s := serving(t, func(server *http.Server) {
				server.BaseContext = func(net.Listener) context.Context { return base }
				server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					defer func() {
						p := recover()
						panicked <- p
						if p != nil {
							panic(p)
						}
					}()
					h.ServeHTTP(wrapped{w}, r)
				})
			})
			answered := make(chan response)
			go func() { answered <- s.post(t, "1") }()
			<-begun
			end(cause)
			got := <-answered
			require.Equal(t, http.StatusServiceUnavailable, got.status)
			require.Equal(t, problem{Error: "the request was cancelled by the server"}, got.problem(t))
			require.Nil(t, <-panicked)
			require.Equal(t, http.StatusServiceUnavailable, s.post(t, "1").status, "nor are those that come later left without")
			require.Nil(t, <-panicked)
		})
	}
}

// wrapped is a ResponseWriter as middleware has it.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

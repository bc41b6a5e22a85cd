package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

var errNegative = errors.New("x must not be negative")

type question struct {
	X int `json:"x"`
}

type reply struct {
	Square int `json:"square"`
}

func squareOf(_ context.Context, q question) (reply, error) {
	if q.X < 0 {
		return reply{}, errNegative
	}
	return reply{q.X * q.X}, nil
}

// A handler for a deployed function. What the client is to blame for gets a code of
// its own.
func ExampleNew() {
	f, err := mapper.Deploy(context.Background(), mapper.Plain(squareOf), mapper.Options{Containers: 4})
	if err != nil {
		panic(err)
	}
	defer f.Stop(context.Background())
	h, err := endpoint.New(f, endpoint.Options{Status: func(err error) int {
		if errors.Is(err, errNegative) {
			return http.StatusUnprocessableEntity
		}
		return 0
	}})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()

	for _, body := range []string{`{"x": 7}`, `{"x": -7}`, `{"x": "7"}`} {
		res, err := http.Post(server.URL, "application/json", strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		answer, _ := io.ReadAll(res.Body)
		res.Body.Close()
		fmt.Printf("%d %s", res.StatusCode, answer)
	}
	// Output:
	// 200 {"square":49}
	// 422 {"error":"x must not be negative"}
	// 400 {"error":"wrong type: string in place of int","offset":9,"field":"x"}
}

func ExampleOptions_Validate() {
	fmt.Println(endpoint.Options{MaxBody: -1}.Validate())
	// Output:
	// longshore: invalid MaxBody -1: must not be negative
}

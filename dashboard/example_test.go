package dashboard_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

func half(_ context.Context, n int) (int, error) {
	if n%2 != 0 {
		return 0, errors.New("odd")
	}
	return n / 2, nil
}

// A dashboard beside other handlers, under a prefix. This shows one page of it.
func ExampleNew() {
	d := dashboard.New(dashboard.Options{Describe: func(input any) string { return fmt.Sprint("the number ", input) }})
	defer d.Close()
	mux := http.NewServeMux()
	mux.Handle("/longshore/", http.StripPrefix("/longshore", d))

	_, err := mapper.Collect(context.Background(), half, []int{2, 4, 5}, mapper.Options{Name: "half", ReturnExceptions: true, Observer: d})
	fmt.Println(err != nil)

	page := httptest.NewRecorder()
	mux.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/longshore/", nil))
	fmt.Println(page.Code, strings.Contains(page.Body.String(), "half"))
	// Output:
	// true
	// 200 true
}

// A dashboard on a port of its own, chosen by the system.
func ExampleDashboard_Serve() {
	d := dashboard.New(dashboard.Options{Title: "thumbnails"})
	defer d.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx, listener) }()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + listener.Addr().String() + "/healthz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	fmt.Println(res.Status)

	cancel()
	fmt.Println(<-served)
	// Output:
	// 200 OK
	// <nil>
}

// An address that others can reach is refused, unless Options.AllowRemote is set.
func ExampleDashboard_ListenAndServe() {
	d := dashboard.New(dashboard.Options{})
	fmt.Println(d.ListenAndServe(context.Background(), ":7070"))
	// Output:
	// longshore: invalid addr :7070: can be reached from elsewhere: use 127.0.0.1, or set Options.AllowRemote
}

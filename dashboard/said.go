package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/longshore-go/longshore/internal/amount"
)

// What has come of an action is said on the page to which it leads, once: it is in a cookie of that page, as one of
// a few words. In the URL it would be said again to whoever loads, keeps or shares that.

const (
	saidCookie = "longshore-said"
	saidFor    = 10 // seconds: where a proxy changes the paths, the cookie is not taken back
)

// leave leaves word for the page. Without a path the cookie is of the folder of the action, which is the page.
func leave(w http.ResponseWriter, r *http.Request, words url.Values) {
	http.SetCookie(w, &http.Cookie{
		Name: saidCookie, Value: url.QueryEscape(words.Encode()), MaxAge: saidFor, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

// took is the word that was left for a page. It is taken back.
func took(w http.ResponseWriter, r *http.Request) url.Values {
	cookie, err := r.Cookie(saidCookie)
	if err != nil {
		return nil
	}
	at, err := url.ParseRequestURI(r.RequestURI)
	if err == nil {
		http.SetCookie(w, &http.Cookie{Name: saidCookie, Path: at.EscapedPath(), MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	text, _ := url.QueryUnescape(cookie.Value)
	words, _ := url.ParseQuery(text) // half of it may be one of the words, which harms nobody
	return words
}

// said is what a page says about the action that led to it.
func said(q url.Values) (text string, bad bool) {
	switch q.Get("said") {
	case "stop-drain":
		return "It finishes what it has accepted and refuses what comes. Then it ends.", false
	case "stop-now":
		return "It has been told to stop.", false
	case "pause":
		return "What executes goes on, and nothing begins until it is resumed.", false
	case "resume-function":
		return "The function whose containers serve it is paused: that is to be resumed.", true
	case "resume":
		return "Inputs begin again.", false
	case "reset":
		return "The crashes so far are forgotten. What waits for a start tries at once.", false
	case "drain":
		return "The container begins nothing more and ends; another takes its place.", false
	case "drain-none":
		return "That container does not live any more.", true
	case "retry-run":
		return "A run cannot take back inputs that it has settled: start another run over them.", true
	case "over":
		return "It has ended: there is nothing to act on.", true
	case "retry":
		return saidRetry(q)
	}
	return "", false
}

func saidRetry(q url.Values) (text string, bad bool) {
	n, err := strconv.Atoi(q.Get("n"))
	of, also := strconv.Atoi(q.Get("of"))
	switch {
	case err != nil || also != nil || n > of:
		return "", false
	case of == 0:
		return "No failed calls with that cause are kept.", true
	case n < of:
		return fmt.Sprintf("%s of %s again; the function takes no more for now.", amount.Number(n), called(of)), true
	}
	return called(n) + " again. Nobody is told of the values.", false
}

func called(n int) string { return amount.Of(n, "call is made", "calls are made") }

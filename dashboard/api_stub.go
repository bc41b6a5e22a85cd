package dashboard

import (
	"net/http"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

func newAPI(*history.Book) http.Handler { return http.NotFoundHandler() }

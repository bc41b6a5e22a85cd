package dashboard

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// A web page could have its own name lead here, and would then be of the same origin as the dashboard:
// so requests are refused that come by a name which is not known. An address is no name: nobody can
// have it lead elsewhere.

// anywhere is where a dashboard may be that another server serves.
var anywhere = &net.TCPAddr{IP: net.IPv6unspecified}

// checkHost refuses requests to the dashboard at an address that come by a name which is not known.
func (d *Dashboard) checkHost(addr net.Addr, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.knows(r.Host, addr) {
			http.Error(w, "the dashboard is not known by this name: see Options.Hosts", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// mounted is checkHost for what has come to a server. What a program hands over itself has no name.
func (d *Dashboard) mounted(next http.Handler) http.Handler {
	checked := d.checkHost(anywhere, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(http.LocalAddrContextKey) != nil {
			checked.ServeHTTP(w, r)
		} else {
			next.ServeHTTP(w, r)
		}
	})
}

func (d *Dashboard) knows(host string, addr net.Addr) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		at, tcp := addr.(*net.TCPAddr)
		return ip.IsLoopback() || tcp && (at.IP.IsUnspecified() || at.AddrPort().Addr().Unmap() == ip.Unmap())
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		slices.ContainsFunc(d.opts.Hosts, func(known string) bool { return strings.EqualFold(known, host) })
}

// Package site is servers and workers of supervisor/cluster for the commands that measure it: processes of the same program, on
// loopback.
//
//   - A server is NATS. Several are a cluster, which keeps journals.
//   - A machine is one cluster.Serve, with a connection of its own. A process may be many machines: they are lost together.
package site

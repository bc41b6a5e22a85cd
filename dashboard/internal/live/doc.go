// Package live keeps open pages up to date by server-sent events.
//
// What a page shows is rendered once for all tabs that have it open, at most twice a second,
// and only when it has changed. A tab is sent whole parts and no differences within them, so that
// one that has missed something, or comes back, needs nothing but the present. A tab that
// does not read is dropped; nobody waits for it.
package live

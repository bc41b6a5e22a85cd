// Package live keeps open pages up to date by server-sent events.
//
// What a page shows is rendered once for all tabs that have it open, at most twice a second, once while it changes
// all the time, and only when it has changed. A tab is sent the lines that have changed, compressed where it takes that; one
// that has missed something, or comes back, is sent all of the present. A tab that does not read is dropped;
// nobody waits for it.
package live

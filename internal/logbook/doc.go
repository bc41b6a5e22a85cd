// Package logbook is a journal as its run sees it: a [Log] of what has become of inputs, so that the run outlives its
// process. Journals, wherever they keep it, implement that; package mapper/internal/durable is the other side.
package logbook

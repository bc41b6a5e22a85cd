// Package attempt gives each attempt a context of its own, which ends when the attempt
// returns, and costs nothing as long as nobody asks for its end.
//
// Few functions ever ask their context for anything, and to make one takes a microsecond. So a
// worker uses a few contexts again and again, in turn, until somebody asks one for its end
// ([context.Context]'s Done, or a context that descends from it). When the attempt that executes
// then returns, they are ended and others take their place. Nothing is stored for an attempt: whose
// a context is follows from how many the worker has begun.
package attempt

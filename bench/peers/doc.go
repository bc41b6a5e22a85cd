// Package peers adapts other libraries to the same jobs, one file a library,
// each in the way its own documentation shows, with no help that its reader
// would not find there. A library is in a group only where it offers something
// of that kind: one without errors has no place among those that fail.
//
// Pools are made and stopped within the run, as Longshore's containers are.
package peers

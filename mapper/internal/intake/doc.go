// Package intake is where fresh inputs come from: the caller's slice, an iterator, and the
// window that bounds how many are taken and not yet delivered.
package intake

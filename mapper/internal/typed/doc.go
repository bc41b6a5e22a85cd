// Package typed is all of a run that knows the user's types: inputs and values in chunks,
// the loops that call the function, and the ends where inputs come from and values go to.
//
// It is small on purpose. Each pair of types in a user's program is compiled anew here and
// nowhere else: whatever can be said without the types belongs in another room.
package typed

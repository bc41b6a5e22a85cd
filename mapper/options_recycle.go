package mapper

import "time"

// Recycle says when containers are replaced by new ones although nothing is wrong with
// them: against state that grows or goes stale. A container that is due ends after what
// it executes, exit included. Its successor starts at once where the pool has fewer containers
// than it may have, and else when it has ended. It is no crash.
type Recycle struct {
	// Inputs is how many inputs a container executes at most. 1 means that each input has
	// a container for itself. From 10 on, each container draws a limit of its own, up to
	// a tenth lower, so that they do not all end at once. Zero means no limit.
	Inputs int

	// Memory is how many bytes a container may use. It is looked at when the container has
	// executed something. (A Runtime may have a limit of its own, at which it kills.) Only a
	// Runtime knows the use, such as that of worker processes. Zero means no limit.
	Memory int64

	// Age is how long a container takes inputs, up to a tenth less for each by its own
	// draw. Zero means no limit.
	Age time.Duration
}

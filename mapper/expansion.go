package mapper

// expansion is a [Frontier] without its type.
type expansion struct {
	breadthFirst bool
	unique       any // func(In) string
}

func uniqueOf[In any](e *expansion) func(In) string { return e.unique.(func(In) string) }

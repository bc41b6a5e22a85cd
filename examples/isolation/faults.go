package main

import (
	"fmt"
	"os"
	"slices"
)

// faults are the bad inputs, in the order of the report.
var faults = []struct {
	name string
	do   func()
}{
	{"eats memory", hoard},
	{"calls os.Exit", func() { os.Exit(3) }},
	{"overflows the stack", func() { fmt.Println(descend(0)) }},
	{"races on a map", race},
	{"loops for ever", spin},
}

// withFaults spreads the faults among the tasks.
func withFaults(tasks []task) []task {
	all := slices.Clone(tasks)
	for i, f := range faults {
		at := (i + 1) * len(all) / (len(faults) + 1)
		all = slices.Insert(all, at, task{Fault: f.name})
	}
	return all
}

// commit does not return.
func commit(name string) error {
	for _, f := range faults {
		if f.name == name {
			f.do()
		}
	}
	return fmt.Errorf("%q is no fault", name)
}

var kept [][]byte

func hoard() {
	for {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1 // a page counts when it is used
		}
		kept = append(kept, block)
	}
}

// descend should have asked for another sign.
func descend(n int) int {
	if n < 0 {
		return 0
	}
	return descend(n+1) + descend(n+2)
}

func race() {
	m := map[int]int{}
	write := func() {
		for i := 0; ; i++ {
			m[i%8] = i
		}
	}
	go write()
	write()
}

func spin() {
	for turns := 0; ; turns++ {
		continue
	}
}

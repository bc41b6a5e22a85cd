// Package usage is what this process has taken of its machine, for the programs that measure themselves.
package usage

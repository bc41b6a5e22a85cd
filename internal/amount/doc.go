// Package amount says how many there are of something, in numbers and words.
package amount

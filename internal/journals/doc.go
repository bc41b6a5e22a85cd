// Package journals is the tests that every journal must pass, wherever it keeps its rows.
package journals

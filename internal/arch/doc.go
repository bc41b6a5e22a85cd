// Package arch is the test that imports point one way.
//
// It reads the imports of every Go file in the repository, nested modules and
// files for other systems included, and compares them with the table in
// CONTRIBUTING.md. The table is the only statement of the rule: to allow an
// import, change the table, where a reviewer sees it. What the table allows and
// nothing uses must leave it.
//
// It also compares ARCHITECTURE.md with the tree: the files that it names are there, and it
// names each file that starts a goroutine. And it looks in the mapper's packages for circles of
// files that use one another.
//
// The tree is read with go/parser and not with "go list": the test cache knows
// which files a test opens but not which files its child processes open, so a
// broken import would go on passing as "(cached)".
package arch

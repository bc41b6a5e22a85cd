// Package recorded is what a journal says of its run: each entry, counts, failures by cause; as a page, as CSV and as lines of
// JSON. It does not matter what keeps the journal: journal.Read opens a file, and cluster.Runtime.ReadJournal a stream of
// JetStream.
package recorded

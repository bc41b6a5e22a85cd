// Etl loads a file of comma-separated values into a database, is killed on the way, and goes on where it was:
//
//	go run ./examples/etl
//	go run ./examples/etl -rows 1000000 -kills 3
//
// It makes the file on the spot, 200,000 orders, and loads it in batches of 500, each a transaction
// of SQLite's (mapper.Batched). Some orders have an amount that the database refuses: the
// transaction fails, its halves are tried, and in the end the bad rows have failed alone, each with
// the database's own words. The file is read while it is loaded (mapper.Source).
//
// A journal (mapper/journal) records what has become of each row. Once, in a process of its own, the
// program kills itself in the middle, as kill -9 would. The next start executes what is not recorded;
// what was loaded and not recorded yet is loaded again, which the statement allows for. At the end
// the table is compared with the file.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// config is what the flags say, and what one start tells the next.
type config struct {
	rows, badEvery, kills int
	opts                  mapper.Options
	batch                 mapper.Batch
	folder                string // of the file, the database and the journal
}

func main() {
	if loadAndDie() {
		return
	}
	c := config{opts: mapper.Options{Name: "load"}}
	flag.IntVar(&c.rows, "rows", 200_000, "`number` of rows in the file")
	flag.IntVar(&c.badEvery, "bad-every", 9_999, "one row in so `many` is bad")
	flag.IntVar(&c.kills, "kills", 1, "how `often` the program kills itself")
	flag.IntVar(&c.batch.Size, "batch", 500, "`rows` in a transaction")
	// A database with one writer gains nothing from more; the second container reads and waits.
	flag.IntVar(&c.opts.Containers, "containers", 2, "how many transactions at the same time")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "etl: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("etl", func(ctx context.Context, o supervisor.Observer) error {
		c.opts.Observer = o
		return run(ctx, c, os.Stdout)
	})
}

func (c config) file() string     { return filepath.Join(c.folder, "orders.csv") }
func (c config) database() string { return filepath.Join(c.folder, "orders.db") }
func (c config) journal() string  { return filepath.Join(c.folder, "load.db") }

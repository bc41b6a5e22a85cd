package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"strconv"
)

// row is a line of the file, as it stands there: what is a number is for the database to say.
type row struct {
	Line                int
	ID, Customer, Cents string
}

// expected is what the file holds, by whoever has made it.
type expected struct {
	good, bad int
	cents     int64 // of the good ones
}

// writeCSV makes the file: orders, of which every badEvery-th is one that the database refuses.
func writeCSV(path string, rows, badEvery int) (e expected, err error) {
	f, err := os.Create(path)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	random := rand.New(rand.NewPCG(1, 2))
	fmt.Fprintln(w, "id,customer,cents")
	for id := 1; id <= rows; id++ {
		cents := 1 + random.Int64N(100_000)
		text := strconv.FormatInt(cents, 10)
		if id%badEvery == 0 {
			text = []string{"-" + text, "n/a", ""}[e.bad%3]
			e.bad++
		} else {
			e.good++
			e.cents += cents
		}
		fmt.Fprintf(w, "%d,customer %d,%s\n", id, random.IntN(5000), text)
	}
	return e, w.Flush()
}

// readCSV is the rows of the file, one after the other, for [mapper.Source]: a file that ends in the middle of a line is an
// error of the source, and no row.
func readCSV(in io.Reader) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		lines := csv.NewReader(in)
		lines.FieldsPerRecord = 3
		if _, err := lines.Read(); err != nil { // the header
			yield(row{}, err)
			return
		}
		for {
			fields, err := lines.Read()
			if err == io.EOF {
				return
			}
			line, _ := lines.FieldPos(0)
			var r row
			if err == nil {
				r = row{line, fields[0], fields[1], fields[2]}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

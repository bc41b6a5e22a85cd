// Resume is a batch that is killed again and again, and finishes all the same:
//
//	go run ./examples/resume
//	go run ./examples/resume -show batch.db
//
// It computes a checksum for each of 200,000 inputs with a journal, and starts itself four times
// for it. Three times it kills itself at a random moment, as kill -9 or a power cut would. The
// fourth start finishes. Then it says what each start has executed, and how many inputs ran twice:
// those that were finished when the process died, and not recorded yet.
//
// With -show it serves the page about a journal, this one's or any other's, until Ctrl-C.
package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// config is what the flags say.
type config struct {
	inputs int
	kills  int
	folder string // of the journal
}

func main() {
	var c config
	flag.IntVar(&c.inputs, "inputs", 200_000, "how many inputs there are")
	flag.IntVar(&c.kills, "kills", 3, "how often the program kills itself")
	path := flag.String("show", "", "serve the page about the journal in this `file`, and do nothing else")
	addr := flag.String("dashboard", "127.0.0.1:0", "where to serve it")
	flag.Parse()
	do := func() error { return start(c, os.Stdout) }
	if *path != "" {
		do = func() error { return show(*path, *addr, os.Stdout) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "resume:", err)
		os.Exit(1)
	}
}

// folderOf is the variable by which a start knows that it is one, and killAfter at which input it is to die.
const (
	folderOf  = "RESUME_FOLDER"
	killAfter = "RESUME_KILL_AFTER"
)

// start is a start of the batch, or all of them.
func start(c config, out io.Writer) error {
	if c.folder = os.Getenv(folderOf); c.folder != "" {
		return batch(c, out)
	}
	folder, err := os.MkdirTemp("", "resume")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	c.folder = folder
	return all(c, out)
}

// all starts the batch until it has come to its end.
func all(c config, out io.Writer) error {
	executed := map[int]int{}
	for n := 1; ; n++ {
		after := 0
		if n <= c.kills {
			after = 1 + rand.IntN(max(c.inputs-len(executed), 2)/2)
		}
		err := again(c, after, out)
		before, times := len(executed), 0
		if err := count(c, n, executed, &times); err != nil {
			return err
		}
		fmt.Fprintf(out, "start %d: executed %d inputs, %d of them for the first time\n", n, times, len(executed)-before)
		if exit := (*exec.ExitError)(nil); err == nil {
			break
		} else if !errors.As(err, &exit) || after == 0 {
			return err
		}
	}
	twice := 0
	for _, n := range executed {
		twice += min(n-1, 1)
	}
	fmt.Fprintf(out, "%d of %d inputs ran more than once\n", twice, c.inputs)
	return nil
}

// again is one start, in a process of its own.
func again(c config, after int, out io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(program, "-inputs", strconv.Itoa(c.inputs))
	cmd.Env = append(os.Environ(), folderOf+"="+c.folder, killAfter+"="+strconv.Itoa(after))
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	return cmd.Run()
}

// batch is what is to be done: it knows nothing of the starts before, but where its journal is.
func batch(c config, out io.Writer) error {
	after, err := strconv.Atoi(os.Getenv(killAfter))
	if err != nil {
		return err
	}
	notes, err := note(c, after)
	if err != nil {
		return err
	}
	defer notes.Close()
	inputs := make([]int, c.inputs)
	for i := range inputs {
		inputs[i] = i
	}
	j, err := journal.Open(filepath.Join(c.folder, "batch.db"), journal.Options{Version: "sha256"})
	if err != nil {
		return err
	}
	sums, err := mapper.Collect(context.Background(), func(_ context.Context, in int) (string, error) {
		if err := notes.executed(in); err != nil {
			return "", err
		}
		return checksum(in), nil
	}, inputs, mapper.Options{Journal: j})
	if err != nil {
		return cmp.Or(j.Close(), err)
	}
	together := crc32.NewIEEE()
	for _, sum := range sums {
		_, _ = io.WriteString(together, sum) // of a hash: it never fails
	}
	fmt.Fprintf(out, "all %d checksums are there, and together they are %08x\n", len(sums), together.Sum32())
	return j.Close()
}

// checksum takes some microseconds.
func checksum(in int) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(in)))
	for range 50 {
		sum = sha256.Sum256(sum[:])
	}
	return fmt.Sprintf("%x", sum[:8])
}

// kill ends this process as nothing else does: nothing is closed, nothing is told.
func kill() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
}

// notes is the file in which a start notes what it executes.
type notes struct {
	*os.File
	left atomic.Int64 // until it is to die
}

func note(c config, killAfter int) (*notes, error) {
	for n := 1; ; n++ {
		f, err := os.OpenFile(notesOf(c, n), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			all := &notes{File: f}
			all.left.Store(int64(killAfter))
			return all, err
		}
	}
}

func notesOf(c config, start int) string {
	return filepath.Join(c.folder, fmt.Sprintf("start-%d", start))
}

// executed is one write: what was noted survives the process.
func (n *notes) executed(in int) error {
	_, err := n.Write(binary.BigEndian.AppendUint32(nil, uint32(in)))
	if n.left.Add(-1) == 0 {
		kill()
	}
	return err
}

// count adds what the n-th start has executed. One that died early may have noted nothing.
func count(c config, n int, executed map[int]int, times *int) error {
	f, err := os.OpenFile(notesOf(c, n), os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for {
		var number [4]byte
		if _, err := io.ReadFull(in, number[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		executed[int(binary.BigEndian.Uint32(number[:]))]++
		*times++
	}
}

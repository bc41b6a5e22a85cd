// Package journal has a run outlive its process: killed, out of power, interrupted or deployed
// anew, a batch continues where it was.
//
//	j, err := journal.Open("resize.db", journal.Options{Version: "v2"})
//	if err != nil {
//		return err
//	}
//	defer j.Close()
//	thumbnails, err := mapper.Collect(ctx, resize, paths, mapper.Options{Journal: j})
//
// The same program, started again, executes only what is not recorded, and returns all of it. It
// works with goroutines and with worker processes.
//
// # What is recorded
//
// What has become of each input is a row of a SQLite database, the file of the journal: its value
// if it has succeeded, and else why it has failed. A [mapper.Result] reaches its reader after its
// row is committed and, by default, on the disk. Commits are done in groups, at most 20 ms or
// 4 MB apart. What the end of a run has left unfinished is not recorded.
//
// Inputs are known by their key, not by their place: 128 bits of the SHA-256 of what they contain,
// or what Options.Key says. So they may be reordered, and some may be put in between or left out.
// Of equal inputs each has a row of its own. The function is not part of the key: change
// Options.Version with whatever the results depend on.
//
// Recorded results come again when the run is resumed: in their places in an ordered run, and in an
// unordered one before all others. There the inputs of an iterator are known only once they are pulled: their results come
// then, which waits for no container. The values are not kept in memory till then.
//
// An input may run again that was executing when the process died, whose attempt had finished and
// was not committed (one group at most), or whose result was delivered when the caller died before
// acting on it. With Options.NoSync a power cut takes further groups with it, kill -9 does not.
//
// How often an input has crashed its container is recorded, too, until the input is settled: with
// CrashLimit 3 it may crash two in one life, and one in the next.
//
// Recorded failures run again when the run is resumed, with fresh retries, and a success is never
// replaced. With Options.KeepFailed they are final.
//
// With AtMostOnce an input is recorded as begun before it is, and the disk is waited for: half a
// millisecond for each chunk, or group of chunks. What was begun is never begun again, whatever has
// become of the process: it fails with [mapper.ErrInterrupted], or as it has failed before.
//
// # Inputs that kill the process
//
// Where a process has died without closing its journal, on a machine that has not been started anew
// since, what was executing is suspected. In the next life each suspect executes while nothing else
// of the run does, and one that comes to an end is no suspect any more. An input that was alone in
// as many deaths as CrashLimit says is not executed any more: it fails with a [*mapper.DeathError].
// Cancelling the run, Close and another start of the machine are no deaths. A kill from outside
// cannot be told from one by an input, but that there are such kills shows: nothing was executing,
// or a suspect comes to its end later. Each asks for one death more, up to three times CrashLimit.
// Where something ends a program some time after each start, an input that takes longer is alone in each death. So one
// that was alone in a death waits in the next life, with nothing executing, until the process has lived for longer than
// it had then: if it dies before that, nobody is suspected any more. An innocent can still be convicted by chance, where kills
// are many: Options.RetryPoison runs it again. What worker processes execute is not suspected. Windows has none of this.
//
// # What it refuses
//
// A journal is for one run with its types, its name and its version. What differs is a
// [*MismatchError] that names it: use another path, or Options.Adopt. A value that does not come
// back as it went is an [*EncodingError]. A journal that cannot be written any more ends its run
// with a [*mapper.JournalError]: what is recorded is delivered, what is not is not.
//
// One process at a time writes a journal, and one run; a second owner gets a [*LockedError]. Reading
// takes no lock: see [Read], or sqlite3 -readonly, for which there are the views failures and
// progress.
package journal

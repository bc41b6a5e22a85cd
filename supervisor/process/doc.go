// Package process runs containers as worker processes, for functions that may take their
// process down with them: by memory, by C code, by os.Exit, by a fault of the Go runtime, or by
// never returning.
//
// A worker is this program, started once more. Three things make it one:
//
//	var _ = process.Register(resize) // at package level: workers know the function by its name
//
//	func main() {
//		process.Main() // first: in a worker it never returns
//		...
//		mapper.Map(ctx, resize, paths, mapper.Options{
//			Runtime: process.New(process.Options{Memory: 256 << 20}),
//		})
//	}
//
// and TestMain calls [Main], too, where tests run workers.
//
// # What crosses
//
// Only inputs and values do. They arrive as they were, pointers to zero values, what is empty and what is
// shared included. [Register] refuses a type of which something would stay behind, unless it has a
// [Codec] of the caller's. An input or a value that has no encoding, or takes more than 63 MiB, is an
// error of that input.
//
// What a closure has captured does not cross, nor does a change of a global variable. So Register takes
// functions declared at top level and nothing else.
//
// Errors cross with text, chain and marks, see [RegisterError]. A context's deadline crosses, and its end
// with the cause; its values do not. mapper.AttemptFrom says in a worker what it works on.
//
// # What a worker is
//
// A worker leads a process group. It shares three things with its parent: a socket, a page of memory
// which says what input it executes, and a pipe, the lifeline. By the lifeline comes what the worker must
// hear while the function executes, and the parent's death.
//
// Its stdin is empty. Its stdout and stderr go to Options.Log, line by line. Its descriptors are those of
// any new process, 0, 1 and 2; what the parent itself was left is closed. ps shows it as program, function
// and container.
//
// A worker obeys its parent alone. From [Main] on it receives and forgets the signals by which a terminal,
// an operator or a service manager ends a process. The parent gets them, too, and knows what is under way.
//
// It is sent one chunk at a time, of about a millisecond of work, and no second one ahead. The way costs
// about a hundredth of that. And a chunk that waited in a worker which turns out to be slow would be one
// that an idle worker cannot take.
//
// Nothing outlives its worker, nor a worker its parent, however that came about. The process group is
// killed. On Linux so is who has left it for another group in the same session, as long as it has kept the
// variable LONGSHORE_FAMILY in its environment. Two kinds of process stay, unless there is a PIDNamespace
// or a Cgroup: those with a session of their own, and those with a group of their own whose environment
// lacks that variable. Where this program is the first of a container, it reaps those that were killed, but
// no orphan that ended by itself before its worker did.
//
// # How it ends
//
// In order: Close has it finish, run exit, and go. The contexts of enter and exit do not end in a worker: it is killed after
// StartTimeout and ExitGrace. Or else: every end is a
// *supervisor.CrashError with a Kind, of which this package lists the words, and with exit code,
// signal, panic value, stack, peak memory and the tail of stderr as far as there are any. The
// input that executed is to blame, and no other; what the worker had finished is reported,
// but for at most 200 µs of work that it had not sent yet. Who spoils the connection is to blame for that: if several share a frame
// nobody is, that once, and for a while the inputs of the function go one by one.
//
// Encoding and decoding are part of an attempt, also where they call methods of its values in the parent. One
// that does not return when the container is closed in a hurry has ended the container, and is left alone: nobody can end
// a goroutine. Nothing is told of an input after Run has returned.
//
// A program that ends before it has come to [Main] is refused for good, as a further start would do the same. A panic while its
// packages are initialized is one like any other.
//
// # Systems
//
// Linux has all of it. Other Unix systems have no Cgroup and no PIDNamespace, and nobody
// kills a worker over its memory: see [Runtime.Limits]. Windows has no workers: Check refuses
// every function.
package process

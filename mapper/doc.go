// Package mapper runs one function over many inputs in parallel and keeps going when
// things break.
//
// [Map] and [MapSeq] deliver results over a channel. [Start] gives a handle whose
// [Run.All] yields them on the caller's goroutine. [Collect] and [Each] wait for the
// whole. All of them are one engine with one set of [Options]. A [Body] does the same with
// a state in each container, or over batches. [Stream] is for functions with several
// outputs for each input. [Deploy] makes a [Function] that lives on and serves many runs
// and single calls.
//
// The model is [Modal], its Function.map and its container classes; comments say where the two differ. There are
// [guides] for retries, batches, stages, crash loops and more.
//
// # Words
//
// An input is one element of the caller's inputs. It has an index, from 0. A run is what [Map],
// [MapSeq], [Start], [Collect], [Each] or [Stream] does with one sequence of inputs. A run of its own has
// containers that live as long as it does; a run on a function has the function's.
//
// An attempt is one execution of the function for one input. A retry is an attempt after an
// application failure, which is an error or a timeout. It is charged to the input's Retries.
// A re-run is an attempt after a crash. It is charged to the input's crash limit, never to
// Retries.
//
// A container executes attempts, one at a time unless MaxInputs says more. It is a goroutine,
// or what a Runtime makes, such as a worker process. A crash is the end of a container that
// nobody asked for: a panic or runtime.Goexit in the function, or a start that fails. A chunk
// is a few consecutive inputs that a container claims at once.
//
// To settle an input is to decide its fate for good. Each input of a run settles exactly once.
//
// A function is a body with its containers. A call is one input of a deployed function, by
// itself.
//
// # What happens when something goes wrong
//
//   - The function returns an error: retried after Retries.Delay, then the Result's
//     Err is that error. [policy.Permanent] forbids a retry, [policy.RetryAfter]
//     chooses its time. [policy.Throttled] has everybody wait, and charges nobody who was under way.
//   - A function over batches returns one error for all of its inputs, and no retry is left: the
//     batch is executed again in halves, free of charge, until the bad inputs fail alone. See
//     [Batch].
//   - An attempt exceeds Timeout: its context ends with the cause [ErrTimeout]. What it
//     returns after that does not count. It is retried like an error, and fails as a
//     *[TimeoutError]. An attempt that ignores its context for Grace is abandoned: a
//     goroutine cannot be killed, so its container is counted and replaced.
//   - An input is not settled TotalTimeout after its first attempt began: what runs is cut, what waits for
//     another attempt fails, as a *[TimeoutError] with Total and the last error.
//   - The function panics: its container ends and a new one takes its place at once.
//     Inputs that the container had claimed and not begun are re-run free of charge, those
//     it had finished are kept. The input is re-run, see the next section; CrashLimit
//     crashes fail it as a *[supervisor.CrashError] with the panic value and the stack.
//   - An attempt is slow, and Hedge is set: a second one begins in another container, what succeeds
//     first counts, and the context of the other ends with the cause [ErrHedged]. Nothing is
//     charged for that.
//   - The enter of a body fails, panics, or takes longer than StartTimeout: a crash at
//     start-up. It is charged to no input; the container is started again, ever later.
//   - Several inputs execute in the container that crashes (MaxInputs): the one that
//     panicked is charged, the others are cancelled and re-run free if they do not end
//     with a value. In a function over batches nobody can tell: each input of the batch is
//     charged once, and from then on is a batch by itself.
//   - A container is drained, preempted, recycled, scaled down or replaced by a redeploy:
//     nobody is charged, and what it had not finished runs elsewhere. So it is when a
//     machine, or the link to it, is lost.
//   - Crashes outweigh progress: an ephemeral run gives up, and pending inputs fail with
//     one *[supervisor.CutoffError], which says by which rule and how many different inputs
//     were tried, and wraps the last crash. A deployed one slows its restarts and goes on
//     when something works. See package [policy] for the limits.
//   - The context ends: nothing new begins, nothing is retried, running attempts are
//     cancelled, and unfinished inputs settle with context.Cause. Their Results say that they
//     are Unfinished, as after every early end: nobody has judged them.
//   - The reader leaves the loop over All: the run is stopped and joined before the
//     loop statement returns.
//
// Without ReturnExceptions the first input to fail for good ends the run. What is
// finished before it in order is delivered first, then its Result, then nothing. With
// ReturnExceptions every failure is a Result in its place.
//
// An input may run more than once, even after it has done its work (at least once);
// AtMostOnce forbids that, and turns the first failure or crash into the last.
//
// # The context of an attempt
//
// Each attempt has a context of its own, and all inputs of a batch one together. It descends
// from that of the run, or of the call, and ends when the attempt returns, whatever it returns:
// a goroutine that waits for Done ends with its attempt, and a value must not need it any more.
// Read the body of a *http.Response in the function, not where the result arrives. After
// Timeout its Err is context.DeadlineExceeded and its cause [ErrTimeout].
//
// It costs nothing until somebody asks for its end: with Done, or by making another context from
// it. One that was kept, and is asked for the first time only after its attempt has returned, has ended
// or ends with the attempt that its container then executes; [AttemptFrom] is for the time before.
//
// # Inputs that crash
//
// Bad inputs are not a bad function. An input is fresh until it was executing in a crash,
// and struck from then on, until it succeeds.
//
//   - After the crash of a fresh input, and until any input finishes, each container that is
//     free takes one fresh input, drawn at random from all that may be begun; of calls the
//     newest. In an ordered [Stream] it is the lowest, since an input there holds its
//     container until the reader comes to it.
//   - A struck input runs again once something has finished that was begun after its crash:
//     only beside an input that works is it to blame. From its second strike on it runs
//     alone, whatever MaxInputs. Where nothing fresh is left, it runs without that.
//   - It runs in another lineage than the last time, unless all others are busy with struck
//     inputs, or the function is crash-looping. Struck inputs use a quarter of the containers
//     at most, one at least, while there are fresh ones.
//   - A crash is not charged while 32 inputs or more have crashed one after the other and
//     another fresh one can be tried, nor in a crash loop. On a deployed function a struck
//     input that runs again although nothing has worked waits 1 s to 30 s before, and is
//     charged only if no other has crashed meanwhile.
//   - Every input ends: no input is in more than 8 crashes, or CrashLimit if that is more,
//     charged or not.
//
// # Order, memory, speed
//
// Results come in the order of the inputs, or with Unordered as they are finished. At
// most Outstanding inputs are taken and not delivered, however many containers there
// are. So a slow input at the head of an ordered run lets that many others finish; then no
// more are taken until it is done. A retry waits in that window and in no container.
//
// Containers claim inputs in chunks of some 30 µs of work, so that cheap inputs share the
// cost of a synchronisation. Slow inputs go one by one. No input waits behind a slow one: a
// container without work takes half of what another has claimed and not begun, and a reader
// without results gets what a container has finished of its chunk. Only inputs that cost no
// more than a no-op are begun four at a time. They share the delay if one of them turns out
// slow. Inputs must not wait for each other.
//
// # Runs that outlive their process
//
// With Options.Journal what has become of each input is recorded, see package
// [github.com/longshore-go/longshore/mapper/journal]. The same run, started again, executes only what is not recorded, and delivers all of it. A result is
// delivered once its record is safe, so a journal that cannot be written any more ends the run.
//
// # Functions that live
//
// A deployed function has between Scale.Min and Scale.Max containers. It gets more at once
// when inputs wait and nobody is idle, and fewer when some have been idle for the Window. It
// shares them between its runs and its calls: whichever has the fewest containers goes first,
// and all calls count as one. [Function.Stop] drains it. [Function.Redeploy] replaces its body without
// losing an input. A crash loop slows its restarts, while calls and runs wait.
//
// # Watching
//
// [Options].Observer is told what happens, as [supervisor.Event] values, on a goroutine of its
// own. It never delays the work: what it is too slow for is dropped and counted. A [Watcher]
// is also shown each run and function, as a [View]. It may ask the view at any time for the
// inputs by state, and for the containers and what they execute. An input costs nothing more
// for it: those that are cheaper than some 20 µs are told of several at a time.
//
// # Testing
//
// Runs, functions and journals work in a testing/synctest bubble: delays, timeouts and rates take no real time, and are
// exact. What the bubble asks for:
//
//   - What it uses is made in it: functions, contexts, limiters, channels. A function that was deployed outside is
//     waited for as for a stranger (the bubble reports a deadlock), and a limiter from outside has another clock.
//   - What is begun in it ends in it. A function is stopped. A run is read to its end, left by way of [Run.All], stopped,
//     or its context ends, else the bubble reports a deadlock. An attempt that ignores its context must return at some time.
//   - Time passes only while all goroutines sleep, or wait for each other. So a computation takes no time at all, however long
//     it is, and exceeds no Timeout: have it sleep. While one waits for a connection, or a worker process, time
//     stands still: use net.Pipe, and test worker processes outside.
//   - What takes no time is cheap, and cheap inputs are claimed many at a time. Which of several results that come at the
//     same instant is first is still a matter of chance.
//
// [Modal]: https://modal.com/docs
// [guides]: https://github.com/longshore-go/longshore/tree/main/docs
package mapper

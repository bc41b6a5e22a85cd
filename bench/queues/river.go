//go:build unix

package queues

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	queue "github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// river is River on a Postgres with these settings.
func river(name string, settings ...string) System {
	return System{name, postgresMissing, func(ctx context.Context, h *Host, workers, slots int) (Queue, error) {
		return openRiver(ctx, h, workers, slots, settings)
	}}
}

type riverQueue struct {
	site
	pool   *pgxpool.Pool
	client *queue.Client[pgx.Tx]
	last   *queue.JobListCursor // the last job of the Map before
}

func openRiver(ctx context.Context, h *Host, workers, slots int, settings []string) (_ Queue, err error) {
	q := &riverQueue{}
	defer func() {
		if err != nil {
			q.Close()
		}
	}()
	at, err := q.postgres(ctx, h, settings...)
	if err != nil {
		return nil, err
	}
	if q.pool, err = pgxpool.New(ctx, at); err != nil {
		return nil, err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(q.pool), &rivermigrate.Config{Logger: silent})
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	if q.client, err = queue.NewClient(riverpgxv5.New(q.pool), &queue.Config{Logger: silent, FetchCooldown: queue.FetchCooldownMin}); err != nil {
		return nil, err
	}
	return q, q.work("river", at, workers, slots)
}

func (q *riverQueue) Close() {
	if q.pool != nil {
		q.pool.Close()
	}
	q.site.Close()
}

var silent = slog.New(slog.DiscardHandler)

type task struct {
	Nap     time.Duration `json:"nap"`
	Payload []byte        `json:"payload"`
}

func (task) Kind() string { return "task" }

type worker struct {
	queue.WorkerDefaults[task]
}

func (worker) Work(ctx context.Context, job *queue.Job[task]) error {
	if err := rest(ctx, job.Args.Nap); err != nil {
		return err
	}
	return queue.RecordOutput(ctx, job.Args.Payload)
}

func workRiver(ctx context.Context, at string, slots int) error {
	pool, err := pgxpool.New(ctx, at)
	if err != nil {
		return err
	}
	defer pool.Close()
	known := queue.NewWorkers()
	queue.AddWorker(known, worker{})
	client, err := queue.NewClient(riverpgxv5.New(pool), &queue.Config{
		Workers: known, Logger: silent,
		Queues:            map[string]queue.QueueConfig{queue.QueueDefault: {MaxWorkers: slots}},
		FetchCooldown:     queue.FetchCooldownMin,
		FetchPollInterval: 20 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	return ready(ctx)
}

const (
	inserts = 1000                  // jobs of one COPY
	page    = 250                   // jobs of one look for results
	between = 20 * time.Millisecond // two looks that find less than a page
)

func (q *riverQueue) Map(ctx context.Context, nap time.Duration, payloads [][]byte) ([][]byte, error) {
	many := make([]queue.InsertManyParams, 0, inserts)
	for i, p := range payloads {
		many = append(many, queue.InsertManyParams{Args: task{nap, p}})
		if len(many) == inserts || i == len(payloads)-1 {
			if _, err := q.client.InsertManyFast(ctx, many); err != nil {
				return nil, err
			}
			many = many[:0]
		}
	}
	return q.results(ctx, len(payloads))
}

// results reads jobs by their number, which is the order of their insertion, as far as all before are through.
func (q *riverQueue) results(ctx context.Context, n int) ([][]byte, error) {
	var all [][]byte
	for len(all) < n {
		params := queue.NewJobListParams().OrderBy(queue.JobListOrderByID, queue.SortOrderAsc).First(min(page, n-len(all)))
		if q.last != nil {
			params = params.After(q.last)
		}
		jobs, err := q.client.JobList(ctx, params)
		if err != nil {
			return nil, err
		}
		got := 0
		for _, job := range jobs.Jobs {
			out, done, err := output(job)
			if err != nil {
				return nil, err
			}
			if !done {
				break
			}
			all, q.last, got = append(all, out), queue.JobListCursorFromJob(job), got+1
		}
		if got < page && len(all) < n {
			if err := rest(ctx, between); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// output is what a job has given, if it is through.
func output(job *rivertype.JobRow) (out []byte, done bool, err error) {
	if len(job.Errors) > 0 {
		return nil, false, fmt.Errorf("job %d: %s", job.ID, job.Errors[0].Error)
	}
	if job.State != rivertype.JobStateCompleted {
		return nil, false, nil
	}
	err = json.Unmarshal(job.Output(), &out)
	return out, err == nil, err
}

func (q *riverQueue) Call(ctx context.Context, payload []byte) ([]byte, error) {
	inserted, err := q.client.Insert(ctx, task{0, payload}, nil)
	if err != nil {
		return nil, err
	}
	for {
		job, err := q.client.JobGet(ctx, inserted.Job.ID)
		if err != nil {
			return nil, err
		}
		if out, done, err := output(job); done || err != nil {
			return out, err
		}
		if err := rest(ctx, time.Millisecond); err != nil {
			return nil, err
		}
	}
}

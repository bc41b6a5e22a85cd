//go:build unix

package queues

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"
	"golang.org/x/sync/errgroup"
)

// senders is how many jobs are enqueued at a time: Asynq sends each by itself, and has no pipeline.
const senders = 32

func socket(at string) asynq.RedisClientOpt {
	return asynq.RedisClientOpt{Network: "unix", Addr: at, PoolSize: senders}
}

type asynqQueue struct {
	site
	client    *asynq.Client
	inspector *asynq.Inspector
	sent      int // by all that was mapped and called
}

func openAsynq(ctx context.Context, h *Host, workers, slots int) (_ Queue, err error) {
	q := &asynqQueue{}
	defer func() {
		if err != nil {
			q.Close()
		}
	}()
	at, err := q.redis(ctx, h)
	if err != nil {
		return nil, err
	}
	q.client, q.inspector = asynq.NewClient(socket(at)), asynq.NewInspector(socket(at))
	return q, q.work("asynq", at, workers, slots)
}

func (q *asynqQueue) Close() {
	if q.client != nil {
		_ = q.client.Close()
		_ = q.inspector.Close()
	}
	q.site.Close()
}

func workAsynq(ctx context.Context, at string, slots int) error {
	server := asynq.NewServer(socket(at), asynq.Config{Concurrency: slots, TaskCheckInterval: time.Millisecond, LogLevel: asynq.FatalLevel})
	if err := server.Start(asynq.HandlerFunc(handle)); err != nil {
		return err
	}
	return ready(ctx)
}

// handle finds the sleep in the type of the task, so that the payload is sent as it is.
func handle(ctx context.Context, t *asynq.Task) error {
	nap, err := time.ParseDuration(t.Type())
	if err != nil {
		return err
	}
	if err := rest(ctx, nap); err != nil {
		return err
	}
	_, err = t.ResultWriter().Write(t.Payload())
	return err
}

const defaultQueue = "default"

// send makes a job, which is kept when it is through: its result goes with it otherwise.
func (q *asynqQueue) send(ctx context.Context, nap time.Duration, payload []byte) (string, error) {
	info, err := q.client.EnqueueContext(ctx, asynq.NewTask(nap.String(), payload), asynq.Retention(time.Hour), asynq.MaxRetry(0))
	if err != nil {
		return "", err
	}
	return info.ID, nil
}

func (q *asynqQueue) Map(ctx context.Context, nap time.Duration, payloads [][]byte) ([][]byte, error) {
	ids := make([]string, len(payloads))
	g, sending := errgroup.WithContext(ctx)
	for k := range senders {
		g.Go(func() (err error) {
			for i := k; i < len(payloads) && err == nil; i += senders {
				ids[i], err = q.send(sending, nap, payloads[i])
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	q.sent += len(payloads)
	if err := q.completed(ctx); err != nil {
		return nil, err
	}
	return q.results(ids)
}

// completed waits until all that was sent is.
func (q *asynqQueue) completed(ctx context.Context) error {
	for {
		info, err := q.inspector.GetQueueInfo(defaultQueue)
		switch {
		case err != nil:
			return err
		case info.Archived > 0:
			return fmt.Errorf("%d jobs have failed", info.Archived)
		case info.Completed >= q.sent:
			return nil
		}
		if err := rest(ctx, between); err != nil {
			return err
		}
	}
}

// results lists what is completed, a thousand jobs at a time, and puts each where it belongs: they are listed in no order of ours.
func (q *asynqQueue) results(ids []string) ([][]byte, error) {
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	all := make([][]byte, len(ids))
	for number := 1; ; number++ {
		infos, err := q.inspector.ListCompletedTasks(defaultQueue, asynq.PageSize(inserts), asynq.Page(number))
		if err != nil {
			return nil, err
		}
		for _, info := range infos {
			if i, ours := at[info.ID]; ours {
				all[i] = info.Result
			}
		}
		if len(infos) < inserts {
			break
		}
	}
	if slices.ContainsFunc(all, func(b []byte) bool { return b == nil }) {
		return nil, errors.New("a result is missing")
	}
	return all, nil
}

func (q *asynqQueue) Call(ctx context.Context, payload []byte) ([]byte, error) {
	id, err := q.send(ctx, 0, payload)
	if err != nil {
		return nil, err
	}
	q.sent++
	for {
		info, err := q.inspector.GetTaskInfo(defaultQueue, id)
		switch {
		case err != nil:
			return nil, err
		case info.State == asynq.TaskStateArchived:
			return nil, errors.New(info.LastErr)
		case info.State == asynq.TaskStateCompleted:
			return info.Result, nil
		}
		if err := rest(ctx, time.Millisecond); err != nil {
			return nil, err
		}
	}
}

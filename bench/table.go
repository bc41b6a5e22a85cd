package bench

import (
	"slices"

	"github.com/longshore-go/longshore/bench/floor"
	"github.com/longshore-go/longshore/bench/peers"
	"github.com/longshore-go/longshore/bench/work"
)

// A Group is one question that all its implementations answer.
type Group string

const (
	Collect    Group = "collect"     // all results as a slice in input order; fn cannot fail
	CollectCtx Group = "collect-ctx" // the same; fn takes a context and returns an error
	Ordered    Group = "ordered"     // results one by one, in input order, from a lazy sequence
	Unordered  Group = "unordered"   // results one by one, as they come, from a lazy sequence
)

// Groups lists them in the order in which they are shown.
func Groups() []Group { return []Group{Collect, CollectCtx, Ordered, Unordered} }

// A Kind says whose an implementation is.
type Kind string

const (
	Floor     Kind = "floor"     // the hand-written loop that ratios are taken against; one a group
	ByHand    Kind = "by hand"   // other hand-written loops, for orientation
	Peer      Kind = "peer"      // another library
	Longshore Kind = "longshore" // ours
)

// An Implementation is one way to run a job of its group.
type Implementation struct {
	Group Group
	Name  string
	Kind  Kind
	Run   work.Run

	AnyOrder  bool // results in no order, in a group that wants one
	Unlimited bool // has no concurrency limit to set
	CPUOnly   bool // hopeless where the work waits; left out there
}

// Runs says whether i is measured on w.
func (i Implementation) Runs(w work.Workload) bool { return w.CPU || !i.CPUOnly }

// Table lists every implementation, the floor of each group first.
func Table() []Implementation {
	return slices.Concat([]Implementation{
		{Group: Collect, Name: "floor", Kind: Floor, Run: floor.Collect},
		{Group: Collect, Name: "floor-claim-each", Kind: ByHand, Run: floor.CollectEach},
		{Group: Collect, Name: "serial-loop", Kind: ByHand, Run: floor.Serial, CPUOnly: true},
		{Group: Collect, Name: "conc-iter", Kind: Peer, Run: peers.ConcIterCollect},
		{Group: Collect, Name: "conc-pool", Kind: Peer, Run: peers.ConcPoolCollect, AnyOrder: true},
		{Group: Collect, Name: "pond", Kind: Peer, Run: peers.PondCollect},
		{Group: Collect, Name: "lo-parallel", Kind: Peer, Run: peers.LoCollect, Unlimited: true},
		{Group: Collect, Name: "ants", Kind: Peer, Run: peers.AntsCollect},
		{Group: Collect, Name: "errgroup", Kind: Peer, Run: peers.ErrgroupCollect},
		{Group: Collect, Name: "taskgroup", Kind: Peer, Run: peers.TaskgroupCollect},
		{Group: Collect, Name: "workerpool", Kind: Peer, Run: peers.WorkerpoolCollect},
		{Group: Collect, Name: "go-zero-mr", Kind: Peer, Run: peers.MRCollect},

		{Group: CollectCtx, Name: "floor", Kind: Floor, Run: floor.CollectErr},
		{Group: CollectCtx, Name: "conc-iter", Kind: Peer, Run: peers.ConcIterCollectErr},
		{Group: CollectCtx, Name: "conc-pool", Kind: Peer, Run: peers.ConcPoolCollectErr, AnyOrder: true},
		{Group: CollectCtx, Name: "pond", Kind: Peer, Run: peers.PondCollectErr},
		{Group: CollectCtx, Name: "errgroup", Kind: Peer, Run: peers.ErrgroupCollectErr},
		{Group: CollectCtx, Name: "taskgroup", Kind: Peer, Run: peers.TaskgroupCollectErr},
		{Group: CollectCtx, Name: "go-zero-mr", Kind: Peer, Run: peers.MRCollectErr},

		{Group: Ordered, Name: "floor", Kind: Floor, Run: floor.Ordered},
		{Group: Ordered, Name: "floor-ctx", Kind: ByHand, Run: floor.OrderedErr},
		{Group: Ordered, Name: "sequence-sketch", Kind: ByHand, Run: floor.Sequence},
		{Group: Ordered, Name: "channel-of-channels", Kind: ByHand, Run: floor.OrderedChannels},
		{Group: Ordered, Name: "conc-stream", Kind: Peer, Run: peers.ConcOrdered},
		{Group: Ordered, Name: "pond-futures", Kind: Peer, Run: peers.PondOrdered},

		{Group: Unordered, Name: "floor", Kind: Floor, Run: floor.Unordered},
		{Group: Unordered, Name: "floor-ctx", Kind: ByHand, Run: floor.UnorderedErr},
		{Group: Unordered, Name: "channels-64", Kind: ByHand, Run: floor.UnorderedChannels(64)},
		{Group: Unordered, Name: "channels-0", Kind: ByHand, Run: floor.UnorderedChannels(0)},
		{Group: Unordered, Name: "conc-pool", Kind: Peer, Run: peers.ConcUnordered},
		{Group: Unordered, Name: "pond", Kind: Peer, Run: peers.PondUnordered},
		{Group: Unordered, Name: "ants", Kind: Peer, Run: peers.AntsUnordered},
		{Group: Unordered, Name: "errgroup", Kind: Peer, Run: peers.ErrgroupUnordered},
		{Group: Unordered, Name: "taskgroup", Kind: Peer, Run: peers.TaskgroupUnordered},
		{Group: Unordered, Name: "workerpool", Kind: Peer, Run: peers.WorkerpoolUnordered},
		{Group: Unordered, Name: "go-zero-mr", Kind: Peer, Run: peers.MRUnordered},
	}, longshoreTable)
}

package telemetry

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

// maxText is how many bytes of an error's text are kept, and of a function's name.
const maxText = 1000

// begin begins the span of a run, or marks the moment of a deploy. A run that the sampler does
// not want is forgotten: none of its events finds it. The caller holds l.mu.
func (t *traces) begin(l *life, ev supervisor.Event) {
	if l.about.Function {
		l.span = t.under(l.above, nil, "longshore.deploy", ev)
		l.span.End(trace.WithTimestamp(ev.Time))
		return
	}
	l.span = t.under(l.above, t.of(l.about.Parent), "longshore.run", ev)
	if !l.span.IsRecording() {
		t.forget(l.about.ID)
		return
	}
	l.span.SetAttributes(
		attribute.Int64("longshore.run", int64(l.about.ID)),
		attribute.Int("longshore.containers", l.about.Options.Containers),
	)
}

// root begins a trace, linked to the deploy of its function if there is one.
func (t *traces) root(function *life, name string, ev supervisor.Event) trace.Span {
	return t.under(trace.SpanContext{}, function, name, ev)
}

// under is root within the caller's span, if there is one. The name of the function is there
// from the beginning, for samplers.
func (t *traces) under(above trace.SpanContext, function *life, name string, ev supervisor.Event) trace.Span {
	opts := []trace.SpanStartOption{
		trace.WithTimestamp(ev.Time),
		trace.WithAttributes(attribute.String("longshore.function", cut(ev.Function))),
	}
	if function != nil && function.span != nil && function.span.SpanContext().IsSampled() {
		opts = append(opts, trace.WithLinks(trace.Link{SpanContext: function.span.SpanContext()}))
	}
	_, span := t.tracer.Start(trace.ContextWithSpanContext(context.Background(), above), name, opts...)
	return span
}

// attempt is the span of the attempts that an event tells of. The caller holds l.mu.
func (t *traces) attempt(l *life, ev supervisor.Event) {
	if l.span == nil || !l.allow(ev, ev.Failed > 0, t.limit) {
		return
	}
	end := ev
	ev.Time = ev.Time.Add(-ev.Took)
	var span trace.Span
	if l.about.Function {
		span = t.root(l, "longshore.attempt", ev)
	} else {
		_, span = t.tracer.Start(trace.ContextWithSpan(context.Background(), l.span), "longshore.attempt", trace.WithTimestamp(ev.Time))
	}
	defer span.End(trace.WithTimestamp(end.Time))
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(about(ev)...)
	if ev.Count > 1 {
		span.SetAttributes(attribute.Int("longshore.count", ev.Count), attribute.Int("longshore.failed", ev.Failed))
	}
	if l.about.Function {
		l.tellDropped(span)
	}
	fail(span, ev.Err)
}

// note is an event in the span of a run. A function has no span: it is a moment of its own
// there. The caller holds l.mu.
func (t *traces) note(l *life, ev supervisor.Event) {
	if l.span == nil || !l.allow(ev, ev.Err != nil, t.limit) {
		return
	}
	name := "longshore." + string(ev.Kind)
	attributes := about(ev)
	if !l.about.Function {
		if ev.Err != nil {
			attributes = append(attributes, attribute.String("longshore.error", textOf(ev.Err)))
		}
		l.span.AddEvent(name, trace.WithTimestamp(ev.Time), trace.WithAttributes(attributes...))
		return
	}
	span := t.root(l, name, ev)
	defer span.End(trace.WithTimestamp(ev.Time))
	span.SetAttributes(attributes...)
	l.tellDropped(span)
	fail(span, ev.Err)
}

// end ends the span of a run. The caller holds l.mu.
func (l *life) end(ev supervisor.Event) {
	if l.span == nil || l.about.Function {
		return
	}
	l.tellDropped(l.span)
	if ev.Dropped > 0 {
		l.span.SetAttributes(attribute.Int64("longshore.events.dropped", ev.Dropped))
	}
	if ev.Outcome != "" {
		l.span.SetAttributes(attribute.String("longshore.outcome", string(ev.Outcome)))
	}
	fail(l.span, ev.Err)
	l.span.End(trace.WithTimestamp(ev.Time))
	l.span = nil
}

// allow reports whether there may be another span in this second. What fails may have all of
// them, the rest a half.
func (l *life) allow(ev supervisor.Event, failed bool, limit int) bool {
	if second := ev.Time.Unix(); second != l.second {
		l.second, l.spans = second, 0
	}
	if !failed {
		limit -= limit / 2
	}
	if l.spans >= limit {
		l.dropped++
		return false
	}
	l.spans++
	return true
}

// tellDropped says how many spans were dropped: that of a run in its end, and with calls, which have
// none, the next one.
func (l *life) tellDropped(span trace.Span) {
	if l.dropped > 0 {
		span.SetAttributes(attribute.Int("longshore.spans.dropped", l.dropped))
		l.dropped = 0
	}
}

// about is what an event says, but its error.
func about(ev supervisor.Event) []attribute.KeyValue {
	var all []attribute.KeyValue
	add := func(name string, n int) {
		if n >= 0 {
			all = append(all, attribute.Int(name, n))
		}
	}
	add("longshore.container", ev.Container)
	add("longshore.input", ev.Input)
	if ev.Attempt > 0 {
		add("longshore.attempt", ev.Attempt)
	}
	if _, ok := guard.As[*supervisor.CrashError](ev.Err); ok {
		phase, cause := metrics.Ending(ev.Err)
		all = append(all, attribute.String("longshore.phase", phase), attribute.String("longshore.cause", cause))
	}
	if !ev.Next.IsZero() {
		all = append(all, attribute.Float64("longshore.next_seconds", ev.Next.Sub(ev.Time).Seconds()))
	}
	return all
}

func fail(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, textOf(err))
	}
}

// textOf is what an error says, whatever its methods do.
func textOf(err error) string { return cut(show.Error(err, 0)) }

func cut(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "\uFFFD")
}

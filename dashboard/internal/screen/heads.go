package screen

import "github.com/longshore-go/longshore/dashboard/internal/history"

// columnHead is that of a column of runs.
type columnHead struct {
	Text, Class string
	Order       history.Order
	Href        string // the table sorted by it, empty where it cannot be
	Sorted      string // as aria-sort has it, empty where it is not
}

var runColumns = []struct {
	text, class string
	order       history.Order
}{
	{"Name", "", "name"},
	{"Status", "", ""},
	{"Progress", "broad", ""},
	{"Succeeded", "num", "succeeded"},
	{"Failed", "num", "failed"},
	{"Retrying", "num", "retrying"},
	{"Rate", "num", "rate"},
	{"Containers", "num", "containers"},
	{"Crashes", "num", "crashes"},
	{"Time", "", "started"},
}

// plainHeads are the columns of runs that cannot be sorted.
func plainHeads() (all []columnHead) {
	for _, c := range runColumns {
		all = append(all, columnHead{Text: c.text, Class: c.class})
	}
	return all
}

// Heads are the columns, with links that sort by them: once more turns it round.
func (o Overview) Heads() []columnHead {
	all := plainHeads()
	for i, c := range runColumns {
		if c.order == "" {
			continue
		}
		all[i].Order = c.order
		next, up := c.order, c.order == "name"
		switch o.Filter.Sort {
		case c.order:
			next, all[i].Sorted = c.order.Reverse(), direction(up)
		case c.order.Reverse():
			all[i].Sorted = direction(!up)
		}
		q := o.query()
		q.Set("sort", string(next))
		all[i].Href = "?" + q.Encode()
	}
	return all
}

func direction(up bool) string {
	if up {
		return "ascending"
	}
	return "descending"
}

// sortedBy is an order in words.
func sortedBy(o history.Order) string {
	switch o {
	case "name":
		return "name"
	case "started":
		return "start, the latest first"
	}
	return string(o) + ", the most first"
}

// mostOf is the function or run that lost most inputs to a cause, as far as its name needs it.
func mostOf(l history.Loss) history.Run {
	return history.Run{ID: l.Most, Name: l.Name, Function: l.Function}
}

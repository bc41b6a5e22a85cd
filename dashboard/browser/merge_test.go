package browser

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
)

// What has come is merged so that the page is as if it had been loaded, and what has not changed is left alone.
func TestMerge(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{}), newTab(t)
	p.open(s.url("/"))
	p.shows("#live-word", "live")
	require.Empty(t, ask[string](p, mergeAnything), "merged, and as it came")
	for change, want := range map[string]string{
		`one("<td>1</td>"), one("<td>1</td>")`:                                        "tampered", // it came as it was made
		`one("<td>1</td>"), one("<td>2</td>")`:                                        "2",
		`one("<td>1</td>"), one("<td>2</td>"), one("<td>1</td>")`:                     "1",
		`one("<td><b>1</b><i>x</i></td>"), one("<td>1</td>"), one("<td>1</td>")`:      "tampered",
		`one("<td>1</td>"), one("<td>1</td><td>x</td>"), one("<td>1</td><td>y</td>")`: "1y",
	} {
		require.Equal(t, want, ask[string](p, `(() => {
			const body = document.createElement("tbody");
			const one = (cells) => {
				const fresh = document.createElement("template");
				fresh.innerHTML = "<table><tbody><tr id='r'>" + cells + "</tr></tbody></table>";
				return fresh.content.querySelector("tbody");
			};
			const all = [`+change+`];
			mergeInto(body, one("<td>0</td>")); // put in, and not made like anything
			for (const fresh of all.slice(0, -1)) mergeInto(body, fresh);
			body.rows[0].cells[0].textContent = "tampered";
			mergeInto(body, all.at(-1));
			return body.textContent;
		})()`), change)
	}
}

// mergeAnything merges random trees into each other, and says what went wrong first. Texts beside each other are one text
// to whoever reads, so that there are none.
const mergeAnything = `(() => {
	let seed = 1;
	const roll = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
	const tree = (depth) => {
		let html = "";
		const ids = new Set();
		for (let n = roll(5); n > 0; n--) {
			const name = ["tr", "li", "div", "p", "time"][roll(5)];
			const id = name + roll(3); // a key is always on an element of one kind
			const keyed = roll(2) && !ids.has(id) && depth === 3;
			if (keyed) ids.add(id);
			html += "<x-" + name + (keyed ? " id=" + id : "") + (roll(3) ? "" : " title=" + roll(3)) + ">" +
				(depth > 0 && roll(3) ? tree(depth - 1) : "text " + roll(3)) + "</x-" + name + ">";
		}
		return html;
	};
	const page = document.createElement("div");
	for (let i = 0; i < 3000; i++) {
		// Rows are rows wherever they are: parsers of HTML want them in tables.
		const fresh = document.createElement("template");
		fresh.innerHTML = tree(3).replaceAll(/<(\/?)x-(tr|li|div|p|time)/g, "<$1$2").replaceAll(/<(\/?)tr/g, "<$1li").replaceAll(/<(\/?)p\b/g, "<$1section");
		const want = fresh.innerHTML;
		const kept = Array.from(page.querySelectorAll("[id]"), (e) => [e.id, e.nodeName, e]);
		mergeInto(page, fresh.content);
		if (page.innerHTML !== want) return i + ": " + page.innerHTML + " is not " + want;
		for (const [id, name, node] of kept) {
			const now = page.querySelector("#" + id);
			if (now && now.nodeName === name && now !== node) return i + ": " + id + " is another node";
		}
	}
	return "";
})()`

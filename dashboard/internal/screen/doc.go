// Package screen turns what is known of runs and functions into pages: values in, HTML out.
//
// A page consists of parts, each a template. The same parts make the page when it is loaded
// and are sent again while it is open, so that there is one way in which things are shown.
// Pages are complete without JavaScript: filters are forms and links, charts are SVG. All
// links are relative, so that a page works under any prefix, also one that a proxy strips.
//
// Texts that come from programs (names, errors, descriptions of inputs, stacks, lines) go
// through [clean]: no markup, escape sequence or change of writing direction gets through,
// and what is too long is cut and says so.
package screen

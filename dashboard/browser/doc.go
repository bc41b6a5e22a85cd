// Package browser is the tests of the dashboard in a real browser.
//
// Each test is a story: a real run on a real dashboard, and a page that watches it. It is a
// module of its own, so that what drives the browser is in nobody else's go.mod.
//
// The browser is the one that LONGSHORE_CHROMIUM names, which then must start; or chromium or
// Chrome in the path; without one the stories are skipped. LONGSHORE_AXE names the axe.min.js of axe-core, by which pages
// are also searched for what hinders people who do not see, or use no mouse. Pictures of the pages are artifacts:
//
//	go test -artifacts -outputdir=/tmp/stories ./...
package browser

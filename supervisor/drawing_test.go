package supervisor_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// drawing is the changes of state that a document shows.
type drawing map[[2]supervisor.State]bool

// TestDrawings compares the two drawings of a container's life, which people read, with the
// table of legal changes, which the code goes by.
func TestDrawings(t *testing.T) {
	t.Parallel()
	states := []supervisor.State{
		supervisor.Starting, supervisor.Idle, supervisor.Running, supervisor.Stopping, supervisor.Stopped,
		supervisor.Crashed, supervisor.BackingOff, supervisor.Abandoned,
	}
	legal := drawing{}
	for _, from := range states {
		for _, to := range states {
			if from.CanBecome(to) {
				legal[[2]supervisor.State{from, to}] = true
			}
		}
	}
	for name, read := range map[string]func(string) (drawing, error){
		"doc.go":             readWays,
		"../ARCHITECTURE.md": readDiagram,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			drawn, err := read(string(text))
			require.NoError(t, err)
			require.Equal(t, legal, drawn)
		})
	}
}

// arrow is a change of state as the diagram has it, perhaps with a reason.
var arrow = regexp.MustCompile(`^(\w+) --> (\w+)(: .+)?$`)

// readDiagram reads the state diagram of a Markdown file.
func readDiagram(markdown string) (drawing, error) {
	_, text, found := strings.Cut(markdown, "```mermaid\nstateDiagram-v2\n")
	text, _, ended := strings.Cut(text, "```")
	if !found || !ended {
		return nil, fmt.Errorf("no state diagram")
	}
	d := drawing{}
	for line := range strings.Lines(text) {
		m := arrow.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			return nil, fmt.Errorf("no change of state: %q", line)
		}
		if err := d.add(m[1], m[2]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// readWays reads the ways that a container can go, as the package documentation lists them:
// a way goes along its arrows, and a comma stands for either.
func readWays(source string) (drawing, error) {
	d := drawing{}
	for line := range strings.Lines(source) {
		way, ok := strings.CutPrefix(line, "//\t")
		if !ok || !strings.ContainsAny(way, "→⇄") {
			continue
		}
		if err := d.follow(strings.Fields(strings.ReplaceAll(way, ",", " "))); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// follow adds the changes along a way.
func (d drawing) follow(way []string) error {
	var from, to []string
	last := ""
	for _, word := range append(way, "") {
		if word != "→" && word != "⇄" && word != "" {
			to = append(to, word)
			continue
		}
		for _, a := range from {
			for _, b := range to {
				if err := d.add(a, b); err != nil {
					return err
				}
				if last == "⇄" {
					if err := d.add(b, a); err != nil {
						return err
					}
				}
			}
		}
		from, to, last = to, nil, word
	}
	return nil
}

// add adds a change, which must not be drawn twice.
func (d drawing) add(from, to string) error {
	change := [2]supervisor.State{supervisor.State(from), supervisor.State(to)}
	if d[change] {
		return fmt.Errorf("%s → %s is drawn twice", from, to)
	}
	d[change] = true
	return nil
}

// TestReadDrawings has each reader refuse what it must not pass over.
func TestReadDrawings(t *testing.T) {
	t.Parallel()
	want := drawing{{"a", "b"}: true, {"b", "a"}: true, {"b", "c"}: true, {"d", "c"}: true, {"c", "e"}: true}
	ways, err := readWays("// text → text\n//\ta ⇄ b\n//\tb, d → c → e\n")
	require.NoError(t, err)
	require.Equal(t, want, ways)
	_, err = readWays("//\ta → b\n//\tb ⇄ a\n")
	require.ErrorContains(t, err, "drawn twice")

	const head = "# Words\n```mermaid\nstateDiagram-v2\n"
	diagram, err := readDiagram(head + "\ta --> b\n\tb --> a\n\tb --> c: for a reason\n\td --> c\n\tc --> e\n```\n")
	require.NoError(t, err)
	require.Equal(t, want, diagram)
	for text, fault := range map[string]string{
		"# Words\n":                           "no state diagram",
		head + "a --> b\n":                    "no state diagram",
		head + "a --> b\na --> b: twice\n```": "drawn twice",
		head + "a -> b\n```":                  "no change of state",
	} {
		_, err := readDiagram(text)
		require.ErrorContains(t, err, fault)
	}
}

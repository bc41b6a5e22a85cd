package main

import (
	"bufio"
	"io"
	"iter"
	"strings"
)

// maxLine bounds a command line.
const maxLine = 1 << 20

// linesOf are the lines of in that are not empty, for [mapper.Source]. They are read while those before are executed.
func linesOf(in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			if line := strings.TrimSpace(lines.Text()); line != "" && !yield(line, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield("", err)
		}
	}
}

// filled are the arguments in their places in a template: instead of each {}, or at the end.
func filled(template string, arguments iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for argument, err := range arguments {
			line := strings.ReplaceAll(template, "{}", quote(argument))
			if line == template {
				line += " " + quote(argument)
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

// quote makes one word of a text, whatever is in it, for a Unix shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// sample are the commands of the demonstration, of which one leaves a file in the folder the first time.
func sample(folder string) iter.Seq2[string, error] {
	return linesOf(strings.NewReader("cd " + quote(folder) + ` && if [ -e mark ]; then echo "well the second time"; else : > mark; exit 75; fi
		echo one && sleep 0.2
		echo two && sleep 0.1
		echo "this goes to standard error" >&2; exit 3
		sleep 60
		no-such-command
		kill -9 $$
		echo eight
	`))
}

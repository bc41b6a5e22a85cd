# How the gate runs and counts its steps; sourced by .ci/run, which sets $temp.

passed=0
troubles=() # one line for each step that failed or was skipped
failed=0
skipped=0

# announce TITLE prints the one line that begins a step.
announce() { printf '\n[%4ds] %s\n' "$SECONDS" "$1"; }

# step TITLE COMMAND... runs one check in a subshell of its own. The call is kept
# out of any condition, where bash would ignore errexit inside the command.
step() {
	local title=$1 status
	shift
	announce "$title"
	set +e
	(
		set -e
		"$@"
	) </dev/null
	status=$?
	set -e
	if ((status == 0)); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		troubles+=("FAILED  $title (exit $status)")
		printf 'FAILED: %s (exit %d)\n' "$title" "$status"
	fi
}

# skip TITLE REASON records a check that this machine cannot do.
skip() {
	announce "$1: skipped, $2"
	skipped=$((skipped + 1))
	troubles+=("SKIPPED $1: $2")
}

# limit SECONDS COMMAND... runs a command in a process group of its own and ends the
# group when its time is up. SIGQUIT comes first: it makes a Go program print where
# its goroutines hang. (coreutils' timeout would do, but macOS has none.)
limit() {
	local deadline=$((SECONDS + $1)) pid
	shift
	set -m
	"$@" &
	pid=$!
	set +m
	trap 'kill -KILL -- "-$pid" 2>/dev/null; exit 130' INT TERM
	while kill -0 "$pid" 2>/dev/null; do
		if ((SECONDS >= deadline)); then
			echo "timed out: $*"
			kill -QUIT -- "-$pid" 2>/dev/null || true
			sleep 2
			kill -KILL -- "-$pid" 2>/dev/null || true
			wait "$pid" || true
			return 124
		fi
		sleep 0.1
	done
	wait "$pid"
}

# verdict says how it went. It fails if a step has failed.
verdict() {
	local counts="$passed passed, $failed failed"
	announce "done"
	if ((${#troubles[@]} > 0)); then
		printf '%s\n' "${troubles[@]}"
	fi
	if [[ -f $temp/coverage ]]; then
		cat "$temp/coverage"
	fi
	if ((skipped > 0)); then
		counts+=", $skipped skipped"
	fi
	printf '%s\n' "$counts"
	((failed == 0))
}

#!/usr/bin/env bash
# step.sh 3/5 TITLE COMMAND...   Runs one numbered step of a longer job and says how long it took.
set -euo pipefail
label="[$1] $2"
shift 2
printf '%s\n' "$label"
code=0
"$@" || code=$?
if [ "$code" -eq 0 ]; then
  printf '%s: done in %d s\n' "$label" "$SECONDS"
else
  printf '%s: FAILED after %d s\n' "$label" "$SECONDS" >&2
fi
exit "$code"

#!/usr/bin/env bash
# `make dev`: serves the demonstration and, whenever a source file changes, rebuilds what depends on it.
# A build that fails leaves the running server alone. Needs no other tool than find.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

export FAULTDESK_DEV=1
server=""

# One line that changes whenever a file below the named places is written, added or removed.
stamp() { find "$@" -type f -printf '%T@ %p\n' 2>/dev/null | sort | cksum; }
manifests=(Cargo.toml Cargo.lock)
# What is compiled into each half; the styles are compiled into neither.
browser_stamp() { stamp "${manifests[@]}" app frontend; }
style_stamp() { stamp style; }
server_stamp() { stamp "${manifests[@]}" app entity migration server; }

stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=""
}

start_server() {
  stop_server
  target/debug/faultdesk serve --demo &
  server=$!
}

trap stop_server EXIT
trap 'exit 0' INT TERM

# Taken before building: what is written meanwhile is seen in the next round.
browser=$(browser_stamp) styles=$(style_stamp) native=$(server_stamp)
make --no-print-directory site server
start_server
say "dev: watching; Ctrl-C ends"

while :; do
  sleep 1
  if [ -n "$server" ] && ! kill -0 "$server" 2>/dev/null; then
    warn "dev: the server ended; it is started again after the next change"
    wait "$server" 2>/dev/null || true
    server=""
  fi
  next_browser=$(browser_stamp) next_styles=$(style_stamp) next_native=$(server_stamp)
  goals=()
  [ "$next_browser$next_styles" = "$browser$styles" ] || goals+=(site)
  [ "$next_native" = "$native" ] || goals+=(server)
  [ ${#goals[@]} -gt 0 ] || continue
  browser=$next_browser styles=$next_styles native=$next_native
  say "dev: building ${goals[*]}"
  begin=$SECONDS
  if make --no-print-directory "${goals[@]}"; then
    say "dev: built in $((SECONDS - begin)) s"
    # Also after a change of the site alone: its file names are in the pages.
    start_server
  else
    warn "dev: the build failed; the last good version stays up"
  fi
done

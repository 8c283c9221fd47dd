#!/usr/bin/env bash
# Measures the engine with many hosts on loopback and prints what it saw; docs/benchmarks.md keeps the results.
#
#   scripts/bench.sh [HOSTS] [SECONDS]     1000 hosts for 60 s unless said otherwise
# FAULTDESK_BENCH_BIN measures another binary than the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

hosts=${1:-1000}
seconds=${2:-60}
binary=${FAULTDESK_BENCH_BIN:-target/release/faultdesk}
if [ -z "${FAULTDESK_BENCH_BIN:-}" ]; then
  load_toolchain
  make --no-print-directory site
  "$NATIVE_CARGO" build --locked --release -p server
fi
exec python3 scripts/bench.py "$binary" "$hosts" "$seconds"

#!/usr/bin/env bash
# Measures speed and size on this machine and prints what it saw; docs/benchmarks.md keeps the results. Takes about a
# quarter of an hour after the release build.
#
#   scripts/bench.sh             everything
#   scripts/bench.sh engine      probes, memory, lateness, time from a death to mail and browser
#   scripts/bench.sh store       bytes for each sample on disk
#   scripts/bench.sh queue       the ticket queue with 10,000 open tickets
#   scripts/bench.sh site        sizes as sent, first load in Chromium
# FAULTDESK_BENCH_BIN measures another binary than the release build, FAULTDESK_BENCH_SECONDS (40) longer or shorter.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

binary=${FAULTDESK_BENCH_BIN:-$PWD/target/release/faultdesk}
parts=${1:-engine store queue site}

build() {
  load_toolchain
  make --no-print-directory site-release
  [ -n "${FAULTDESK_BENCH_BIN:-}" ] || "$NATIVE_CARGO" build --locked --release -p server
}

engine() { python3 scripts/bench "$binary" "${FAULTDESK_BENCH_SECONDS:-40}"; }

store() {
  local url
  url=$(scripts/postgres.sh start $$)
  # The test that asserts the target prints what it measured.
  FAULTDESK_TEST_POSTGRES=$url "$NATIVE_CARGO" test --locked --quiet -p server --lib -- \
    --nocapture a_sample_takes_less_than_four_bytes_on_disk | grep 'bytes a sample'
  scripts/postgres.sh stop "$url"
}

queue() { python3 scripts/bench/queue.py "$binary" 10000; }

site() {
  say "sizes as sent (brotli):"
  python3 - <<'END'
import json
for name, size in json.load(open("target/site/manifest.json"))["sizes"].items():
    print(f"  {name}: {size['br'] / 1000:.1f} kB ({size['raw'] / 1000:.0f} kB unpacked)")
END
  say "in Chromium:"
  need_node
  need_aiosmtpd
  scripts/npm.sh
  (cd end2end && FAULTDESK_BENCH=1 FAULTDESK_BIN=$binary node_modules/.bin/playwright test --project desktop | grep -aE ' kB sent|row on an open board')
}

build
for part in $parts; do "$part"; done

#!/usr/bin/env bash
# Installs the packages of end2end/ (browser tests, wasm-opt) when the lock file is newer than what is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh
need_node
cd end2end
# npm writes this file last, so a half-done installation does not count.
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
say "npm: installing the packages of end2end/"
# The browser is Debian's.
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund

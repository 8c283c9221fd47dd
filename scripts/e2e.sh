#!/usr/bin/env bash
# End-to-end tests in a real Chromium: builds site and server, then hands its arguments to Playwright.
#
#   scripts/e2e.sh                       all of them
#   scripts/e2e.sh tickets --project phone
#
# The tests start their own servers; this is what they find in the environment:
#   FAULTDESK_BIN        the server
#   FAULTDESK_CHROMIUM   the browser (Debian's unless set)
#   FAULTDESK_PYTHON     a Python that has aiosmtpd, the mail server of the tests
# FAULTDESK_SHOTS=1 runs end2end/shots/ in place of end2end/tests/ and clears FAULTDESK_SHOTS_DIR (target/shots) first.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

need_node
scripts/need.sh "${FAULTDESK_CHROMIUM:=/usr/bin/chromium}" chromium
scripts/need.sh ip iproute2
need_aiosmtpd
FAULTDESK_BIN=$PWD/target/debug/faultdesk
FAULTDESK_SHOTS_DIR=${FAULTDESK_SHOTS_DIR:-$PWD/target/shots}
export FAULTDESK_BIN FAULTDESK_CHROMIUM FAULTDESK_SHOTS_DIR

make --no-print-directory site server
scripts/npm.sh
mkdir -p target/e2e
rm -f target/e2e/results.json
if [ -n "${FAULTDESK_SHOTS:-}" ]; then
  rm -rf "$FAULTDESK_SHOTS_DIR"
  mkdir -p "$FAULTDESK_SHOTS_DIR"
fi
cd end2end
exec node_modules/.bin/playwright test "$@"

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
#   FAULTDESK_TEST_POSTGRES  a PostgreSQL server for the project "postgres"; one is started when none is named
# FAULTDESK_SHOTS=1 runs end2end/shots/ in place of end2end/tests/ and clears FAULTDESK_SHOTS_DIR (target/shots) first.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

need_node
scripts/need.sh "${FAULTDESK_CHROMIUM:=/usr/bin/chromium}" chromium
scripts/need.sh ip iproute2
need_aiosmtpd
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/need.sh initdb postgresql-15
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
if [ -z "${FAULTDESK_TEST_POSTGRES:-}${FAULTDESK_SHOTS:-}" ]; then
  FAULTDESK_TEST_POSTGRES=$(scripts/postgres.sh start $$)
  export FAULTDESK_TEST_POSTGRES
  trap 'scripts/postgres.sh stop "$FAULTDESK_TEST_POSTGRES"' EXIT
fi
(cd end2end && node_modules/.bin/playwright test "$@")

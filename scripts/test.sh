#!/usr/bin/env bash
# Runs checks in numbered stages and ends with the line `N passed, M failed`, summed over all test runners.
#
#   scripts/test.sh          everything that must pass (`make test`)
#   scripts/test.sh check    before a commit: formatting, lints, unit tests, repository rules
#   scripts/test.sh quick    formatting and the rules in app/domain
#   scripts/test.sh db       the store on SQLite and PostgreSQL
#
# A failing stage does not stop the next ones. A stage that fails without a failed test (a lint, a build) counts as
# one failure. What each stage printed is kept under target/test-logs/.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

logs=target/test-logs
passed=0 failed=0 number=0
broken=()
postgres_url=""
mail_servers=""

# ---- stages: each runs in a subshell of its own, with `set -e` ----

packages() {
  scripts/need.sh cc gcc libc6-dev
  case "$set" in
    all)
      scripts/need.sh "${FAULTDESK_CHROMIUM:-/usr/bin/chromium}" chromium
      scripts/need.sh ip iproute2
      need_aiosmtpd
      need_node
      scripts/need.sh /usr/sbin/dovecot dovecot-core dovecot-imapd
      [ "$(id -u)" -ne 0 ] || scripts/need.sh /usr/sbin/postfix postfix
      scripts/need.sh openssl openssl
      scripts/need.sh /usr/sbin/sshd openssh-server
      scripts/need.sh /usr/bin/sipp sip-tester
      scripts/need.sh /usr/sbin/unbound unbound
      ;;
  esac
  case "$set" in
    all | check | db) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/need.sh initdb postgresql-15 ;;
  esac
  say "all packages are there"
}

toolchain() { load_toolchain; say "native: $NATIVE_CARGO; browser: $WASM_CARGO ${WASM_ENV[*]}"; }

formatting() {
  if ! "$NATIVE_CARGO" fmt --version >/dev/null 2>&1; then
    say "SKIPPED: this toolchain has no rustfmt (rustup component add rustfmt)"
    return
  fi
  "$NATIVE_CARGO" fmt --all --check -- --color never
}

has_clippy() {
  "$NATIVE_CARGO" clippy --version >/dev/null 2>&1 && return
  say "SKIPPED: this toolchain has no clippy (rustup component add clippy)"
  return 1
}

lint_native() {
  has_clippy || return 0
  "$NATIVE_CARGO" clippy --locked "${native_crates[@]}" -p bundle --all-targets -- -D warnings
}

lint_browser() {
  has_clippy || return 0
  local where=()
  # Debian's compiler comes without clippy; then the browser half is linted for this machine's own target.
  [ ${#WASM_ENV[@]} -gt 0 ] || where=(--target wasm32-unknown-unknown --target-dir target/wasm)
  "$NATIVE_CARGO" clippy --locked -p frontend -p app --features app/hydrate "${where[@]}" -- -D warnings
}

licences() {
  if ! command -v cargo-deny >/dev/null; then
    say "SKIPPED: cargo-deny is not installed (cargo install --locked cargo-deny)"
    return
  fi
  "$NATIVE_CARGO" deny --offline check licenses bans sources
}

types() {
  scripts/npm.sh
  (cd end2end && node_modules/.bin/tsc --noEmit)
}

bundler() { run_tests -p bundle --tests; }
native() { run_tests "${native_crates[@]}" --tests; }
domain() { run_tests -p domain --tests; }
documentation() { "$NATIVE_CARGO" test --locked "${native_crates[@]}" --doc --no-fail-fast; }

unit() {
  local more=()
  [ ! -f server/tests/tidy.rs ] || more=(--test tidy)
  run_tests -p domain -p server --lib --bins "${more[@]}"
}

store() {
  if has_nextest; then
    local filter='test(store)'
    [ ! -f server/tests/schema.rs ] || filter+=' + binary(schema)'
    run_tests -p server --tests -E "$filter"
  else
    "$NATIVE_CARGO" test --locked -p server --lib -- store
    [ ! -f server/tests/schema.rs ] || "$NATIVE_CARGO" test --locked -p server --test schema
  fi
}

browser() { scripts/e2e.sh; }

# ---- helpers ----

# `app` is built with the server's half of its features, the way the server uses it.
native_crates=(-p domain -p app -p entity -p migration -p server --features app/ssr)

has_nextest() { command -v cargo-nextest >/dev/null; }

run_tests() {
  if has_nextest; then
    "$NATIVE_CARGO" nextest run --locked --no-fail-fast --no-tests=pass "$@"
  else
    "$NATIVE_CARGO" test --locked --no-fail-fast "$@"
  fi
}

# Adds the test counts found in a stage's output to `stage_passed` and `stage_failed`.
count() {
  local log=$1 run good bad
  # nextest: "Summary [ 0.1s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped"; the rest of those run failed,
  # whether by assertion, by time or by signal.
  while read -r run good; do
    stage_passed=$((stage_passed + good))
    stage_failed=$((stage_failed + run - good))
  done < <(sed 's/\x1b\[[0-9;]*m//g' "$log" |
    sed -nE 's/^ *Summary \[[^]]*\] *([0-9]+\/)?([0-9]+) tests? run: ([0-9]+) passed.*/\2 \3/p')
  # cargo test: "test result: ok. 3 passed; 0 failed; 0 ignored; ..."
  while read -r good bad; do
    stage_passed=$((stage_passed + good))
    stage_failed=$((stage_failed + bad))
  done < <(sed 's/\x1b\[[0-9;]*m//g' "$log" |
    sed -nE 's/^test result: [A-Za-z]+\. ([0-9]+) passed; ([0-9]+) failed;.*/\1 \2/p')
}

# Playwright's own report; a flaky test is a failed one.
count_browser() {
  local good bad
  [ -f target/e2e/results.json ] || return 0
  read -r good bad < <(node -e '
    const { stats } = JSON.parse(require("fs").readFileSync("target/e2e/results.json", "utf8"));
    console.log(stats.expected ?? 0, (stats.unexpected ?? 0) + (stats.flaky ?? 0));')
  stage_passed=$((stage_passed + good))
  stage_failed=$((stage_failed + bad))
}

# stage TITLE FUNCTION
stage() {
  local title=$1 function=$2 begin=$SECONDS code log stage_passed=0 stage_failed=0
  number=$((number + 1))
  log=$(printf '%s/%02d-%s.log' "$logs" "$number" "$function")
  printf '\n[%d/%d] %s\n' "$number" "$total" "$title"
  # Not `if (...)`: there bash would ignore `set -e` inside.
  set +e
  (set -e; "$function") 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  set -e
  count "$log"
  [ "$function" != browser ] || count_browser
  if [ "$code" -ne 0 ]; then
    broken+=("$title")
    [ "$stage_failed" -gt 0 ] || stage_failed=1
  elif [ "$stage_failed" -gt 0 ]; then
    broken+=("$title")
  fi
  passed=$((passed + stage_passed))
  failed=$((failed + stage_failed))
  local word="done"
  [ "$stage_failed" -eq 0 ] || word="FAILED"
  printf '[%d/%d] %s: %s in %d s' "$number" "$total" "$title" "$word" $((SECONDS - begin))
  [ $((stage_passed + stage_failed)) -eq 0 ] || printf ' (%d passed, %d failed)' "$stage_passed" "$stage_failed"
  printf '\n'
}

start_postgres() {
  postgres_url=$(scripts/postgres.sh start $$) || { warn "postgres: not started; the tests that need it will fail"; return 0; }
  export FAULTDESK_TEST_POSTGRES=$postgres_url
}

stop_postgres() {
  [ -z "$postgres_url" ] || scripts/postgres.sh stop "$postgres_url" || true
  postgres_url=""
}

start_mail_servers() {
  local found
  found=$(scripts/mail-servers.sh start $$) || { warn "mail servers: not started; the tests that need them will fail"; return 0; }
  eval "$found"
  mail_servers=$FAULTDESK_TEST_MAIL
}

stop_mail_servers() {
  [ -z "$mail_servers" ] || scripts/mail-servers.sh stop "$mail_servers" || true
  mail_servers=""
}

trap "stop_mail_servers; stop_postgres" EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- which stages ----

set=${1:-all}
case "$set" in
  all) stages=(packages toolchain formatting lint_native lint_browser licences types bundler native documentation browser) ;;
  check) stages=(packages toolchain formatting lint_native lint_browser licences unit) ;;
  quick) stages=(packages toolchain formatting domain) ;;
  db) stages=(packages toolchain store) ;;
  *) warn "usage: scripts/test.sh [all|check|quick|db]"; exit 2 ;;
esac
declare -A titles=(
  [packages]="packages" [toolchain]="Rust toolchain" [formatting]="formatting" [lint_native]="lints, server half"
  [lint_browser]="lints, browser half" [licences]="licences and sources" [types]="types of the end-to-end tests"
  [bundler]="tests: bundle" [native]="tests: domain, app, entity, migration, server" [domain]="tests: domain"
  [documentation]="tests: examples in the documentation" [unit]="tests: domain, server, repository rules"
  [store]="tests: store and schema on both databases" [browser]="tests: end to end in Chromium"
)
total=${#stages[@]}
rm -rf "$logs"
mkdir -p "$logs"

for name in "${stages[@]}"; do
  case "$name" in
    # A stage is a subshell: what later ones need is set here.
    formatting | store) [ -n "${NATIVE_CARGO:-}" ] || load_toolchain 2>/dev/null || true ;;&
    types | browser) need_node ;;&
    native) start_postgres; start_mail_servers ;; # and the first stays for the browser tests
    unit | store) start_postgres ;;
  esac
  stage "${titles[$name]}" "$name"
done

printf '\n%d stages in %d s\n' "$total" "$SECONDS"
[ ${#broken[@]} -eq 0 ] || printf 'FAILED: %s\n' "${broken[@]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]

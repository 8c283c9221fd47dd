#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: own folder, own port, own password, nothing synced to disk.
#
#   url=$(scripts/postgres.sh start $$)   starts one and prints its URL, nothing else
#   scripts/postgres.sh database "$url"   makes an empty database in it and prints that one's URL
#   scripts/postgres.sh stop "$url"       stops that one and removes its folder
#
# The number names the process that the server belongs to (the caller when left out). Servers whose owner died without
# stopping them are cleared away by the next `start`. Any number may run at once. As root the server runs as `postgres`
# or `nobody`, since it refuses to be root.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

fail() { printf 'postgres: %s\n' "$*" >&2; exit 1; }

tools() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)
  [ -n "$found" ] || found=$(command -v initdb || true)
  [ -n "$found" ] || fail "initdb is missing; on Debian: apt-get install postgresql-15"
  dirname "$found"
}

server_user() { if id -u postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

# Runs a command as the one who owns the server.
as_server() { if [ "$(id -u)" -eq 0 ]; then runuser -u "$(server_user)" -- "$@"; else "$@"; fi; }

# The folders of all servers, in the two places where they may be.
folders() { compgen -G "$root/target/pg-??????" || true; compgen -G "${TMPDIR:-/tmp}/faultdesk-pg-??????" || true; }

remove() {
  local folder=$1
  if [ -f "$folder/data/postmaster.pid" ]; then
    (cd "$folder" && as_server "$bin/pg_ctl" stop -D "$folder/data" -m immediate -w -t 20) >/dev/null 2>&1 || true
  fi
  rm -rf "$folder"
}

sweep() {
  local folder owner
  while read -r folder; do
    # Another user's server is not ours to judge.
    if [ -O "$folder/owner" ]; then
      owner=$(cat "$folder/owner")
      [ -d "/proc/$owner" ] || kill -0 "$owner" 2>/dev/null || remove "$folder"
    fi
  done < <(folders)
}

start() {
  local owner=$1 folder password port attempt
  mkdir -p target
  folder=$(mktemp -d "$root/target/pg-XXXXXX")
  if [ "$(id -u)" -eq 0 ]; then
    # A checkout under a private home cannot be entered by the server's user.
    if ! as_server test -x "$root/target" 2>/dev/null; then
      rmdir "$folder"
      folder=$(mktemp -d "${TMPDIR:-/tmp}/faultdesk-pg-XXXXXX")
    fi
    chown "$(server_user)" "$folder"
  fi
  echo "$owner" >"$folder/owner"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && printf '%s\n' "$password" >"$folder/password")
  [ "$(id -u)" -ne 0 ] || chown "$(server_user)" "$folder/password"
  trap 'remove "$folder"' ERR
  cd "$folder"
  as_server "$bin/initdb" -D "$folder/data" -U faultdesk --pwfile="$folder/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; false; }
  # Below the range from which outgoing connections take their ports.
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + RANDOM % 12000))
    if as_server "$bin/pg_ctl" start -D "$folder/data" -w -t 60 -l "$folder/data/server.log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c synchronous_commit=off \
        -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c jit=off" >/dev/null 2>&1 </dev/null; then
      printf 'postgres://faultdesk:%s@127.0.0.1:%d/postgres\n' "$password" "$port" | tee "$folder/url"
      return
    fi
    grep -q 'Address already in use' "$folder/data/server.log" || break
  done
  warning=$(tail -n 20 "$folder/data/server.log" 2>/dev/null || true)
  printf 'postgres: the server did not start after %d attempts:\n%s\n' "$attempt" "$warning" >&2
  false
}

stop() {
  local folder
  while read -r folder; do
    if [ -n "$folder" ] && [ "$(cat "$folder/url" 2>/dev/null)" = "$1" ]; then
      remove "$folder"
      return
    fi
  done < <(folders)
  fail "no server of this URL was started from here"
}

database() {
  local name
  name=db_$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
  "$bin/createdb" --maintenance-db="$1" "$name"
  printf '%s/%s\n' "${1%/*}" "$name"
}

bin=$(tools)
case "${1:-}" in
  start) sweep; start "${2:-$PPID}" ;;
  database) database "${2:?the URL that start printed}" ;;
  stop) stop "${2:?the URL that start printed}" ;;
  *) fail "usage: postgres.sh start [OWNER_PID] | database URL | stop URL" ;;
esac

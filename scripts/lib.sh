# shellcheck shell=bash
# For scripts that are run from the root of the project: `source scripts/lib.sh`.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# Sets NATIVE_CARGO, WASM_CARGO and the array WASM_ENV.
# shellcheck disable=SC2034  # read by the scripts that source this one
load_toolchain() {
  make --no-print-directory toolchain >&2
  local name value
  WASM_ENV=()
  while read -r name _ value; do
    case "$name" in
      NATIVE_CARGO) NATIVE_CARGO=$value ;;
      WASM_CARGO) WASM_CARGO=$value ;;
      WASM_ENV) read -ra WASM_ENV <<<"$value" ;;
    esac
  done <target/toolchain.mk
  export NATIVE_CARGO WASM_CARGO
}

# Sets FAULTDESK_PYTHON to a Python that has aiosmtpd, the mail server of the end-to-end tests; installs it when missing.
need_aiosmtpd() {
  local python
  # Debian's package belongs to Debian's Python, which need not be the first on PATH.
  for python in "${FAULTDESK_PYTHON:-python3}" /usr/bin/python3; do
    export FAULTDESK_PYTHON=$python
    if "$python" -c 'import aiosmtpd' 2>/dev/null; then return; fi
  done
  scripts/packages.sh python3-aiosmtpd
}

# The browser tests need Node.js 20; Debian 12 has 18. Where the machine has none that is new enough, npm's own package
# of it is put under target/, for the scripts alone.
NODE_PACKAGE=node@20.20.2

need_node() {
  local major own=$PWD/target/node/node_modules/node/bin
  major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
  if [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null; then return; fi
  if [ ! -x "$own/node" ]; then
    command -v npm >/dev/null || scripts/packages.sh nodejs npm
    say "node: installing $NODE_PACKAGE in target/node (this machine has ${major:-none})"
    npm install --prefix target/node --no-save --no-audit --no-fund "$NODE_PACKAGE"
  fi
  export PATH=$own:$PATH
}

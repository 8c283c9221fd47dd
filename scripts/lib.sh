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

# Node is not installed from here: Debian 12 has 18, and the browser tests need 20.
need_node() {
  local major
  major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
  if [ "${major:-0}" -lt 20 ] || ! command -v npm >/dev/null; then
    warn "Node.js 20 or newer with npm is needed here; this machine has ${major:-none}. Please install it."
    return 1
  fi
}

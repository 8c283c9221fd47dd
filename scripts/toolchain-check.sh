#!/usr/bin/env bash
# Succeeds while the toolchain remembered in target/toolchain.mk is there and is the one asked for.
# Far cheaper than asking again, so it runs before every build.
set -euo pipefail
cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
native="" wasm="" sysroot="" asked=absent
words=()
[ -f target/toolchain.mk ] || exit 1
while read -r name _ value; do
  case "$name" in
    \#) asked=$value ;;
    NATIVE_CARGO) native=$value ;;
    WASM_CARGO) wasm=$value ;;
    WASM_ENV) read -ra words <<<"$value" ;;
  esac
done <target/toolchain.mk
[ "$asked" = "${FAULTDESK_TOOLCHAIN:-}" ] || exit 1
[ -x "$native" ] && [ -x "$wasm" ] || exit 1

if [ ${#words[@]} -eq 0 ]; then
  libs=$("$(dirname "$wasm")/rustc" --print target-libdir --target "$target" 2>/dev/null) || exit 1
else
  for word in "${words[@]}"; do
    case "$word" in
      RUSTC=* | *_LINKER=*) [ -x "${word#*=}" ] || exit 1 ;;
      FAULTDESK_WASM_SYSROOT=*) sysroot=${word#*=} ;;
    esac
  done
  # Named after the version of the compiler it was built by; no other may read it.
  [ "$(/usr/bin/rustc --version 2>/dev/null | cut -d' ' -f2)" = "$(basename "$sysroot")" ] || exit 1
  libs="$sysroot/lib/rustlib/$target/lib"
fi
compgen -G "$libs/libstd-*.rlib" >/dev/null

#!/bin/sh
# Debian's rustc with the project's own build of the wasm standard library. Only calls for the wasm target are changed,
# so build scripts and procedural macros keep the compiler's own libraries.
case " $* " in
  *" wasm32-unknown-unknown "*) exec /usr/bin/rustc --sysroot "$FAULTDESK_WASM_SYSROOT" "$@" ;;
  *) exec /usr/bin/rustc "$@" ;;
esac

#!/usr/bin/env bash
# Finds or makes a Rust toolchain that can build for wasm32-unknown-unknown and prints it as make variables.
# Progress and errors go to stderr; only the variables go to stdout. Changes nobody's default toolchain.
#
#   NATIVE_CARGO   cargo for the server, the tests and the bundler (rustup's where it is new enough)
#   WASM_CARGO     cargo for the browser half
#   WASM_ENV       environment for that cargo, as NAME=value words
set -euo pipefail

target=wasm32-unknown-unknown
# SeaORM 2 needs this much.
rust_minor_min=94
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

say() { printf '%s\n' "$*" >&2; }
minor() { "$1" --version 2>/dev/null | sed -n 's/^[a-z]* 1\.\([0-9]*\)\..*/\1/p'; }
new_enough() { local m; m=$(minor "$1"); [ -n "$m" ] && [ "$m" -ge "$rust_minor_min" ]; }
has_wasm() {
  local dir
  dir=$("$1" --print target-libdir --target "$target" 2>/dev/null) && compgen -G "$dir/libstd-*.rlib" >/dev/null
}
answer() { printf 'NATIVE_CARGO := %s\nWASM_CARGO := %s\nWASM_ENV := %s\n' "$1" "$2" "$3"; exit 0; }

rustup_cargo=""
# FAULTDESK_TOOLCHAIN=debian leaves rustup's wasm target aside, to try the other way on a machine that has both.
if command -v rustc >/dev/null && command -v cargo >/dev/null && new_enough rustc; then
  rustup_cargo=$(command -v cargo)
  if [ "${FAULTDESK_TOOLCHAIN:-}" != debian ] && has_wasm rustc; then answer "$rustup_cargo" "$rustup_cargo" ""; fi
  if [ "${FAULTDESK_TOOLCHAIN:-}" != debian ] && command -v rustup >/dev/null; then
    say "toolchain: asking rustup for the $target target"
    if timeout 120 rustup target add "$target" >/dev/null 2>&1 && has_wasm rustc; then
      answer "$rustup_cargo" "$rustup_cargo" ""
    fi
    say "toolchain: rustup has none for this toolchain; using Debian's compiler for the browser half"
  fi
fi

debian_rustc=/usr/bin/rustc
debian_cargo=/usr/bin/cargo
packages=(rustc-web cargo-web rust-web-src lld-22)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if ! "$root/scripts/packages.sh" "${missing[@]}"; then
    say "toolchain: no compiler here can build for $target. Install one of:"
    say "  rustup (rustc 1.$rust_minor_min or newer), then: rustup target add $target"
    say "  Debian's packages, as root: apt-get install ${packages[*]}"
    exit 1
  fi
fi
new_enough "$debian_rustc" || { say "toolchain: $debian_rustc is older than 1.$rust_minor_min"; exit 1; }

# Debian ships the sources of the standard library without a wasm build of it. It is built once, into the project's
# own folder: the compiler finds it through a sysroot of links, so nothing outside the project is written.
version=$("$debian_rustc" --version | cut -d' ' -f2)
sysroot="$root/target/wasm-sysroot/$version"
libs="$sysroot/lib/rustlib/$target/lib"
if ! compgen -G "$libs/libstd-*.rlib" >/dev/null; then
  say "toolchain: building the standard library for $target once (about a minute)"
  work="$root/target/wasm-sysroot/build"
  rm -rf "$work" "$sysroot"
  mkdir -p "$work/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["rlib"]\n[workspace]\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  # Bitcode must be embedded, or link-time optimisation of the application fails for lack of it.
  (cd "$work" && RUSTC_BOOTSTRAP=1 RUSTC=$debian_rustc RUSTFLAGS=-Cembed-bitcode=yes \
    "$debian_cargo" build --release -Zbuild-std=std,panic_abort --target "$target" --target-dir "$work/target") >&2
  real=$("$debian_rustc" --print sysroot)
  mkdir -p "$libs"
  for entry in "$real"/lib/rustlib/*; do
    name=$(basename "$entry")
    [ "$name" = "$target" ] || ln -sfn "$entry" "$sysroot/lib/rustlib/$name"
  done
  for rlib in "$work/target/$target/release/deps"/*.rlib; do
    case "$(basename "$rlib")" in libempty*) ;; *) cp "$rlib" "$libs/" ;; esac
  done
  rm -rf "$work"
fi

linker=$(command -v wasm-ld-22 || command -v wasm-ld || true)
[ -n "$linker" ] || { say "toolchain: wasm-ld is missing; install lld-22"; exit 1; }
env="RUSTC=$root/scripts/rustc-wasm.sh FAULTDESK_WASM_SYSROOT=$sysroot CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker"
answer "${rustup_cargo:-$root/scripts/cargo-debian.sh}" "$debian_cargo" "$env"

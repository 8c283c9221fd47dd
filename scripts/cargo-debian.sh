#!/usr/bin/env bash
# Debian's cargo with Debian's compiler: another `rustc` may stand earlier on the path, such as rustup's without a
# toolchain of its own.
set -euo pipefail
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
exec /usr/bin/cargo "$@"

#!/usr/bin/env bash
# need.sh COMMAND PACKAGE...   Installs the Debian packages unless the command, a name or a path, is there already.
set -euo pipefail
wanted=$1
shift
command -v "$wanted" >/dev/null || exec "$(dirname "$0")/packages.sh" "$@"

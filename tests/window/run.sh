#!/usr/bin/env bash
# Runs the cases that need a display on an X server of its own. The last line is "N passed, N failed, N skipped".
# usage: run.sh [FILTER…], or what else mainspring-windows takes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ -x out/mainspring-windows ]] || { echo "out/mainspring-windows is missing: ./build.sh publish makes it"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
exec bash tests/window/display.sh out/mainspring-windows "$@"

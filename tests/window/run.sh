#!/usr/bin/env bash
# Runs the cases that need a display on an X server of its own, and again with Silk.NET's windows where it was built with them. The last line is "N passed, N failed, N skipped".
# usage: run.sh [FILTER…], or what else mainspring-windows takes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ -x out/mainspring-windows ]] || { echo "out/mainspring-windows is missing: ./build.sh publish makes it"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0
for backend in "" --silk; do
    bash tests/window/display.sh out/mainspring-windows $backend "$@" >"$log" 2>&1 || true
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        sed '$d' "$log" | sed "s/^/${backend:+silk: }/"
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
    else
        cat "$log"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))

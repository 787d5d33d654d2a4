#!/usr/bin/env bash
# Drives the published native programs as their users do. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for tool in python3 socat strace; do
    command -v "$tool" >/dev/null || { echo "end to end: $tool is missing: apt-get install $tool"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
done

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for suite in tests/e2e/*.py; do
    status=0
    python3 -u "$suite" "$@" >"$log" 2>&1 || status=$?
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        sed '$d' "$log"
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
    else
        cat "$log"
        echo "$suite ended with exit code $status and did not say how many of its cases passed"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))

#!/usr/bin/env bash
# Drives the published native programs as their users do. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for tool in python3 socat strace; do
    command -v "$tool" >/dev/null || { echo "end to end: $tool is missing: apt-get install $tool"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
done
exec python3 -u tests/e2e/pi.py "$@"

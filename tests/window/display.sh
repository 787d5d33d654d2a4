#!/usr/bin/env bash
# Runs a command on an X server of its own, which ends with it: display.sh COMMAND…
set -euo pipefail
command -v Xvfb >/dev/null || { echo "Xvfb is missing: apt-get install xvfb" >&2; exit 1; }

work=$(mktemp -d)
server=
finish() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

mkfifo "$work/number"
Xvfb -displayfd 5 -screen 0 1280x1024x24 -nolisten tcp -noreset 5>"$work/number" >"$work/log" 2>&1 &
server=$!
# It writes the number when it is ready; when it ends before, the other end is closed.
read -r number <"$work/number" || { cat "$work/log" >&2; exit 1; }

# MAINSPRING_OWN_DISPLAY: keys may be pressed here, for nobody works on it.
DISPLAY=:$number MAINSPRING_OWN_DISPLAY=1 LC_ALL=C.UTF-8 "$@"

#!/usr/bin/env bash
# Runs the cases of waiting, and of watching children, of the native contract runner where the kernel refuses epoll_pwait2 and pidfd_open, so that the fall-back is
# proven and not simulated. usage: check.sh RUNNER. The last line is "N passed, N failed, N skipped".
set -euo pipefail

runner=${1:?usage: check.sh RUNNER}
here=$(dirname "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

gcc -O2 -Wall -Wextra -Werror -o "$work/deny" "$here/deny.c"

status=0
"$work/deny" EPERM true 2>"$work/refusal" || status=$?
if ((status == 3)); then
    echo "this system takes no seccomp filter: $(cat "$work/refusal")"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

passed=0 failed=0 skipped=0
for error in EPERM ENOSYS; do
    MAINSPRING_REFUSED=epoll_pwait2 "$work/deny" $error "$runner" PollerContract WaitingCases GuestCases DefaultWatcherCases | tee "$work/output" | sed '$d; s/^/['$error'] /' || true
    if [[ $(tail -n 1 "$work/output") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
    else
        echo "[$error] the runner did not say how it ended"
        failed=$((failed + 1))
    fi
done

echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))

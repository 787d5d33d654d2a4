#!/usr/bin/env bash
# Publishes the contract cases and three programs for Windows, not as native programs but with their runtime, and runs them under Wine, in a prefix of their own.
# usage: run.sh [FILTER…]: cases whose names contain one of them; without any, all cases and the programs. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly published=artifacts/wine
readonly work=$(mktemp -d)
export WINEPREFIX=$work/prefix WINEDEBUG=-all DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_gcServer=0 DOTNET_TieredPGO=0
unset DISPLAY

peer=
finish() {
    wineserver -k 2>/dev/null || true # first: a child that a case has left would keep what it inherited open
    [[ -z $peer ]] || { exec 3>&-; wait "$peer" || true; }
    rm -rf "$work"
}
trap finish EXIT

# An artifacts folder of its own: what is restored for another system would otherwise be built anew here and there.
publish() {
    local log=$work/publish.log
    dotnet publish "$1" -c Release -f net10.0 -r win-x64 --self-contained -v quiet -o "$published/$2" \
        -p:NativeTargetFramework=net10.0 -p:PublishAot=false -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -p:ArtifactsPath="$PWD/$published/artifacts" >"$log" 2>&1 || { cat "$log"; exit 1; }
}

# In the background while the prefix is made.
(WINEDLLOVERRIDES="mscoree=;mshtml=;winemenubuilder.exe=" wine wineboot --init >"$work/boot.log" 2>&1 || true) &
boot=$!
publish tests/Mainspring.Contracts.Native/Mainspring.Contracts.Native.csproj contracts
if (($# == 0)); then
    publish hosts/pi/Mainspring.Pi.csproj pi
    publish hosts/scheduler/Mainspring.Scheduler.csproj scheduler
    publish hosts/game/Mainspring.Game.csproj game
fi
wait $boot
[[ -d $WINEPREFIX/dosdevices ]] || { cat "$work/boot.log"; exit 1; }
# COM1 is what Wine finds as the machine's first line, unless the registry names another one, which has to be there when Wine begins.
ln -s /dev/null "$work/com1"
{ wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f && wine reg add 'HKLM\Software\Wine\Ports' /v COM1 /d "$work/com1" /f && wineserver -k; } >>"$work/boot.log" 2>&1 || { cat "$work/boot.log"; exit 1; }
export MAINSPRING_COM1=$work/com1
# The server and the services begin here: they keep what is standard output and error then. A port that is unplugged hangs up on the server, which lists all that it knows on standard error.
wineserver -p >/dev/null 2>&1
wine cmd /c ver >/dev/null 2>&1 </dev/null

mkfifo "$work/input" "$work/output"
python3 tests/wine/peer.py "$WINEPREFIX/dosdevices" <"$work/input" >"$work/output" &
peer=$!
exec 3>"$work/input"
read -r port <"$work/output"
export MAINSPRING_COM_PEER=$port

# FILE COMMAND…: runs it. No pipe: the console's host, which outlives the program, would keep it open.
run() {
    local file=$1
    shift
    "$@" </dev/null 3>&- >"$file.raw" 2>&1 || true
    tr -d '\r' <"$file.raw" >"$file"
}

# FILE: what its last line says. When there is none, something has failed: it did not come to its end.
totals() {
    local line
    line=$(tail -n 1 "$1")
    [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]] || {
        echo "$1 did not say how it ended: $line" >&2
        echo 0 1 0
        return
    }
    echo "${BASH_REMATCH[@]:1}"
}

passed=0 failed=0 skipped=0
readonly whole=$(($# == 0))
# FILE COMMAND…: runs it. In the whole run up to three failures are run once more by themselves, and both runs are told: now and then Wine itself starts no process (its "internal error") or loses a child's last output.
add() {
    local file=$1 now names again=()
    shift
    run "$file" "$@"
    sed '$d' "$file" | grep -v '^skipped .*: needs ' || true
    read -ra now < <(totals "$file")
    mapfile -t names < <(sed -n 's/^FAILED  \([^: ]*\):.*/\1/p' "$file")
    if ((whole && now[0] > 0 && 0 < now[1] && now[1] == ${#names[@]} && now[1] <= 3)); then
        echo "once more: ${names[*]}"
        run "$file.again" "$@" "${names[@]}"
        sed '$d' "$file.again"
        read -ra again < <(totals "$file.again")
        ((again[1] <= now[1])) || again[1]=${now[1]}
        ((again[0] + again[1] >= now[1] && again[2] == 0)) || again[1]=${now[1]} # it ran less than all of them
        now[0]=$((now[0] + now[1] - again[1])) now[1]=${again[1]}
    fi
    passed=$((passed + now[0])) failed=$((failed + now[1])) skipped=$((skipped + now[2]))
}

# Left out, since they tell nothing of Windows: hours of virtual time, a minute or more each under Wine, and threads that contend while memory is collected, which can take Wine minutes. And the last three, which allocate there: they await a ValueTask in
# an async Task method, so probably the framework itself boxes its awaiter (see LoopAwaiters for our own).
except=()
for name in LongRunContract GameTimeContract.Scaled_time FrameContract.Frames_of_ PeriodicTimerContract.A_periodic_timer_stays_on_its_grid_for_an_hour AllocationContract.A_few_timers \
    RateLimitedContract.A_random RateLimitedContract.A_flood PostCases.ThousandThreads PostQueueCases.Growth_UnderContention FrameRateContract.The_average AwaitContract.Methods_are_resumed TerminalDecoderContract.AnyBytes FloodBoundContract \
    ExecutorContract.Frames_are SerialPortContract.Pipe_Steady EventStreamCases.Steady; do
    ((! whole)) || except+=(--except "$name")
done
add "$work/contracts" wine "$published/contracts/mainspring-contracts.exe" ${except[@]+"${except[@]}"} "$@"
echo "skipped there: $(grep -c '^skipped .*: needs Linux' "$work/contracts" || true) cases that need Linux, $(grep -c '^skipped .*: --except$' "$work/contracts" || true) that this script names"
if ((whole)); then
    add "$work/programs" python3 tests/wine/programs.py "$published"
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))

#!/bin/sh
# The guest's job of `./build.sh vm --latency`: edge to callback, of a C program that epolls the line with libgpiod, and of the loop, in turns.
# The last line is "N passed, N failed, N skipped".
edges=${1:-1000} rounds=${2:-7}
config=/sys/kernel/config/gpio-sim/latency
mkdir $config $config/bank
echo 2 >$config/bank/num_lines
echo 1 >$config/live
chip=$(cat $config/bank/chip_name)
pull=/sys/devices/platform/$(cat $config/dev_name)/$chip/sim_gpio0/pull

# measure EDGES INTERVAL-US COMMAND…: toggles from when the command is ready until it has seen enough; prints what it says.
measure() {
    edges_here=$1 interval=$2
    shift 2
    "$@" "$edges_here" >/tmp/said 2>/tmp/errors &
    until grep -q ready /tmp/said; do
        kill -0 $! 2>/dev/null || { cat /tmp/errors >&2; exit 1; }
        usleep 20000
    done
    program=$!
    toggle "$pull" "$interval" &
    wait $program || cat /tmp/errors >&2
    kill $!
    wait
    grep -v ready /tmp/said
}

# median: of the numbers in the lines.
median() {
    sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# calls COMMAND…: system calls per edge, of the thread that waits for them. Each edge makes the next one, so that no two are read together; the
# call that makes it is not counted.
calls() {
    echo pull-down >"$pull"
    strace -f -o /tmp/calls "$@" 200 "$pull" >/dev/null
    awk '/pwrite64\(/ && !thread { thread = $1 }
        $1 == thread && !/resumed/ { calls++ }
        $1 == thread && /pwrite64\(/ { if (!edges++) first = calls; last = calls }
        END { printf "%.2f\n", (last - first) / (edges - 1) - 1 }' /tmp/calls
}

c="edges $chip 0"
loop="mainspring-hardware edges $chip 0"
for i in $(seq "$rounds"); do
    measure "$edges" 2000 $c >>/tmp/times.c
    measure "$edges" 2000 $loop >>/tmp/times.loop
done
c_p50=$(median </tmp/times.c) loop_p50=$(median </tmp/times.loop)
c_calls=$(calls $c) loop_calls=$(calls $loop)
awk -v c="$c_p50" -v loop="$loop_p50" -v cc="$c_calls" -v lc="$loop_calls" 'BEGIN {
    printf "edge to callback, p50 of %s runs by turns: libgpiod and epoll in C %.1f us, the loop %.1f us: %.2fx (the target is 1.3x)\n", '"$rounds"', c / 1000, loop / 1000, loop / c
    printf "system calls per edge: C %.2f, the loop %.2f\n", cc, lc
    failed = (loop > 1.3 * c) + (lc > cc + 0.1)
    printf "%d passed, %d failed, 0 skipped\n", 2 - failed, failed
    exit failed > 0
}'

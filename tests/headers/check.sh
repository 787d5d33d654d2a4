#!/usr/bin/env bash
# Checks the kernel's constants and structs, as they stand in the C# sources, against the C headers, with gcc and
# aarch64-linux-gnu-gcc. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Every constant in these has to say what it is in C …
readonly strict=(
    runtime/Linux/Libc.cs runtime/Linux/Errno.cs runtime/Linux/Sched.cs
    runtime/Signals/SignalNumbers.cs
    devices/Mainspring.Processes/ProcessAbi.cs
    devices/Mainspring.Devices.Linux/Libc.cs devices/Mainspring.Devices.Linux/Errno.cs devices/Mainspring.Devices.Linux/Serial/Termios2.cs
    hosts/hosting/Systemd/NotifySocket.cs
    hosts/common/DirectorySync.cs
    devices/Mainspring.Devices.Linux/I2c/I2cAbi.cs devices/Mainspring.Devices.Linux/I2c/I2cErrno.cs devices/Mainspring.Devices.Linux/Spi/SpiAbi.cs
    devices/Mainspring.Devices.Linux/Pwm/SysfsFolder.cs
    devices/Mainspring.Devices.Linux/Gpio/GpioAbi.cs
    devices/Mainspring.Devices.Linux/Gpio/ChipNodeWatch.cs
    devices/Mainspring.Devices.Linux/Serial/SerialAbi.cs
    devices/Mainspring.Devices.Linux/Folders/Inotify.cs
    devices/Mainspring.Devices.Linux/Terminal/TerminalAbi.cs
    devices/Mainspring.Devices.Linux/Input/EvdevAbi.cs devices/Mainspring.Devices/Input/InputEventType.cs
    devices/Mainspring.Devices/Input/Input{Key,Axis,Motion,Switch,Led}Code.cs devices/Mainspring.Devices/Input/Input{Property,Bus}.cs
    devices/Mainspring.Devices.Simulation/Input/UinputAbi.cs
    devices/Mainspring.Net/Linux/NetAbi.cs devices/Mainspring.Net/Errno.cs
)
# … and in these some do.
readonly some=(runtime/Linux/EpollPoller.cs)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

main() {
    write_source >"$work/assertions.c"
    local count
    count=$(grep -c '^_Static_assert' "$work/assertions.c")
    check gcc "$count"
    check aarch64-linux-gnu-gcc "$count"
    layout_of_epoll_event
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0 && passed > 0))
}

write_source() {
    cat <<'EOF'
#define _GNU_SOURCE
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/i2c.h>
#include <linux/i2c-dev.h>
#include <linux/gpio.h>
#include <linux/input.h>
#include <linux/uinput.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/spi/spidev.h>
#include <linux/serial.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#define sched_param sched_param_of_libc // the kernel's header has it too
#include <spawn.h>
#undef sched_param
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#define ON_X64(here, elsewhere) (here)
#define ON_ARM64(here, elsewhere) (elsewhere)
#else
#define ON_X64(here, elsewhere) (elsewhere)
#define ON_ARM64(here, elsewhere) (here)
#endif
EOF
    awk -f tests/headers/assertions.awk "${strict[@]}"
    awk -v named=1 -f tests/headers/assertions.awk "${some[@]}"
    cat <<'EOF'
_Static_assert(offsetof(siginfo_t, si_code) == 8 && offsetof(siginfo_t, si_pid) == 16 && offsetof(siginfo_t, si_status) == 24 && sizeof(siginfo_t) == 128, "ProcessAbi: siginfo_t");
_Static_assert(sizeof(posix_spawn_file_actions_t) <= 512 && sizeof(posix_spawnattr_t) <= 1024 && sizeof(sigset_t) == 128, "Spawner: the opaque types of posix_spawn");
_Static_assert(offsetof(struct statx, stx_mode) == 28 && offsetof(struct statx, stx_ino) == 32 && offsetof(struct statx, stx_dev_major) == 136 && offsetof(struct statx, stx_dev_minor) == 140 && sizeof(struct statx) == 256, "NetAbi: struct statx");
_Static_assert(sizeof(size_t) == 8 && sizeof(ssize_t) == 8 && sizeof(nfds_t) == 8, "nint and nuint");
#ifdef __x86_64__
_Static_assert(offsetof(struct epoll_event, data) == 4, "EpollPoller: the data of struct epoll_event");
_Static_assert(sizeof(struct epoll_event) == 12, "EpollPoller: struct epoll_event");
#else
_Static_assert(offsetof(struct epoll_event, data) == 8, "EpollPoller: the data of struct epoll_event");
_Static_assert(sizeof(struct epoll_event) == 16, "EpollPoller: struct epoll_event");
#endif
EOF
}

# check COMPILER COUNT: compiles the assertions; each that does not hold is an error of its own.
check() {
    local compiler=$1 count=$(($2 - 2)) log=$work/$1.log # of the two branches of #ifdef one counts
    if ! command -v "$compiler" >/dev/null; then
        if [[ ${CI:-} == true || $compiler == gcc ]]; then
            echo "$compiler is missing: apt-get install ${compiler/aarch64-linux-gnu-gcc/gcc-aarch64-linux-gnu}"
            failed=$((failed + 1))
        else
            echo "skipped: $compiler is missing (apt-get install gcc-aarch64-linux-gnu), so the layouts of arm64 are not checked"
            skipped=$((skipped + 1))
        fi
        return
    fi

    local errors=0
    if ! "$compiler" -std=gnu11 -fmax-errors=0 -c -o "$work/assertions.o" "$work/assertions.c" 2>"$log"; then
        errors=$(grep -c ' error: ' "$log" || true)
        errors=$((errors > 0 ? errors : 1))
        grep ' error: ' "$log" | sed "s|^.*error:|$compiler:|" || cat "$log"
    fi

    failed=$((failed + errors))
    passed=$((passed + (count > errors ? count - errors : 0)))
}

# The layout that EpollPoller chooses at run time is the one that is asserted above.
layout_of_epoll_event() {
    local poller=runtime/Linux/EpollPoller.cs
    if grep -q 's_dataOffset = .*Architecture.X64 ? 4 : 8;' $poller && grep -q 's_eventSize = s_dataOffset + 8;' $poller; then
        passed=$((passed + 1))
    else
        echo "$poller does not choose the layout of struct epoll_event that tests/headers/check.sh asserts"
        failed=$((failed + 1))
    fi
}

main "$@"

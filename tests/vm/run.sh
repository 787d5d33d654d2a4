#!/usr/bin/env bash
# Boots Debian's kernel in QEMU and runs the hardware cases there; README.md says how. The last line is
# "N passed, N failed, N skipped". usage: run.sh [FILTER…], or run.sh --shell, --latency, or --soak [SECONDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly program=out/mainspring-hardware host=out/mainspring-pi
cpus=${VM_CPUS:-2} seconds=${VM_SECONDS:-420}
readonly tools=(gpiodetect gpiofind gpioget gpioinfo gpiomon gpioset evtest i2cdetect i2cget i2cset strace)
# In the order of loading, with their parameters; gpio-sim follows.
readonly modules=(virtio_pci virtio_console configfs uinput evdev joydev i2c-dev "i2c-stub chip_addr=0x1d,0x48,0x50,0x68,0x76")

main() {
    local job=$work/job shell=
    case ${1:-} in
        --shell) shell=yes; set -- ;;
        --latency) kind=latency; cp tests/vm/latency.sh "$job"; compile_baselines; set -- ;;
        # One processor, on which every edge can be counted: on several the kernel numbers some twice.
        --soak) kind=soak cpus=${VM_CPUS:-1}; echo "exec mainspring-hardware soak ${2:-1800}" >"$job"; seconds=$((${2:-1800} + 240)); set -- ;;
    esac
    [[ -x $program && -x $host ]] || die "$program or $host is missing: ./build.sh vm makes them"
    kernel=$(newest_kernel)
    cache=artifacts/vm/$kernel
    mkdir -p "$cache"
    [[ $cache/gpio-sim.ko -nt tests/vm/run.sh ]] || build_module
    [[ $cache/bus-sim.ko -nt tests/vm/bus-sim.c ]] || build_bus_module
    [[ $cache/base.cpio.gz -nt tests/vm/init && $cache/base.cpio.gz -nt $cache/gpio-sim.ko && $cache/base.cpio.gz -nt $cache/bus-sim.ko ]] || build_base
    [[ -e $job ]] || write_job "$@" >"$job"
    build_initramfs
    if [[ $shell ]]; then
        boot -serial mon:stdio -append "$(command_line) mainspring.shell"
        return
    fi

    local status=0
    boot_job || status=$?
    judge $status
}

# ---- what the guest is made of ----

# The newest Debian kernel of version 6.1 whose headers are there.
newest_kernel() {
    local folder found=
    for folder in $(printf '%s\n' /lib/modules/6.1.*-amd64 | sort -V); do
        [[ ! -e $folder/build || ! -e /boot/vmlinuz-${folder##*/} ]] || found=${folder##*/}
    done
    [[ $found ]] || die "no Debian kernel 6.1 with its headers: apt-get install linux-image-amd64 linux-headers-amd64"
    echo "$found"
}

# gpio-sim and irq_sim, which Debian's kernel is configured without, as one module.
build_module() {
    local folder=$work/gpio-sim source=linux-source-6.1
    mkdir "$folder"
    tar -xJf /usr/src/$source.tar.xz -C "$folder" --strip-components=3 --occurrence \
        $source/drivers/gpio/gpio-sim.c $source/drivers/gpio/gpiolib.h $source/kernel/irq/irq_sim.c
    # A module of several files is named like none of them.
    mv "$folder/gpio-sim.c" "$folder/gpio-sim-chip.c"
    # handle_simple_irq of a descriptor is not exported. And where two processors raise lines at once, a search that goes on
    # from the last line finds none.
    sed -i -e 's/handle_simple_irq(irq_to_desc(irqnum))/generic_handle_irq_safe(irqnum)/' \
        -e 's/work_ctx->irq_count, offset);/work_ctx->irq_count, 0); if (offset >= work_ctx->irq_count) break;/' "$folder/irq_sim.c"
    # This kernel disposes of the interrupts of a chip that goes while they are requested, and then uses their memory: they are kept instead.
    sed -i 's/irq_dispose_mapping(irq_find_mapping(chip->irq_sim, i));/(void)chip;/' "$folder/gpio-sim-chip.c"
    sed -i '/^static void devm_irq_domain_remove_sim/,/^}/s/irq_domain_remove_sim(domain);/(void)domain;/' "$folder/irq_sim.c"
    printf '%s\n' 'obj-m := gpio-sim.o' 'gpio-sim-y := gpio-sim-chip.o irq_sim.o' >"$folder/Kbuild"
    make -C "/lib/modules/$kernel/build" M="$folder" modules >"$folder/log" 2>&1 || { cat "$folder/log" >&2; die "gpio-sim cannot be built"; }
    strip --strip-debug -o "$cache/gpio-sim.ko" "$folder/gpio-sim.ko"
}

# Our own: an I2C adapter that speaks more than SMBus, and an SPI controller.
build_bus_module() {
    local folder=$work/bus-sim
    mkdir "$folder"
    cp tests/vm/bus-sim.c "$folder"
    echo 'obj-m := bus-sim.o' >"$folder/Kbuild"
    make -C "/lib/modules/$kernel/build" M="$folder" modules >"$folder/log" 2>&1 || { cat "$folder/log" >&2; die "bus-sim cannot be built"; }
    strip --strip-debug -o "$cache/bus-sim.ko" "$folder/bus-sim.ko"
}

# What seldom changes: busybox, modules, tools and their libraries.
build_base() {
    local root=$work/base module name path
    mkdir -p "$root"/{bin,dev,etc,lib,lib64,modules,proc,root,sys,tmp,run}
    cp tests/vm/init "$root/init"
    chmod +x "$root/init"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    cp "$(command -v busybox)" "$root/bin/busybox"
    busybox --list | while read -r name; do [[ $name == busybox ]] || ln -s busybox "$root/bin/$name"; done

    for module in "${modules[@]}"; do
        name=${module%% *}
        modprobe --set-version "$kernel" --show-depends "$name" | while read -r _ path; do
            path=${path%% *}
            [[ ! -e $root/modules/${path##*/} ]] || continue
            cp "$path" "$root/modules/"
            if [[ $path == */$name.ko ]]; then echo "${path##*/}${module#"$name"}"; else echo "${path##*/}"; fi >>"$root/modules/order"
        done
    done
    cp "$cache/gpio-sim.ko" "$cache/bus-sim.ko" "$root/modules/"
    printf '%s\n' gpio-sim.ko bus-sim.ko >>"$root/modules/order"

    for name in "${tools[@]}"; do
        path=$(PATH=$PATH:/usr/sbin command -v "$name") || die "$name is missing: ./build.sh vm installs it"
        cp --remove-destination "$path" "$root/bin/"
        copy_libraries "$path" "$root"
    done
    pack "$root" | gzip -1 >"$cache/base.cpio.gz.new"
    mv "$cache/base.cpio.gz.new" "$cache/base.cpio.gz"
}

# copy_libraries PROGRAM ROOT: at the places where the loader looks for them.
copy_libraries() {
    local library
    ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$2${library%/*}"
        cp --dereference --update "$library" "$2$library"
    done
}

# What differs from run to run, as a second archive behind the first.
build_initramfs() {
    local root=$work/run
    mkdir -p "$root/bin"
    local binary
    for binary in "$program" "$host"; do
        cp "$binary" "$root/bin/"
        copy_libraries "$binary" "$root"
    done
    cp "$work/job" "$root/job"
    cp "$cache/base.cpio.gz" "$work/initramfs"
    pack "$root" | gzip -1 >>"$work/initramfs"
}

compile_baselines() {
    mkdir -p "$work/run/bin"
    gcc -O2 -Wall -Wextra -o "$work/run/bin/edges" tests/vm/edges.c -lgpiod
    gcc -O2 -Wall -Wextra -o "$work/run/bin/toggle" tests/vm/toggle.c
    copy_libraries "$work/run/bin/edges" "$work/run"
}

# pack FOLDER: as an archive that the kernel unpacks.
pack() {
    (cd "$1" && find . | cpio --create --format=newc --owner=0:0 --quiet)
}

write_job() {
    printf 'exec mainspring-hardware --verbose'
    (($# == 0)) || printf ' %q' "$@"
    echo
}

# ---- running it ----

command_line() {
    echo "console=ttyS0 quiet loglevel=4 panic=-1 oops=panic mitigations=off random.trust_cpu=on tsc=reliable mainspring.guest"
}

# boot QEMU-ARGUMENTS…: the arguments say what ttyS0 is.
boot() {
    python3 tests/vm/peer.py "$work/ttyS3" &
    peer=$!
    "${limit[@]}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp "$cpus" -m 512 \
        -nodefaults -no-user-config -no-reboot -display none \
        -kernel "/boot/vmlinuz-$kernel" -initrd "$work/initramfs" \
        "$@" \
        -chardev socket,id=ttyS1,path="$work/line",server=on,wait=off -chardev socket,id=ttyS2,path="$work/line" \
        -serial chardev:ttyS1 -serial chardev:ttyS2 \
        -chardev socket,id=ttyS3,path="$work/ttyS3",server=on,wait=off,telnet=on -serial chardev:ttyS3
}

# What the job prints is shown as it comes, but for the lines of cases that begin or pass; all of it is kept.
boot_job() {
    limit=(timeout --kill-after=10 "$seconds")
    boot -chardev file,id=console,path="$cache/$kind.console.log" -serial chardev:console \
        -device virtio-serial-pci -chardev file,id=results,path=/dev/stdout -device virtserialport,chardev=results,name=results \
        -append "$(command_line)" </dev/null | tee "$cache/$kind.log" | { grep --line-buffered -v -E '^(begins  |passed  |exit [0-9]+$|[0-9]+ passed,)' || true; }
}

# judge STATUS: of QEMU. What the program says counts only when it came to its end.
judge() {
    local results=$cache/$kind.log exit total
    exit=$(sed -n '$s/^exit //p' "$results")
    total=$(tail -n 2 "$results" | grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' || true)
    if [[ -z $exit || $1 != 0 ]]; then
        echo "the guest did not come to its end (QEMU said $1, the limit is $seconds s). Its console:"
        tail -n 60 "$cache/$kind.console.log"
        echo "The last lines of the program:"
        tail -n 5 "$results"
        total="0 passed, 1 failed, 0 skipped"
        exit=1
    elif [[ -z $total ]]; then
        return "$exit" # a job that is no run of cases
    elif ((exit != 0)); then
        grep -v '^$' "$cache/$kind.console.log" | tail -n 20
    fi
    echo "$total"
    return "$exit"
}

die() {
    echo "tests/vm/run.sh: $1" >&2
    exit 1
}

peer='' kind=cases kernel='' cache='' limit=()
work=$(mktemp -d)
trap 'rm -rf "$work"; [[ -z $peer ]] || kill "$peer" 2>/dev/null || true' EXIT
main "$@"

#!/usr/bin/env bash
# Builds, tests, publishes and runs Mainspring. `./build.sh --help` lists the commands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

readonly configuration=Release
readonly logs=artifacts/logs
readonly reports=artifacts/reports
readonly baselines=artifacts/perf-c
readonly crates=/usr/share/cargo/registry

# Debian packages: what native programs are linked with, and what tests use besides.
readonly link_packages=(gcc libc6-dev zlib1g-dev)
readonly test_packages=("${link_packages[@]}" gcc-aarch64-linux-gnu libc6-dev-arm64-cross socat strace python3
    g++ libglib2.0-dev libuv1-dev pkg-config valgrind)
readonly peer_packages=(libuv1-dev python3-uvloop) # that benchmarks are compared with
readonly vm_packages=("${link_packages[@]}" qemu-system-x86 linux-image-amd64 linux-headers-amd64 linux-source-6.1 make xz-utils kmod cpio busybox-static
    gpiod libgpiod-dev evtest i2c-tools strace python3)
readonly wine_packages=(wine64 wine python3)
readonly window_packages=("${link_packages[@]}" libglfw3 libglfw3-dev libx11-dev xvfb xdotool libgl1-mesa-dri imagemagick)

usage() {
    cat <<'EOF'
usage: ./build.sh COMMAND [ARGUMENTS]

  run [ARGS]    publish the Raspberry Pi host as a native program and run it on simulated devices for
                5 seconds; ARGS go to `mainspring-pi run`
  test          everything that can be checked, the published programs too; the last line is "N passed, N failed,
                N skipped"
  vm [FILTER…]  the hardware cases on a real kernel in a virtual machine, all or some; tests/vm/README.md says more
  soak [SECONDS]  edges, serial traffic and devices that come and go, in the same machine, for 30 minutes by default: nothing may grow;
                the result is one line of JSON
  wine [FILTER…]  the contract cases for Windows, all or some, under Wine; without a filter the programs too
  build         build all projects, warnings are errors
  publish       native programs and libmainspring.so into out/, their symbols into out/symbols/, C headers into out/include/
  perf [ARGS]   publish the benchmarks, compile their C baselines, and run them; ARGS go to mainspring-perf
  micro [ARGS]  functions of memory alone, by BenchmarkDotNet, which is given ARGS
  gate [--accept]  instructions, system calls and bytes per operation beside perf/gate/baseline.json
  api           accept the public API as it is: rewrites tests/Mainspring.Tests/PublicApi/*.txt
  format        format all sources
  clean         remove what the build made (artifacts/ and out/)
EOF
}

main() {
    local command=${1:---help}
    shift || true
    case $command in
        run | test | vm | soak | wine | build | publish | perf | micro | gate | api | format | clean) "command_$command" "$@" ;;
        -h | --help | help) usage ;;
        *) usage >&2; die "unknown command '$command'" 2 ;;
    esac
}

# ---- commands ----

command_run() {
    need_dotnet
    need_packages "${link_packages[@]}"
    publish_native hosts/pi/Mainspring.Pi.csproj
    local defaults=()
    given --serial "$@" || given --simulate "$@" || defaults+=(--simulate)
    given --hz "$@" || defaults+=(--hz 60)
    given --for "$@" || given --seconds "$@" || defaults+=(--for 5)
    say "out/mainspring-pi run ${defaults[*]} $*"
    exec out/mainspring-pi run "${defaults[@]}" "$@"
}

command_build() {
    need_dotnet
    build_all || die "the build failed"
    missing_adapters
}

command_publish() {
    need_dotnet
    need_packages "${link_packages[@]}"
    publish_native Native.slnf
}

command_perf() {
    need_dotnet
    need_packages "${link_packages[@]}" "${peer_packages[@]}"
    publish_native perf/Mainspring.Perf/Mainspring.Perf.csproj
    publish_native perf/Mainspring.Hello/Mainspring.Hello.csproj
    publish_native hosts/embed/Mainspring.Embed.csproj
    compile_baselines
    given --alone "$@" || given --list "$@" || compile_peers
    local display=()
    [[ ! -e $baselines/window ]] || ! command -v Xvfb >/dev/null || display=(bash tests/window/display.sh)
    MAINSPRING_C_BASELINES=$PWD/$baselines exec "${display[@]}" out/mainspring-perf "$@"
}

command_micro() {
    need_dotnet
    quietly build-micro dotnet build perf/Mainspring.Benchmarks -c $configuration -v quiet || die "the build failed"
    exec artifacts/bin/Mainspring.Benchmarks/release/mainspring-benchmarks "$@"
}

command_gate() {
    need_dotnet
    need_packages "${link_packages[@]}" valgrind strace python3
    publish_native perf/Mainspring.Perf/Mainspring.Perf.csproj
    exec python3 perf/gate/gate.py out/mainspring-perf "$@"
}

command_api() {
    need_dotnet
    local project=Mainspring.Tests snapshots=$PWD/tests/Mainspring.Tests/PublicApi
    mkdir -p "$snapshots"
    quietly build-api dotnet build "tests/$project" -c $configuration -v quiet || die "the build failed"
    MAINSPRING_ACCEPT_API=$snapshots "$(test_program $project)" -noLogo -noColor -reporter quiet -class "$project.PublicApiTests"
    say "accepted; see git diff tests/Mainspring.Tests/PublicApi"
}

command_format() {
    need_dotnet
    dotnet format Runtime.sln
}

command_clean() {
    rm -rf artifacts out
}

# Every step runs, whatever an earlier one said; but what did not build is not tested.
passed=0 failed=0 skipped=0
adapters=3 # those that were built, once that is known

command_test() {
    need_dotnet
    need_packages "${test_packages[@]}" "${window_packages[@]}"
    rm -rf $reports
    mkdir -p $reports
    if check build build_all; then
        check "format (./build.sh format repairs it)" verify_format || true
        check "package validation" validate_packages || true
        test_headers
        test_counting "the README's program" bash tests/readme/check.sh
        test_xunit_projects
        test_on_jit
        test_native
    fi
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}

command_vm() {
    need_dotnet
    need_packages "${vm_packages[@]}"
    publish_native tests/Mainspring.Hardware/Mainspring.Hardware.csproj
    publish_native hosts/pi/Mainspring.Pi.csproj
    exec tests/vm/run.sh "$@"
}

command_wine() {
    need_dotnet
    need_packages "${wine_packages[@]}"
    exec bash tests/wine/run.sh "$@"
}

command_soak() {
    command_vm --soak "$@"
}

# ---- building ----

build_all() {
    probe_packages
    say "build"
    quietly build dotnet build Runtime.sln -c $configuration -v quiet
}

# Asks the feeds which adapters can be built (build/Adapters.props), once a command.
probe_packages() {
    [[ -z ${probed:-} ]] || return 0
    rm -f artifacts/probe/stamp
    quietly probe-adapters dotnet msbuild Runtime.sln -t:ProbePackages -v:quiet || die "asking for the adapters' packages failed"
    probed=yes
}

# One line for each adapter that dropped out.
missing_adapters() {
    dotnet build build/Adapters.slnf -c $configuration --no-restore -v minimal | sed -n 's/^ *\(.* drops out: .*\)$/\1/p'
}

# publish_native WHAT: a project, or the filter of all native programs, into out/.
publish_native() {
    probe_packages
    say "publish $1"
    quietly publish dotnet publish "$1" -c $configuration -v quiet || die "publishing $1 failed"
    if grep -E 'warning IL[0-9]{4}' $logs/publish.log >&2; then
        die "publishing $1 gave trim or AOT warnings"
    fi

    mkdir -p out/symbols
    local folder file
    for folder in artifacts/publish/*/release; do
        for file in "$folder"/mainspring-* "$folder"/lib*.so*; do
            case $file in
                *.xml | *.pdb | *.json | *'*'*) ;;
                *.dbg) replace "$file" out/symbols ;;
                *) replace "$file" out ;;
            esac
        done
    done
    if [[ -e out/libmainspring.so ]]; then
        mkdir -p out/include
        cp hosts/embed/include/* out/include/
        cp hosts/embed/mainspring.pc out/
    fi
}

# A program that is running cannot be written to, but it can be removed.
replace() {
    cp --update --remove-destination "$1" "$2/" || die "cannot write $2/$(basename "$1")"
}

compile_baselines() {
    mkdir -p $baselines
    local source program
    for source in perf/c/*.c; do
        [[ -e $source ]] || return 0
        program=$baselines/$(basename "$source" .c)
        if [[ $source -nt $program || -n $(find perf/c -name '*.h' -newer "$program") ]]; then
            say "gcc $source"
            local libraries=(-lm)
            [[ $source != */window.c ]] || { [[ -e /usr/include/GLFW/glfw3.h ]] || continue; libraries+=(-lglfw -lX11); }
            [[ $source != *_libuv.c || ! -e /usr/include/uv.h ]] || libraries+=(-luv)
            [[ $source != */embed.c ]] || libraries+=(-Ihosts/embed/include -Lout -lmainspring "-Wl,-rpath,$PWD/out")
            gcc -O2 -std=gnu11 -Wall -pthread -o "$program" "$source" "${libraries[@]}"
        fi
    done
    for source in perf/python/*.py; do
        install -m 755 "$source" "$baselines/$(basename "$source" .py)"
    done
}

# The other loops that perf asks the same. What is not installed here is left out of the table.
compile_peers() {
    local peers=$baselines/peers
    mkdir -p "$peers"
    (need_packages libuv1-dev libglib2.0-dev python3-uvloop librust-tokio-dev pkg-config) || say "without all peers, then"
    command -v cargo >/dev/null || (need_packages cargo) || true
    local sources=(perf/peers/*.c) name
    for name in "${sources[@]}"; do
        name=$(basename "$name" .c)
        if [[ perf/peers/$name.c -nt $peers/$name ]]; then
            say "gcc perf/peers/$name.c"
            local libraries=(-lm)
            [[ $name != libuv || ! -e /usr/include/uv.h ]] || libraries+=(-luv)
            # shellcheck disable=SC2207
            [[ $name != glib ]] || libraries+=($(pkg-config --cflags --libs glib-2.0 2>/dev/null || true))
            gcc -O2 -std=gnu11 -Wall -pthread -o "$peers/$name" "perf/peers/$name.c" "${libraries[@]}"
        fi
    done
    # Debian's crates, so that nothing is fetched.
    if [[ perf/peers/tokio/src/main.rs -nt $peers/tokio ]] && command -v cargo >/dev/null && compgen -G "$crates/tokio-[0-9]*" >/dev/null; then
        say "cargo build perf/peers/tokio"
        if CARGO_TARGET_DIR=artifacts/obj/tokio quietly tokio cargo build --release --offline --manifest-path perf/peers/tokio/Cargo.toml \
            --config 'source.crates-io.replace-with="debian"' --config "source.debian.directory=\"$crates\""; then
            cp artifacts/obj/tokio/release/tokio_peer "$peers/tokio"
        fi
    fi
}

verify_format() {
    say "format"
    quietly format dotnet format Runtime.sln --no-restore --verify-no-changes
}

# Package validation: what one target framework offers the others do too.
validate_packages() {
    say "package validation"
    quietly pack dotnet pack Runtime.sln -c $configuration --no-build -v quiet
}

# ---- testing ----

test_xunit_projects() {
    local project
    for project in $(xunit_projects); do
        test_xunit "$project"
    done
}

xunit_projects() {
    grep -l 'XunitTests.props' tests/*/*.csproj | while read -r path; do basename "$path" .csproj; done
}

test_program() {
    echo "artifacts/bin/$1/release/$1"
}

test_xunit() {
    local project=$1 report=$reports/$1.xml status=0
    say "test $project"
    timeout --kill-after=10 900 "$(test_program "$project")" -noLogo -noColor -reporter quiet -xml "$report" || status=$?
    # The report's <assembly> element has the counts.
    local element
    element=$(grep -o '<assembly [^>]*>' "$report" 2>/dev/null || true)
    count "$project" $status "$(attribute passed "$element")" \
        "$(($(attribute failed "$element") + $(attribute errors "$element")))" "$(attribute skipped "$element")"
}

# attribute NAME ELEMENT: its number, 0 where there is none.
attribute() {
    local value
    value=$(grep -oP "(?<= $1=\")[0-9]+" <<<"$2" || true)
    echo "${value:-0}"
}

test_native() {
    if check publish publish_all; then
        test_counting "native contracts" out/mainspring-contracts
        test_counting "instructions, system calls and bytes per operation" python3 perf/gate/gate.py out/mainspring-perf
        test_counting "native contracts without epoll_pwait2" bash tests/seccomp/check.sh out/mainspring-contracts
        test_counting "end to end" bash tests/e2e/run.sh
        test_vm
        test_wine
        test_counting "the C ABI" bash tests/embed/run.sh
        test_windows
        test_adapters
    fi
}

# Where QEMU is missing and cannot be installed, the suite is skipped; never in CI.
test_vm() {
    local reason
    if reason=$(need_vm 2>&1); then
        test_counting "hardware on a real kernel" tests/vm/run.sh
        test_counting "soak" tests/vm/run.sh --soak 60
    elif [[ ${CI:-} == true ]]; then
        echo "failed: hardware on a real kernel: $reason" >&2
        failed=$((failed + 1))
    else
        say "test hardware on a real kernel: skipped: ${reason##*$'\n'}"
        skipped=$((skipped + 1))
    fi
}

# Where Wine is missing and cannot be installed, the suite is skipped; never in CI.
test_wine() {
    local reason
    if reason=$(need_wine 2>&1); then
        test_counting "Windows under Wine" bash tests/wine/run.sh
    elif [[ ${CI:-} == true ]]; then
        echo "failed: Windows under Wine: $reason" >&2
        failed=$((failed + 1))
    else
        say "test Windows under Wine: skipped: ${reason##*$'\n'}"
        skipped=$((skipped + 1))
    fi
}

test_windows() {
    test_counting "headers of GLFW and Xlib" bash tests/window/headers.sh
    test_counting "windows on an X server" bash tests/window/run.sh
}

# Adapters that were built run their cases on the JIT, which is to be before they are published, and then as a native program; each of the others counts as skipped. So do windows of Silk.NET, and the samples.
test_on_jit() {
    local line hasSilk=yes
    while read -r line; do
        say "test adapters: skipped: $line"
        adapters=$((adapters - 1)) skipped=$((skipped + 1))
        [[ $line != Mainspring.Devices.Silk* ]] || hasSilk=
    done < <(missing_adapters)
    ((adapters == 0)) || test_counting "adapters on the JIT" artifacts/bin/Mainspring.Adapters/release/mainspring-adapters
    if [[ $hasSilk ]]; then
        test_counting "windows of Silk.NET on the JIT" bash tests/window/display.sh artifacts/bin/Mainspring.Windows/release/mainspring-windows --silk Silk Xdotool
    fi
    test_counting "samples on the JIT" env SAMPLES_ON_JIT=1 python3 tests/e2e/samples.py
}

test_adapters() {
    ((adapters == 0)) || test_counting "adapters" out/mainspring-adapters
}

need_wine() {
    need_packages "${wine_packages[@]}"
    command -v wine >/dev/null || die "wine is missing (Debian: wine64)"
}

need_vm() {
    need_packages "${vm_packages[@]}"
    command -v qemu-system-x86_64 >/dev/null || die "qemu-system-x86_64 is missing"
}

# In a process of its own: a failure ends that, and counts.
publish_all() {
    (publish_native Native.slnf)
}

test_headers() {
    if [[ -f tests/headers/check.sh ]]; then
        test_counting "C headers" bash tests/headers/check.sh
    fi
}

# test_counting LABEL COMMAND…: a suite that says on its last line how many cases passed. One that does
# not say is one case.
test_counting() {
    local label=$1 log status=0 totals
    log=$reports/${label// /-}.log
    shift
    say "test $label"
    timeout --kill-after=10 900 "$@" >"$log" 2>&1 || status=$?
    totals=$(tail -n 1 "$log")
    if [[ $totals =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        set -- "${BASH_REMATCH[@]:1}"
    elif ((status == 0)); then
        set -- 1 0 0
    else
        set -- 0 0 0
    fi
    if ((status != 0 || $2 > 0)); then
        sed '$d' "$log" >&2
    fi
    count "$label" $status "$@"
}

# count LABEL STATUS PASSED FAILED SKIPPED: adds a suite to the total. A suite that failed without a
# failed case (it crashed, it hung) counts as one.
count() {
    local label=$1 status=$2 suite_passed=$3 suite_failed=$4 suite_skipped=$5
    if ((status != 0 && suite_failed == 0)); then
        echo "$label ended with exit code $status" >&2
        suite_failed=1
    elif ((status == 0 && suite_passed + suite_failed + suite_skipped == 0)); then
        echo "$label ran no tests" >&2
        suite_failed=1
    fi
    say "    $label: $suite_passed passed, $suite_failed failed, $suite_skipped skipped"
    passed=$((passed + suite_passed)) failed=$((failed + suite_failed)) skipped=$((skipped + suite_skipped))
}

# check LABEL COMMAND…: a step that is not a suite. It counts when it fails, as one.
check() {
    local label=$1
    shift
    if ! "$@"; then
        echo "failed: $label" >&2
        failed=$((failed + 1))
        return 1
    fi
}

# ---- what must be there ----

need_dotnet() {
    command -v dotnet >/dev/null || die "the .NET SDK is missing: global.json names its version, https://dot.net/download has it"
    dotnet --version >/dev/null || die "no installed .NET SDK satisfies global.json"
}

# Installs Debian packages that are missing when it may, and otherwise names the command that does.
need_packages() {
    command -v dpkg-query >/dev/null || return 0
    local missing=() package
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0

    local install="apt-get install --yes --no-install-recommends ${missing[*]}"
    [[ $(id -u) == 0 ]] || die "Debian packages are missing. Install them with: sudo $install"
    say "$install"
    mkdir -p $logs
    { apt-get update && DEBIAN_FRONTEND=noninteractive $install; } >$logs/apt.log 2>&1 || {
        cat $logs/apt.log >&2
        die "installing Debian packages failed"
    }
}

is_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# ---- small things ----

say() {
    echo "$*"
}

die() {
    echo "build.sh: $1" >&2
    exit "${2:-1}"
}

# given OPTION ARGUMENTS…: whether OPTION is among them, alone or as OPTION=value.
given() {
    local option=$1 argument
    shift
    for argument in "$@"; do
        [[ $argument != "$option" && $argument != "$option="* ]] || return 0
    done
    return 1
}

# quietly NAME COMMAND…: its output goes to a log, and is shown when the command fails.
quietly() {
    local log=$logs/$1.log
    shift
    mkdir -p $logs
    "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        return 1
    }
}

main "$@"

#!/usr/bin/env bash
# Checks libmainspring.so and its headers as a host sees them: what is exported, what the header says, the examples, and all of it under valgrind.
# usage: run.sh [LIBRARY INCLUDE]; by default what `build.sh publish` has made. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly library=${1:-out/libmainspring.so} include=${2:-out/include}
readonly warnings=(-Wall -Wextra -Werror -pedantic)
readonly largest=5000000 # bytes, of the library and a program that uses it
readonly little_memory=8000000 # bytes, in hexadecimal; with a quarter of it the collector itself gives up
readonly -a valgrind=(valgrind --quiet --fair-sched=yes --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,possible
    --errors-for-leak-kinds=definite,possible --suppressions=tests/embed/runtime.supp --num-callers=30)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

main() {
    # A copy: its debug symbols are not beside it, with which valgrind would not start.
    install -D "$library" "$work/lib/libmainspring.so"

    check "the header is C11 and C++17" headers_compile || true
    check "the library exports what the header declares, and nothing else" exports_are_those_of_the_header || true
    check "the library needs nothing but the C library" needs_the_c_library_only || true
    check "hello is small" hello_is_small || true
    check "a program that loads it at run time" can_be_loaded || true
    if has pkg-config; then
        check "the guide's commands, in an empty folder" guide_is_true || true
    fi
    cases_of_the_abi
    for example in hello game raii guest_glib guest_libuv; do
        example "$example"
    done

    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0 && passed > 0))
}

headers_compile() {
    printf '#include <mainspring.h>\nint main(void) { return 0; }\n' >"$work/header.c"
    gcc -std=c11 "${warnings[@]}" -I "$include" -c -o "$work/header.o" "$work/header.c" &&
        gcc -x c++ -std=c++17 "${warnings[@]}" -I "$include" -c -o "$work/header.o" "$work/header.c" &&
        sed 's/mainspring.h>/mainspring.hpp>/; s/void//' "$work/header.c" >"$work/header.cpp" &&
        g++ -std=c++17 "${warnings[@]}" -I "$include" -c -o "$work/header.o" "$work/header.cpp"
}

exports_are_those_of_the_header() {
    nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
    grep -oP '^MS_API .*?\Kms_\w+(?=\()' "$include/mainspring.h" | sort >"$work/declared"
    [[ -s $work/declared ]] && diff "$work/declared" "$work/exported"
}

needs_the_c_library_only() {
    readelf -d "$library" | grep -oP '\((NEEDED|SONAME)\).*\[\K[^]]+' | sort >"$work/needed"
    cat "$work/needed"
    ! grep -Ev '^(libc\.so\.6|libm\.so\.6|ld-linux-.*|libmainspring\.so)$' "$work/needed" && grep -q '^libmainspring\.so$' "$work/needed"
}

hello_is_small() {
    build hello || return 1
    strip "$work/hello"
    local size=$(($(stat -c %s "$work/lib/libmainspring.so") + $(stat -c %s "$work/hello")))
    echo "hello and the library are $size bytes"
    ((size < largest))
}

can_be_loaded() {
    gcc -std=c11 "${warnings[@]}" -I "$include" -o "$work/loaded" tests/embed/loaded.c -ldl && run "$work/loaded" "$work/lib/libmainspring.so"
}

# The guide's program, compiled as it says: beside the library, and with the library installed.
guide_is_true() (
    install -D -t "$work/guide/out" "$work/lib/libmainspring.so" hosts/embed/mainspring.pc
    cp -r "$include" "$work/guide/out/include"
    awk -v folder="$work/guide/" '/^```c$/ { file = "hello.c"; next } /^```$/ { if (file) file = ""; else file = "commands" ++number; next } file { print > (folder file) }' docs/guides/c-abi.md
    sed -i "s|/usr/local|$work/usr|g; s|^sudo ||; /^ldconfig/d" "$work/guide/commands2"
    printf '#include <mainspring.h>\n#include <stdio.h>\nint main(void) { return puts(ms_version()) < 0; }\n' >"$work/guide/version.c"
    export PKG_CONFIG_PATH=$work/usr/lib/pkgconfig
    cd "$work/guide" || return 1
    sh -ex commands1 && [[ $(./hello) == "hello, world" ]] && rm hello &&
        sh -ex commands2 && [[ $(LD_LIBRARY_PATH=$work/usr/lib ./hello) == "hello, world" ]] &&
        sh -ec 'cc version.c $(pkg-config --cflags --libs mainspring) -o version' &&
        [[ $(LD_LIBRARY_PATH=$work/usr/lib ./version) == "$(pkg-config --modversion mainspring)" ]]
)

# The cases count one by one; natively, with the collector kept from running, with little memory, and under valgrind.
cases_of_the_abi() {
    local program
    for program in abi hostile memory; do
        if ! gcc -std=c11 "${warnings[@]}" -g -O1 -I "$include" -o "$work/$program" "tests/embed/$program.c" -L "$work/lib" -lmainspring -pthread -lm; then
            failed=$((failed + 1))
            return
        fi
    done

    count_cases "" run "$work/abi"
    count_cases "" run "$work/hostile"
    DOTNET_GCgen0size=0x40000000 count_cases "nothing is collected: " run "$work/abi" the_steady_state_allocates_nothing
    DOTNET_GCHeapHardLimit=$little_memory count_cases "memory: " run "$work/memory"
    if has valgrind; then
        count_cases "valgrind: " under_valgrind "$work/abi"
        count_cases "valgrind: " under_valgrind "$work/hostile"
    fi
}

# count_cases LABEL COMMAND...: adds the totals of a program's last line.
count_cases() {
    local label=$1 status=0
    shift
    "$@" >"$work/output" 2>&1 || status=$?
    local totals='^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$'
    grep -Ev "$totals" "$work/output" | sed "s/^/$label/" || true
    if [[ $(grep -E "$totals" "$work/output") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
        ((status == 0 || BASH_REMATCH[2] > 0)) || { echo "$label${2##*/} ended with $status"; failed=$((failed + 1)); }
    else
        echo "$label${2##*/} ended with $status, and did not say how"
        failed=$((failed + 1))
    fi
}

# example NAME: compiles it and runs it, by itself and under valgrind.
example() {
    local name=$1
    case $name in
        guest_glib) has_package glib-2.0 libglib2.0-dev || return 0 ;;
        guest_libuv) has_package libuv libuv1-dev || return 0 ;;
    esac
    check "example $name compiles" build "$name" || return 0
    check "example $name" run "$work/$name" || true
    if has valgrind; then
        check "example $name under valgrind" under_valgrind "$work/$name" || true
    fi
}

build() {
    local source=(hosts/embed/examples/"$1".c*) compiler=(gcc -std=c11) libraries=()
    [[ ${source[0]} != *.cpp ]] || compiler=(g++ -std=c++17)
    case $1 in
        guest_glib) mapfile -t libraries < <(pkg-config --cflags --libs glib-2.0 | xargs -n 1) ;;
        guest_libuv) libraries=(-D_GNU_SOURCE -luv) ;;
    esac
    "${compiler[@]}" "${warnings[@]}" -D_POSIX_C_SOURCE=200809L -g -O1 -I "$include" -o "$work/$1" "${source[0]}" -L "$work/lib" -lmainspring -pthread "${libraries[@]}"
}

run() {
    LD_LIBRARY_PATH=$work/lib timeout --kill-after=5 120 "$@"
}

under_valgrind() {
    LD_LIBRARY_PATH=$work/lib DOTNET_GCHeapHardLimit=$little_memory timeout --kill-after=5 500 "${valgrind[@]}" "$@"
}

has() {
    command -v "$1" >/dev/null || { missing "$1" "$1"; return 1; }
}

has_package() {
    pkg-config --exists "$1" 2>/dev/null || { missing "$1" "$2 pkg-config"; return 1; }
}

missing() {
    if [[ ${CI:-} == true ]]; then
        echo "$1 is missing: apt-get install $2"
        failed=$((failed + 1))
    else
        echo "skipped: $1 is missing (apt-get install $2)"
        skipped=$((skipped + 1))
    fi
}

# check LABEL COMMAND...: one case.
check() {
    local label=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $label"
        sed 's/^/    /' "$work/output"
    else
        failed=$((failed + 1))
        echo "failed: $label"
        sed 's/^/    /' "$work/output"
        return 1
    fi
}

main "$@"

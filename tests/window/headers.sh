#!/usr/bin/env bash
# Checks the constants and structs of GLFW and Xlib, as they stand in the C# sources, against their C headers. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly folder=devices/Mainspring.Devices.Glfw
if [[ ! -e /usr/include/GLFW/glfw3.h || ! -e /usr/include/X11/Xlib.h ]]; then
    echo "the headers are missing: apt-get install libglfw3-dev libx11-dev"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    echo '#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <GLFW/glfw3.h>
#include <X11/Xlib.h>
#ifndef GLFW_PLATFORM_X11 // of 3.4
#define GLFW_PLATFORM_X11 0x00060004
#endif'
    awk -f tests/headers/assertions.awk $folder/Native/GlfwNative.cs $folder/Native/Xlib.cs $folder/Native/XVisibilityEvent.cs $folder/Native/VideoMode.cs
    awk -v named=1 -f tests/headers/assertions.awk $folder/Input/*.cs $folder/GraphicsApi.cs $folder/OpenGLProfile.cs
    echo '_Static_assert(sizeof(GLFWgamepadstate) == 40 && offsetof(GLFWgamepadstate, axes) == 16, "GamepadState");
_Static_assert(sizeof(GLFWimage) == 16 && offsetof(GLFWimage, pixels) == 8, "WindowImage");
_Static_assert(offsetof(XErrorEvent, resourceid) == 16 && offsetof(XErrorEvent, error_code) == 32 && offsetof(XErrorEvent, minor_code) == 34, "XErrorEvent");
_Static_assert(sizeof(XEvent) == 192 && offsetof(XVisibilityEvent, window) == 32 && offsetof(XVisibilityEvent, state) == 40, "XVisibilityEvent");'
} >"$work/assertions.c"
count=$(grep -c '^_Static_assert' "$work/assertions.c") failed=0
if ! gcc -std=gnu11 -fmax-errors=0 -c -o "$work/assertions.o" "$work/assertions.c" 2>"$work/log"; then
    failed=$(grep -c ' error: ' "$work/log" || true)
    cat "$work/log"
fi
echo "$((count - failed)) passed, $failed failed, 0 skipped"
((failed == 0 && count > 100))

#!/usr/bin/env python3
"""What a change costs, by counts that do not depend on the machine's mood: instructions, system calls and bytes per operation.

gate.py PROGRAM            beside baseline.json: 3 % more instructions, a system call or a byte more is a failure
gate.py PROGRAM --accept   makes what is counted now the baseline

PROGRAM is the published mainspring-perf. Instructions are counted by callgrind, system calls by strace. Each is the difference of two runs of different lengths,
so what a program does once is not in it. Less than the baseline is no failure, but said, so that it is accepted. What is only counted, or only in the baseline, fails.
Another patch of the runtime is compared all the same; another major or minor version is skipped, until it has a baseline.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BASELINE = os.path.join(HERE, "baseline.json")
TOLERANCE = 0.03  # of instructions: how lists happen to lie, how often the collector looked
CALLS = 0.1       # of a system call, in an operation: on a busy machine a wait ends twice now and then
BYTES = 0.05      # what is made once is in it, divided by the operations

WARM = 1.1        # with a warm-up of a tenth of the operations, which is in the difference, since it grows with them

# name: measurement, numbers (the last one is how many operations), operations counted for each of it, what is counted
SUBJECTS = {
    "callbacks": ("callbacks", [400_000], 2 * WARM, "instructions bytes"),
    "posts": ("posts-in-turn", [200_000], 1, "instructions"),
    "timers": ("timers", [20_000, 200_000], 2, "instructions bytes"),
    "expiry": ("expiry", [40_000], 1, "instructions bytes"),
    "awaits": ("awaits", [1_000, 200], 4_000, "instructions bytes"),
    "descriptors": ("descriptors", [1, 4_000], WARM, "instructions calls bytes"),
    "frames": ("frames", [240, 120], 1, "calls"),
    "echo": ("echo", [20, 8_000], 2 * WARM, "instructions calls bytes"),
    "echo-awaits": ("echo-awaits", [20, 8_000], 2 * WARM, "instructions calls bytes"),
}


def command(program, subject, times):
    measurement, numbers, _, _ = SUBJECTS[subject]
    return [program, "measure", measurement, *map(str, numbers[:-1]), str(numbers[-1] * times)]


def run(words, **more):
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with exit code {done.returncode}: {done.stderr[-500:]}")
    return done


def instructions(program, subject, folder):
    """The program lies without its symbols in a folder of its own: valgrind cannot read them."""

    def count(times):
        words = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind", *command(program, subject, times)]
        done = run(words, env={**os.environ, "DOTNET_GCHeapHardLimit": "8000000"})
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])

    return (count(3) - count(1)) / (2 * SUBJECTS[subject][1][-1] * SUBJECTS[subject][2])


def calls(program, subject, folder):
    def count(times):
        path = os.path.join(folder, "calls")
        run(["strace", "-f", "-c", "-o", path, *command(program, subject, times)])
        with open(path, encoding="utf-8") as table:
            return int(re.search(r"^100\.00 +\S+ +(?:\S+ +)?(\d+) +(?:\d+ +)?total$", table.read(), re.MULTILINE)[1])

    return (count(3) - count(1)) / (2 * SUBJECTS[subject][1][-1] * SUBJECTS[subject][2])


def allocated(program, subject, _folder):
    """The most of all results, per operation, as the program itself counts."""
    lines = run(command(program, subject, 3)).stdout.split("\n")
    return max([float(words[2]) for words in map(str.split, lines) if len(words) > 2], default=0.0)


def runtime(program):
    """The runtime is part of what is counted, and so is the compiler that came with it. Their patches change little."""
    return run([program, "measure", "runtime"]).stdout.strip()


def version(name):
    """Major and minor."""
    return re.search(r"\d+\.\d+", name)[0]


def measure(program):
    counters = {"instructions": instructions, "calls": calls, "bytes": allocated}
    counted = {}
    with tempfile.TemporaryDirectory() as folder:
        alone = shutil.copy(program, folder)
        for subject, (_, _, _, whats) in SUBJECTS.items():
            for what in whats.split():
                name = f"{subject} {what}"
                counted[name] = round(counters[what](alone, subject, folder), 3)
                print(f"{name}: {counted[name]}", file=sys.stderr, flush=True)
    return counted


def verdict(name, now, before):
    if now is None:
        return f"FAILED  {name}: in the baseline, and no longer counted; accept it"
    if before is None:
        return f"FAILED  {name}: {now} an operation, and not in the baseline; accept it"
    what = name.split()[-1]
    slack = {"instructions": before * TOLERANCE, "calls": CALLS, "bytes": BYTES}[what]
    if now > before + slack:
        return f"FAILED  {name}: {now} an operation, {before} before"
    if now < before - slack:
        return f"better  {name}: {now} an operation, {before} before; accept it, so that it stays"
    return None


def main():
    program = os.path.abspath(sys.argv[1])
    if "--accept" in sys.argv:
        text = json.dumps({"runtime": runtime(program), "counts": measure(program)}, indent=2)
        with open(BASELINE, "w", encoding="utf-8") as file:  # only now: what fails leaves the old one
            file.write(text + "\n")
        return 0

    with open(BASELINE, encoding="utf-8") as file:
        baseline = json.load(file)
    before, now = baseline["runtime"], runtime(program)
    if version(before) != version(now):
        print(f"the baseline was counted with runtime {before}, and this is {now}: skipped; accept a new one")
        print(f"0 passed, 0 failed, {len(baseline['counts'])} skipped")
        return 0
    if before != now:
        print(f"the baseline was counted with runtime {before}, and this is {now}: another patch, compared all the same")

    counted, counts = measure(program), baseline["counts"]
    verdicts = [verdict(name, counted.get(name), counts.get(name)) for name in counts | counted]
    for line in filter(None, verdicts):
        print(line)
    failed = sum(line is not None and line.startswith("FAILED") for line in verdicts)
    print(f"{len(verdicts) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())

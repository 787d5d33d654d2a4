"""mainspring-perf, the benchmarks: what it decides of what it measures, beside a C program that is a script here and prints what a test wants.

Each test is a function whose name says what it proves. Arguments select tests whose names contain one of them.
"""
import os
import subprocess
import tempfile

from harness import PATIENCE, check, main, program

PROGRAM = program("mainspring-perf")
FAST, SLOW = 0.001, 1000  # nanoseconds a callback, which nobody needs and everybody undercuts


def measure(*rings, then="exit 0", name="ring", extra=()):
    """Callbacks, beside a ring that takes so long, run by run, and goes on as at last; the result, how often the ring ran, and the report."""
    with tempfile.TemporaryDirectory() as folder:
        script, runs = os.path.join(folder, "callbacks"), os.path.join(folder, "runs")
        with open(script, "w") as file:
            file.write(f"""#!/bin/sh
echo >> {runs}
set -- {' '.join(str(ring) for ring in rings)}
while [ $# -gt 1 ] && [ $(({len(rings)} - $#)) -lt $(($(wc -l < {runs}) - 1)) ]; do shift; done
echo {name} $1
{then}
""")
        os.chmod(script, 0o700)
        result = subprocess.run([PROGRAM, "--quick", "--alone", "--check", "--only", "callbacks", "--results", folder, *extra], capture_output=True, text=True,
                                timeout=PATIENCE, env=os.environ | {"MAINSPRING_C_BASELINES": folder})
        with open(runs) as file:
            count = len(file.readlines())
        with open(os.path.join(folder, "latest.md")) as file:
            return result, count, file.read()


# Tests.

def test_what_is_met_is_asked_three_times():
    result, runs, report = measure(SLOW)
    check((result.returncode, runs) == (0, 3), f"exit code {result.returncode}, {runs} runs: {result.stderr}")
    check("No target was missed" in report and "asked again" not in report, report)


def test_what_is_missed_is_asked_four_times_more_and_is_exit_code_1():
    result, runs, report = measure(FAST)
    check((result.returncode, runs) == (1, 7), f"exit code {result.returncode}, {runs} runs: {result.stderr}")
    check("asked again: CallSoon(Action), 7 pairs" in report and "2 missed:" in report and "No target was missed" not in report, report)


def test_a_target_is_met_by_the_lower_quartile_of_all_runs_and_the_report_says_so():
    result, runs, report = measure(FAST, FAST, FAST, SLOW, SLOW, SLOW, FAST)  # three of seven: not the median
    check((result.returncode, runs) == (0, 7), f"exit code {result.returncode}, {runs} runs: {result.stderr}")
    check("asked again" in report and "No target was missed" in report and "ok, by its lower quartile" in report, report)


def test_the_first_runs_count_too_when_it_was_asked_again():
    result, runs, report = measure(FAST, FAST, FAST, SLOW, SLOW, FAST)  # two of four would do, two of seven do not
    check((result.returncode, runs) == (1, 7), f"exit code {result.returncode}, {runs} runs: {report}")


def test_a_program_that_fails_is_named_and_is_exit_code_1():
    result, _, report = measure(SLOW, then="exit 3")
    check(result.returncode == 1 and "/callbacks" in report and "exit code 3" in report, f"exit code {result.returncode}: {report}")


def test_a_program_that_prints_no_result_is_named_and_is_exit_code_1():
    result, _, report = measure("nonsense")
    check(result.returncode == 1 and "'ring nonsense', which is no result" in report, f"exit code {result.returncode}: {report}")


def test_a_program_without_the_result_is_named_and_is_exit_code_1():
    result, _, report = measure(SLOW, name="other", extra=["--only", "growth-callbacks"])
    check(result.returncode == 1 and report.count("gave no result 'ring'") == 2, f"exit code {result.returncode}: {result.stderr} {report}")


def test_a_program_that_is_not_there_is_named_and_takes_down_no_other():
    result, _, report = measure(SLOW, extra=["--only", "idle"])
    check(result.returncode == 1 and "/idle" in report and "| CallSoon(Action)" in report, f"exit code {result.returncode}: {result.stderr} {report}")


if __name__ == "__main__":
    main(globals())

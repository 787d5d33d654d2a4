"""mainspring-scheduler, the native program. Counts and shapes only: how late frames are is the machine's affair.

Each test is a function whose name says what it proves. Arguments select tests whose names contain one of them.
"""
import json
import os
import re
import signal
import subprocess

from harness import PATIENCE, check, main, program

PROGRAM = program("mainspring-scheduler")
RUN_KEYS = {"background", "uptime_s", "hz", "precision", "ticks", "frames", "late", "dropped", "p50_frame_lateness_us", "p99_frame_lateness_us",
            "p999_frame_lateness_us", "max_frame_lateness_us", "p50_frame_time_us", "p99_frame_time_us", "p999_frame_time_us", "max_frame_time_us",
            "budget_us", "budget_used", "background_share_of_free_budget", "background_done", "background_behind", "jobs", "job_steps", "lanes",
            "lines_not_printed", "gen0", "allocated_bytes_per_frame"}


def run(*args, **kwargs):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=PATIENCE, **kwargs)


def run_json(*args):
    result = run(*args, "--json")
    check(result.returncode == 0 and result.stderr == "", f"{args}: exit code {result.returncode}, {result.stderr}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def lane(result, kind):
    return next(one for one in result["lanes"] if one["load"].startswith(kind + ":"))


def counts_add_up(result):
    check(RUN_KEYS == result.keys() - {"type"}, f"keys: {RUN_KEYS ^ (result.keys() - {'type'})}")
    check(result["frames"] > 0 and result["job_steps"] == result["frames"] * result["jobs"], f"every job runs in every frame: {result}")
    check(result["frames"] + result["dropped"] <= result["uptime_s"] * result["hz"] + 2, f"more frames than deadlines: {result}")
    check(0 <= result["budget_used"] <= 1, str(result))
    check(result["p50_frame_lateness_us"] <= result["p99_frame_lateness_us"] <= result["p999_frame_lateness_us"] <= result["max_frame_lateness_us"], str(result))
    check(result["p50_frame_time_us"] <= result["p99_frame_time_us"] <= result["p999_frame_time_us"] <= result["max_frame_time_us"], str(result))


# Tests.

def test_a_run_ends_with_a_summary_whose_counts_add_up():
    lines = run_json("run", "--hz", "100", "--budget", "3ms", "--jobs", "50", "--seconds", "2.5", "--load", "frame:2x100us", "--load", "background:100x200us",
                     "--load", "timer:3x10us@50hz", "--load", "callback:5x1us@20hz,priority=low", "--load", "post:4x1us@25hz")
    summary = lines[-1]
    check(summary["type"] == "summary" and [line["type"] for line in lines[:-1]] == ["status"] * (len(lines) - 1), str([line["type"] for line in lines]))
    counts_add_up(summary)
    check(summary["background"] == "budgeted" and summary["budget_us"] == 3000 and summary["jobs"] == 50, str(summary))
    check(lane(summary, "frame")["done"] == 2 * summary["frames"], str(summary))
    background = lane(summary, "background")
    check(background["done"] + background["behind"] == 100 * summary["frames"], "a hundred items come with every frame: " + str(summary))
    check(background["done"] > 0 and (background["done"], background["behind"]) == (summary["background_done"], summary["background_behind"]), str(summary))
    for kind in ("timer", "callback", "post"):
        check(lane(summary, kind)["done"] > 0, f"no {kind} ran: {summary}")
    check(summary["allocated_bytes_per_frame"] is not None, "2.5 s are enough to tell what a frame allocates")


def test_background_work_with_too_much_to_do_is_cut_off_by_the_budget():
    summary = run_json("run", "--seconds", "1", "--hz", "100", "--budget", "1ms", "--load", "background:1x10s")[-1]
    check((summary["background_done"], summary["background_behind"]) == (0, summary["frames"]), str(summary))
    worked = lane(summary, "background")["worked_us"]
    check(0 < worked, str(summary))


def test_work_that_takes_no_time_is_done():
    summary = run_json("run", "--seconds", "1", "--hz", "20", "--budget", "40ms", "--load", "background:3x0ns", "--load", "frame:1x0ns", "--jobs", "0")[-1]
    check(summary["background_done"] > 0 and summary["background_done"] + summary["background_behind"] == 3 * summary["frames"], str(summary))


def test_a_comparison_has_three_runs_of_the_same_load():
    lines = run_json("compare", "--seconds", "1", "--hz", "100", "--budget", "2ms", "--jobs", "10", "--load", "background:20x300us", "--load", "frame:1x100us")
    summary = lines[-1]
    check(summary["type"] == "summary" and list(summary)[1:] == ["none", "budgeted", "callbacks"], str(list(summary)))
    for name in ("none", "budgeted", "callbacks"):
        counts_add_up(summary[name])
        check(summary[name]["background"] == name, str(summary[name]))
    check(summary["none"]["background_done"] == 0 and summary["none"]["background_share_of_free_budget"] is None, str(summary["none"]))
    check(summary["budgeted"]["background_done"] > 0 and summary["callbacks"]["background_done"] > 0, str(summary))


def test_text_shows_a_histogram_in_plain_ascii_where_it_is_no_terminal():
    result = run("run", "--seconds", "1.2", "--hz", "100", "--jobs", "5")
    check(result.returncode == 0 and result.stderr == "", f"{result.returncode} {result.stderr}")
    check(result.stdout.isascii() and "####" in result.stdout, result.stdout)
    check(re.search(r"^ +1\.\d s  \d+ frames, \d+ late", result.stdout, re.M), result.stdout)
    for expected in ("p99.9", "start after its deadline", "work of a frame", "budget of 4 ms a frame: ", "frame:1x1ms", "jobs' steps"):
        check(expected in result.stdout, f"'{expected}' is not in {result.stdout}")
    result = run("compare", "--seconds", "0.5", "--hz", "100", "--jobs", "5")
    check(result.returncode == 0 and "none  with budget    callbacks" in result.stdout, result.stdout)
    p99 = re.search(r"^start after deadline, p99 +[\d.]+ [mun]?s +([\d.]+ [mun]?s) +([\d.]+ [mun]?s)$", result.stdout, re.M)
    check(f"With the budget, frames started at most {p99[1]} after their deadline (p99), without it {p99[2]}." in result.stdout, result.stdout)
    done = re.search(r"^background items done +0 +(\d+) +(\d+)$", result.stdout, re.M)
    check(all(number in result.stdout.splitlines()[-1] for number in done.groups()), result.stdout)


def test_without_background_work_it_says_so():
    text = run("run", "--for", "0.5", "--hz", "100", "--load", "frame:1x10us").stdout
    check("% used; no background work\n" in text and "the background got" not in text, text)
    text = run("compare", "--for", "0.3", "--hz", "100", "--load", "frame:1x10us").stdout
    check(text.endswith("\nThe load has no background work, so the budget changes nothing.\n"), text)


def test_wrong_arguments_are_one_line_that_says_what_is_allowed_and_exit_code_2():
    for args, said in (
            (["--hz", "abc"], "--hz: 'abc' is not a number; give frames per second, from 1 to 100000"),
            (["--hz", "0"], "--hz: '0' is out of range; give frames per second, from 1 to 100000"),
            (["--budget", "4"], "--budget: '4' is not a time; give a time with its unit, such as 4ms or 800us"),
            (["--budget", "0ms"], "--budget: '0ms' is less than a microsecond"),
            (["--budget", "40ms"], "--budget: 40 ms is longer than a frame, which is 16.7 ms at --hz 60; give less"),
            (["--jobs", "-1"], "--jobs: '-1' is out of range; give a whole number from 0 to 1000000"),
            (["--jobs", "1.5"], "--jobs: '1.5' is out of range; give a whole number"),
            (["--seconds", "soon"], "--seconds: 'soon' is not a number; give seconds"),
            (["--precision", "best"], "--precision: 'best' is no precision; give sleep, hybrid or spin"),
            (["--load", "frame:1x1ms", "--load", "nonsense:1x1ms"], "--load: 'nonsense' in 'nonsense:1x1ms' is no kind of work; give frame, background, timer, callback or post; such as "),
            (["--load", "frame:2x1"], "--load: '1' in 'frame:2x1' is no time of work")):
        for command in ("run", "compare"):
            result = run(command, *args)
            check(result.returncode == 2 and result.stdout == "", f"{args}: exit code {result.returncode}, {result.stdout}")
            lines = result.stderr.splitlines()
            check(len(lines) == 2 and lines[0].startswith(f"mainspring-scheduler: {said}"), f"{args}: {result.stderr}")
            check(lines[1] == f"Try 'mainspring-scheduler {command} --help'.", lines[1])
    check(run().returncode == 2, "no command")
    result = run("nonsense")
    check((result.returncode, result.stderr) == (2, "mainspring-scheduler: 'nonsense' is no command; give run or compare\nTry 'mainspring-scheduler --help'.\n"), result.stderr)


def test_help_explains_loads():
    for args in (["--help"], ["run", "--help"], ["compare", "--help"]):
        check(run(*args).returncode == 0, str(args))
    for command in ("run", "compare"):
        check("KIND:COUNTxWORK" in run(command, "--help").stdout, "the language of loads is not in --help")


def test_signals_end_it_with_the_summary_of_what_has_run():
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        summary = end_by(sig, "run")
        check(summary["type"] == "summary" and summary["frames"] > 0, str(summary))
    summary = end_by(signal.SIGINT, "compare")
    check(summary["type"] == "summary" and list(summary)[1:] == ["none"], str(list(summary)))


def end_by(sig, command):
    process = subprocess.Popen([PROGRAM, command, "--seconds", "600", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    check(json.loads(process.stdout.readline())["type"] == "status", "no status")
    process.send_signal(sig)
    out, errors = process.communicate(timeout=PATIENCE)
    check(process.returncode == 0 and errors == "", f"{sig}: exit code {process.returncode}, {errors}")
    return json.loads(out.splitlines()[-1])


def test_an_output_that_is_full_is_one_line_and_exit_code_1():
    with open("/dev/full", "wb") as full:
        for command in ("run", "compare"):
            result = subprocess.run([PROGRAM, command, "--seconds", "600"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
            check(result.returncode == 1, f"exit code {result.returncode}: {result.stderr}")
            check(result.stderr.count("\n") == 1 and result.stderr.startswith("mainspring-scheduler: standard output: "), result.stderr)


def test_a_reader_that_goes_ends_it_silently_as_sigpipe_does():
    for command in ("run", "compare"):
        process = subprocess.Popen([PROGRAM, command, "--seconds", "600"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        check(process.stdout.readline(), "no first line")
        process.stdout.close()
        code, errors = process.wait(PATIENCE), process.stderr.read().decode()
        check((code, errors) == (128 + signal.SIGPIPE, ""), f"{command}: exit code {code}: {errors}")


def test_it_is_small():
    size = os.path.getsize(PROGRAM)
    check(size < 5_000_000, f"{size} bytes")


if __name__ == "__main__":
    main(globals())

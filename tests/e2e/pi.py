"""mainspring-pi, the native program, on real descriptors: socat's pseudo-terminals, signals, strace.

Each test is a function whose name says what it proves. Real time is used only to wait for events, with generous limits.
Arguments select tests whose names contain one of them.
"""
import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from functools import reduce
from operator import xor

from harness import JsonProgram, PATIENCE, ROOT, Skip, check, main, program, wait_for

PROGRAM = program("mainspring-pi")
RECEIVER = os.path.join(ROOT, "..", "shared", "data", "trimble-r2.nmea")  # what a real receiver sent, where it is there


# Sentences.

def sentence(body):
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode()


def recorded():
    """544 sentences that a real receiver sent."""
    if not os.path.exists(RECEIVER):
        raise Skip("shared/data/trimble-r2.nmea, what a real receiver sent, is not beside the project")
    with open(RECEIVER, "rb") as file:
        return file.read()


def synthetic():
    """544 sentences as a receiver sends them."""
    kinds = ["GNGGA,{t},4717.100000,N,00835.200000,E,1,08,1.0,406.0,M,47.0,M,,", "GNRMC,{t},A,4717.1,N,00835.2,E,7.8,123.4,010126,,,A",
             "GNVTG,123.4,T,,M,7.8,N,14.4,K,A", "GPGSV,1,1,02,03,40,100,44,07,50,200,45"]
    return b"".join(sentence(kinds[i % 4].format(t=f"12{i // 60 % 60:02}{i % 60:02}.00")) for i in range(544))


def count(data):
    """Good and bad sentences, by the rules in hosts/pi/Nmea, written a second time."""
    good = bad = 0
    lines = data.split(b"\n")[:-1]  # the rest has no end yet
    for line in lines:
        line = line[:-1] if line.endswith(b"\r") else line
        if line:
            valid = is_valid(line)
            good += valid
            bad += not valid
    return good, bad


def is_valid(line):
    match = re.fullmatch(rb"[$!]([ -#%-)+-~]+)\*([0-9A-Fa-f]{2})", line)
    return bool(match) and len(line) <= 1000 and reduce(xor, match[1]) == int(match[2], 16)


def flip(data, rng):
    flipped = bytearray(data)
    for i in range(len(flipped)):
        if rng.random() < 0.01:
            flipped[i] ^= 1 << rng.randrange(8)
    return bytes(flipped)


# Processes.

class Pi(JsonProgram):
    """The program, its lines as they come."""

    def __init__(self, *args, **kwargs):
        super().__init__([PROGRAM, "run", *args], may_say="cannot be attached again", **kwargs)  # a device that is away says why, once

    def end(self, sig=signal.SIGINT):
        return super().end(sig)


class Line:
    """Two pseudo-terminals joined by socat, which keeps what a feeder wrote before it closed."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="mainspring-")
        self.near = os.path.join(self.folder, "near")
        self.far = os.path.join(self.folder, "far")
        self.process = None
        self.open()

    def open(self):
        self.process = subprocess.Popen(["socat", f"PTY,link={self.near},rawer", f"PTY,link={self.far},rawer"])
        wait_for(lambda: os.path.exists(self.near) and os.path.exists(self.far), "socat's terminals")

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        wait_for(lambda: not os.path.lexists(self.near), "socat's end")

    def feed(self, data, rng=None, pause=0.0):
        far = os.open(self.far, os.O_WRONLY | os.O_NOCTTY)
        try:
            at = 0
            while at < len(data):
                piece = data[at:at + (rng.randint(1, 50) if rng else len(data))]
                at += os.write(far, piece)
                if pause:
                    time.sleep(pause)
        finally:
            self.fed = far
        # Kept open: what is closed with bytes still inside may lose them.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if hasattr(self, "fed"):
            os.close(self.fed)
        self.process.terminate()
        self.process.wait(PATIENCE)


def run(*args, **kwargs):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=PATIENCE, **kwargs)


def feed_and_count(data, rng, pause):
    """Feeds the data and gives the summary once all of its bytes have arrived."""
    with Line() as line:
        pi = Pi("--serial", line.near + ":115200", "--json")
        wait_for(lambda: pi.of("connected"), "the connection")
        line.feed(data, rng, pause)
        wait_for(lambda: pi.of("status") and pi.of("status")[-1]["bytes"] >= len(data), f"{len(data)} bytes, {pi.of('status')[-1:]}")
        return pi.end()


# Tests.

def test_arguments_that_are_wrong_exit_with_2_and_say_why():
    for args in (["run"], ["run", "--serial", "/dev/x:0"], ["run", "--serial", "/dev/x", "--simulate"], ["run", "--simulate", "--hz", "nan"],
                 ["run", "--simulate", "--hz", "-1"], ["run", "--simulate", "--for", "soon"], ["run", "--nonsense"], ["nonsense"]):
        result = run(*args)
        check(result.returncode == 2, f"{args}: exit code {result.returncode}, {result.stderr}")
        check(result.stderr.startswith("mainspring-pi: "), f"{args}: {result.stderr}")
        check(result.stdout == "", f"{args} printed {result.stdout}")
    for args in (["nonsense"], ["nonsense", "more"]):
        check(run(*args).stderr == "mainspring-pi: 'nonsense' is no command; give run or check or list or monitor\nTry 'mainspring-pi --help'.\n", run(*args).stderr)


def test_a_wrong_argument_is_one_line_that_names_the_option_and_what_is_allowed():
    for option, value, said in (
            ("--hz", "abc", "--hz: 'abc' is not a number; give frames per second, from 0.001 to 1000000, or 0 for event-driven"),
            ("--hz", "-1", "--hz: '-1' is out of range; give frames per second, from 0.001 to 1000000, or 0 for event-driven"),
            ("--for", "-1", "--for: '-1' is out of range; give seconds, from 0 to 1e9, such as 0.5 or 10"),
            ("--for", "soon", "--for: 'soon' is not a number; give seconds, from 0 to 1e9, such as 0.5 or 10")):
        refuses_argument(["--simulate", option, value], said)
    refuses_argument(["--serial", "X:abc"], "--serial: 'abc' in 'X:abc' is not a baud rate, which is a number from 1 to 2147483647; give DEVICE[:BAUD], such as /dev/ttyUSB0:115200")
    refuses_argument(["--serial", "/dev/x:0"], "--serial: '0' in '/dev/x:0' is not a baud rate")
    refuses_argument(["--serial", ":9600"], "--serial: ':9600' names no device; give DEVICE[:BAUD], such as /dev/ttyUSB0:115200")


def refuses_argument(args, said):
    result = run("run", *args)
    check(result.returncode == 2 and result.stdout == "", f"{args}: exit code {result.returncode}, {result.stdout}")
    lines = result.stderr.splitlines()
    check(len(lines) == 2 and lines[0].startswith(f"mainspring-pi: {said}"), f"{args}: {result.stderr}")
    check(lines[1] == "Try 'mainspring-pi run --help'.", lines[1])


def test_a_device_that_is_in_use_says_how_to_find_who_has_it():
    with Line() as line:
        first = Pi("--serial", line.near, "--json")
        wait_for(lambda: first.of("connected"), "the connection")
        result = run("run", "--serial", line.near)
        first.end()
    check(result.returncode == 1 and result.stderr.count("\n") == 1, f"{result.returncode} {result.stderr}")
    check(f"'fuser -v {line.near}'" in result.stderr and "SerialOptions" not in result.stderr, result.stderr)


def has_backend(name):
    result = run("run", "--simulate", "--backend", name, "--for", "0")
    check(result.returncode in (0, 2), f"{name}: exit code {result.returncode}, {result.stderr}")
    return result.returncode == 0


def test_a_backend_that_the_program_was_built_without_is_one_line_that_says_how_to_get_it():
    packages = {"ports": "System.IO.Ports", "iot": "System.Device.Gpio"}
    missing = [name for name in packages if not has_backend(name)]
    for name in missing:
        refuses_argument(["--simulate", "--backend", name], f"--backend: this mainspring-pi was built without {packages[name]}; put what is missing into packages/")
    refuses_argument(["--simulate", "--backend", "other"], "--backend: 'other' is no backend; give native or ports or iot")
    if len(missing) == 2:
        refuses_argument(["--simulate", "--backend", "ports,iot"], "--backend: this mainspring-pi was built without System.IO.Ports and System.Device.Gpio; put what is missing into packages/")
    check(has_backend("native"), "the native backend is missing")


def test_through_system_io_ports_all_sentences_arrive_and_the_port_comes_back():
    if not has_backend("ports"):
        raise Skip("this mainspring-pi was built without System.IO.Ports")
    data = synthetic()
    line = Line()
    pi = Pi("--serial", line.near + ":115200", "--backend", "ports", "--json")
    total = 0
    for turn in range(3):
        wait_for(lambda: len(pi.of("connected")) == turn + 1, f"connection {turn + 1}")
        line.feed(data, random.Random(turn))
        total += len(data)
        wait_for(lambda: pi.of("status") and pi.of("status")[-1]["bytes"] >= total, f"{total} bytes")
        os.close(line.fed)
        del line.fed
        line.close()
        wait_for(lambda: len(pi.of("disconnected")) == turn + 1, f"disconnection {turn + 1}")
        line.open()
    wait_for(lambda: len(pi.of("connected")) == 4, "the last connection")
    last = pi.end()
    line.close()
    check((last["sentences"], last["bad_sentences"], last["bytes"]) == (3 * 544, 0, total), str(last))


def test_through_system_io_ports_without_its_library_it_is_one_line_and_exit_code_1():
    if not has_backend("ports"):
        raise Skip("this mainspring-pi was built without System.IO.Ports")
    with tempfile.TemporaryDirectory() as folder:
        alone = shutil.copy(PROGRAM, folder)
        result = subprocess.run([alone, "run", "--simulate", "--backend", "ports", "--for", "1"], capture_output=True, text=True, timeout=PATIENCE)
    check(result.returncode == 1 and result.stderr.count("\n") == 1 and "libSystem.IO.Ports.Native" in result.stderr, f"{result.returncode} {result.stderr}")


def test_through_system_io_ports_a_device_that_is_not_there_is_one_line_and_exit_code_1():
    if not has_backend("ports"):
        raise Skip("this mainspring-pi was built without System.IO.Ports")
    for device, said in (("/dev/ttyThatIsNotThere", "there is no such device"), ("/dev/null", "is not a terminal")):
        result = run("run", "--serial", device, "--backend", "ports")
        check(result.returncode == 1 and result.stderr.count("\n") == 1 and f"{device}: {said}" in result.stderr, f"{result.returncode} {result.stderr}")


def test_help_exits_with_0():
    for args in (["--help"], ["run", "--help"], ["--version"]):
        check(run(*args).returncode == 0, str(args))


def test_a_device_that_is_not_there_is_one_line_and_exit_code_1():
    result = run("run", "--serial", "/dev/ttyThatIsNotThere")
    check(result.returncode == 1, f"exit code {result.returncode}")
    check(result.stderr.count("\n") == 1 and "/dev/ttyThatIsNotThere" in result.stderr, result.stderr)


def test_a_device_that_is_no_terminal_is_one_line_and_exit_code_1():
    result = run("run", "--serial", "/dev/null")
    check(result.returncode == 1 and result.stderr.count("\n") == 1 and "/dev/null" in result.stderr, f"{result.returncode} {result.stderr}")


def test_the_multiplexer_of_pseudo_terminals_is_one_line_and_exit_code_1():
    result = run("run", "--serial", "/dev/ptmx", "--for", "1")
    check(result.returncode == 1 and result.stdout == "", f"{result.returncode} {result.stdout}")
    check(result.stderr.count("\n") == 1 and "/dev/ptmx: makes pseudo-terminals" in result.stderr, result.stderr)


def test_an_output_that_is_full_is_one_line_and_exit_code_1():
    with open("/dev/full", "wb") as full:
        for args in (["--for", "1"], ["--for", "1", "--json"], ["--for", "1", "--quiet"]):
            result = subprocess.run([PROGRAM, "run", "--simulate", *args], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
            refuses_its_output(result.returncode, result.stderr)
        result = subprocess.run([PROGRAM, "run", "--simulate", "--for", "1"], stdout=full, stderr=full, timeout=PATIENCE)
        check(result.returncode == 1, f"with no standard error either: exit code {result.returncode}")


def test_an_output_that_nobody_reads_is_one_line_and_exit_code_1():
    for blocking in (True, False):
        near, far = os.pipe()
        fcntl.fcntl(far, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(far, False)
        os.write(far, bytes(4096))
        os.set_blocking(far, blocking)
        result = subprocess.run([PROGRAM, "run", "--simulate", "--json", "--for", "1"], stdout=far, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        os.close(near)
        os.close(far)
        refuses_its_output(result.returncode, result.stderr)


def test_a_reader_that_goes_ends_the_run_silently_as_sigpipe_does():
    for args in ([], ["--json"], ["--quiet", "--for", "1"]):
        process = subprocess.Popen([PROGRAM, "run", "--simulate", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        check("--quiet" in args or process.stdout.readline(), "no first line")
        process.stdout.close()
        code, errors = process.wait(PATIENCE), process.stderr.read().decode()
        check((code, errors) == (128 + signal.SIGPIPE, ""), f"{args}: exit code {code}: {errors}")


def refuses_its_output(code, errors):
    check(code == 1, f"exit code {code}: {errors}")
    check(errors.count("\n") == 1 and errors.startswith("mainspring-pi: standard output: "), f"on standard error: {errors}")


def test_a_device_that_is_not_permitted_names_the_group_and_exits_with_1():
    if os.getuid() != 0:
        raise Skip("needs root, to become somebody else")
    with Line() as line, tempfile.TemporaryDirectory() as folder:
        # As nobody: a copy of the program, since the tree may lie where nobody may look.
        os.chmod(folder, 0o755)
        os.chmod(line.folder, 0o755)
        os.chmod(os.path.realpath(line.near), 0o600)
        copy = os.path.join(folder, "mainspring-pi")
        subprocess.run(["cp", PROGRAM, copy], check=True)
        result = subprocess.run([copy, "run", "--serial", line.near], capture_output=True, text=True, timeout=PATIENCE, user=65534, group=65534, extra_groups=[])
        check(result.returncode == 1 and result.stderr.count("\n") == 1, f"{result.returncode} {result.stderr}")
        check("ermission denied" in result.stderr and "dialout" in result.stderr, result.stderr)


def test_a_simulated_receiver_gives_a_fix():
    summary = Pi("--simulate", "--hz", "60", "--for", "3", "--json")
    last = summary.wait()
    status = summary.of("status")
    check(status and status[-1]["fix"], f"no fix: {status}")
    check(abs(status[-1]["latitude"] - 47.28) < 0.01 and abs(status[-1]["longitude"] - 8.59) < 0.01, str(status[-1]))
    check(last["sentences"] > 0 and last["bad_sentences"] == 0, str(last))
    check(all(line["connected"] is True for line in status), str(status))
    check(0 < last["frames"] <= 181, str(last))
    missing = {"type", "frames", "ticks", "late", "bytes", "sentences", "bad_sentences", "max_frame_lateness_us", "gen0", "allocated_bytes_per_frame"} - last.keys()
    check(not missing, f"the summary lacks {missing}")


def test_without_frames_turns_are_ticks():
    last = Pi("--simulate", "--hz", "0", "--for", "5.5", "--json").wait()
    check(last["frames"] == 0 and last["ticks"] > 0 and last["late"] == 0, str(last))
    check(last["allocated_bytes_per_frame"] is None and last["allocated_bytes_per_tick"] == 0, str(last))
    text = run("run", "--simulate", "--seconds", "5.5")
    check("0 collections, 0 bytes allocated per tick" in text.stdout, text.stdout)
    check(text.returncode == 0 and re.search(r"^[0-9]+ ticks, no frames$", text.stdout, re.M), text.stdout)


def test_a_short_run_does_not_claim_to_know_what_a_frame_allocates():
    last = Pi("--simulate", "--hz", "60", "--for", "3", "--json").wait()
    check(last["allocated_bytes_per_frame"] is None and last["allocated_bytes_per_tick"] is None, str(last))
    text = run("run", "--simulate", "--hz", "60", "--for", "3").stdout
    check("too short to tell what a frame allocates" in text, text)


def test_quiet_prints_the_summary_alone():
    pi = Pi("--simulate", "--for", "1.2", "--json", "--quiet")
    pi.wait()
    check(len(pi.lines) == 1, str(pi.lines))
    text = run("run", "--simulate", "--hz", "60", "--for", "1.2", "--quiet").stdout.splitlines()
    check(len(text) == 3, str(text))
    said = r"\d+ frames, started at most [\d.]+ ms after they were due; \d+ late \(their work was over after the next was due\), \d+ dropped"
    check(re.fullmatch(said, text[0]), str(text))


def test_satellites_in_view_are_unknown_until_they_were_listed():
    with Line() as line:
        pi = Pi("--serial", line.near, "--json")
        wait_for(lambda: pi.of("connected"), "the connection")
        line.feed(sentence("GNGGA,120000.00,4717.100000,N,00835.200000,E,1,08,1.0,406.0,M,47.0,M,,"))
        wait_for(lambda: pi.of("status") and pi.of("status")[-1]["fix"], "a fix")
        check((pi.of("status")[-1]["satellites_used"], pi.of("status")[-1]["satellites_in_view"]) == (8, None), str(pi.of("status")[-1]))
        pi.end()


def test_a_thousand_frames_a_second_allocate_nothing():
    last = Pi("--simulate", "--hz", "1000", "--for", "5.5", "--json", "--quiet").wait()
    check(last["allocated_bytes_per_frame"] == 0 and last["gen0"] == 0, str(last))
    check(last["frames"] + last["dropped"] >= 5490, str(last))


def test_all_synthetic_sentences_arrive_in_random_pieces_at_full_speed_and_paced():
    all_sentences_arrive(synthetic())


def test_all_sentences_of_a_real_receiver_arrive_in_random_pieces_at_full_speed_and_paced():
    all_sentences_arrive(recorded())


def all_sentences_arrive(data):
    good, bad = count(data)
    check((good, bad) == (544, 0), f"the sample has {good} good and {bad} bad sentences")
    for seed in range(4):
        rng = random.Random(seed)
        last = feed_and_count(data, rng, pause=0.0 if seed % 2 == 0 else 0.0002)
        check((last["sentences"], last["bad_sentences"], last["bytes"]) == (544, 0, len(data)), f"seed {seed}: {last}")


def test_flipped_synthetic_bytes_are_counted_as_an_independent_count_does():
    flipped_bytes_are_counted(synthetic())


def test_flipped_bytes_of_a_real_receiver_are_counted_as_an_independent_count_does():
    flipped_bytes_are_counted(recorded())


def flipped_bytes_are_counted(sent):
    for seed in range(4):
        rng = random.Random(100 + seed)
        data = flip(sent, rng)
        good, bad = count(data)
        check(good > 0 and bad > 0, "the flips did nothing")
        last = feed_and_count(data, rng, pause=0.0)
        check((last["sentences"], last["bad_sentences"], last["bytes"]) == (good, bad, len(data)), f"seed {seed}: {last}, wanted {good} good, {bad} bad")


def test_ten_disconnects_lose_nothing_and_use_no_processor():
    data = synthetic()
    line = Line()
    pi = Pi("--serial", line.near, "--json")
    total = 0
    for turn in range(10):
        wait_for(lambda: len(pi.of("connected")) == turn + 1, f"connection {turn + 1}")
        line.feed(data, random.Random(turn))
        total += len(data)
        wait_for(lambda: pi.of("status") and pi.of("status")[-1]["bytes"] >= total, f"{total} bytes")
        os.close(line.fed)
        del line.fed
        line.close()
        wait_for(lambda: len(pi.of("disconnected")) == turn + 1, f"disconnection {turn + 1}")
        wait_for(lambda: pi.lines[-1]["type"] == "status" and pi.lines[-1]["connected"] is False, "a status without a connection")
        before = processor_ticks(pi.process.pid)
        time.sleep(0.5)
        used = processor_ticks(pi.process.pid) - before
        check(used <= 1, f"{used} clock ticks of processor time within half a second without a device")
        line.open()
    wait_for(lambda: len(pi.of("connected")) == 11, "the last connection")
    last = pi.end(signal.SIGTERM)
    line.close()
    check((last["disconnects"], last["reconnects"]) == (10, 10), str(last))
    check((last["bytes"], last["sentences"], last["bad_sentences"]) == (total, 5440, 0), str(last))


def test_three_signals_end_it_with_the_summary():
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Line() as line:
            pi = Pi("--serial", line.near, "--json")
            wait_for(lambda: pi.of("connected"), "the connection")
            pi.end(sig)


def test_under_nohup_a_hang_up_is_ignored():
    pi = Pi("--simulate", "--json", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    wait_for(lambda: pi.of("connected"), "the connection")
    pi.process.send_signal(signal.SIGHUP)
    seen = len(pi.of("status"))
    wait_for(lambda: len(pi.of("status")) >= seen + 2, "two more status lines")
    pi.end()


def test_a_stop_of_ten_seconds_is_one_late_frame_and_no_burst():
    pi = Pi("--simulate", "--hz", "100", "--json")
    wait_for(lambda: pi.of("status"), "the first status")
    pi.process.send_signal(signal.SIGSTOP)
    time.sleep(10)
    pi.process.send_signal(signal.SIGCONT)
    seen = len(pi.lines)
    wait_for(lambda: len(pi.lines) >= seen + 2, "two more status lines")
    last = pi.end()
    check(last["dropped"] >= 990, f"the frames of ten seconds were not dropped: {last}")
    check(last["frames"] + last["dropped"] <= last["uptime_s"] * 100 + 2, f"more frames than deadlines: {last}")


def test_an_idle_loop_makes_no_system_call():
    with Line() as line, tempfile.NamedTemporaryFile("r") as trace:
        command = ["strace", "-f", "-ttt", "-o", trace.name, PROGRAM, "run", "--serial", line.near, "--quiet", "--json", "--for", "14"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, errors = process.communicate(timeout=PATIENCE)
        check(process.returncode == 0, f"{process.returncode} {errors}")
        calls = [(float(row.split()[1]), row) for row in trace.read().splitlines()]
        start = calls[0][0]
        idle = [row for at, row in calls if start + 2.5 < at < start + 12.5]
        check(not idle, f"{len(idle)} system calls in 10 idle seconds: {idle[:3]}")


def test_it_is_small():
    size = os.path.getsize(PROGRAM)
    with_packages = [name for name in ("ports", "iot") if has_backend(name)]
    check(size < 5_000_000 or with_packages, f"{size} bytes")  # what other people's packages weigh is theirs
    pi = Pi("--simulate", "--hz", "60", "--json")
    wait_for(lambda: len(pi.of("status")) >= 2, "two status lines")
    with open(f"/proc/{pi.process.pid}/status") as status:
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))
    pi.end()
    check(resident < 12 * 1024, f"{resident} KiB resident")


def processor_ticks(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    print(f"sentences: synthetic{' and those of trimble-r2.nmea' if os.path.exists(RECEIVER) else '; trimble-r2.nmea is missing'}")
    main(globals())

"""mainspring-pi with a configuration, the native program: check, list, run and monitor, on simulated devices, socat's pseudo-terminals and a real notify socket.

Each test is a function whose name says what it proves. Real time is used only to wait for events, with generous limits.
Arguments select tests whose names contain one of them.
"""
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import zlib

from harness import JsonProgram, PATIENCE, ROOT, Skip, check, main, program, wait_for

PROGRAM = program("mainspring-pi")
EXAMPLE = os.path.join(ROOT, "hosts", "pi", "example.json")


def run(*args, **kwargs):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=PATIENCE, **kwargs)


class Folder:
    """A folder for the files of one test."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="mainspring-")
        self.path = self.temporary.name

    def file(self, name, content):
        path = os.path.join(self.path, name)
        with open(path, "w") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()


class Machine(JsonProgram):
    """The program with a configuration, its JSON lines as they come."""

    def __init__(self, file, *args, **kwargs):
        super().__init__([PROGRAM, "run", "--config", file, "--json", *args], **kwargs)


class Wire:
    """Two pseudo-terminals joined by socat: the program's end, and the test's, which is open."""

    def __init__(self, folder):
        self.near, far = os.path.join(folder.path, "near"), os.path.join(folder.path, "far")
        self.process = subprocess.Popen(["socat", f"PTY,link={self.near},rawer", f"PTY,link={far},rawer"])
        wait_for(lambda: os.path.exists(self.near) and os.path.exists(far), "socat's terminals")
        self.far = os.open(far, os.O_RDWR | os.O_NOCTTY)

    def read(self, enough):
        """What arrives, until enough is enough."""
        data, end = b"", time.monotonic() + PATIENCE
        while not enough(data):
            ready, _, _ = select.select([self.far], [], [], max(0, end - time.monotonic()))
            check(ready, f"only {data} came")
            data += os.read(self.far, 4096)
        return data

    def write(self, data):
        os.write(self.far, data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.far)
        self.process.terminate()
        self.process.wait(PATIENCE)


# check

def test_check_accepts_the_example():
    result = run("check", EXAMPLE)
    check((result.returncode, result.stderr) == (0, ""), f"{result.returncode} {result.stderr}")
    check(result.stdout == f"{EXAMPLE}: right: 2 ports, 3 lines, 1 sensor, 4 rules\n", result.stdout)


def test_check_names_every_problem_with_its_line_and_key_and_exits_with_2():
    with Folder() as folder:
        file = folder.file("pi.json", """{
  "ports": { "A": { "device": "/dev/ttyUSB0", "baude": 4800 } },
  "rules": [
    { "while": { "fix": "A" }, "blink": { "line": "led", "hz": 2 } },
    { "on": { "every": "1s" }, "send": { "port": "B", "text": "PING\\n" } }
  ]
}""")
        for command in (["check", file], ["run", "--config", file], ["monitor", file]):
            result = run(*command)
            check((result.returncode, result.stdout) == (2, ""), f"{command}: {result.returncode} {result.stdout}")
            check(result.stderr.splitlines() == [
                f"mainspring-pi: {file}:2: ports.A.baude: is no key; did you mean 'baud'? keys are: device, reads, baud, dataBits, parity, stopBits, flowControl, silence",
                f"mainspring-pi: {file}:4: rules[0].while.fix: port 'A' reads nothing: it needs \"reads\": \"nmea\"",
                f"mainspring-pi: {file}:4: rules[0].blink.line: there is no line 'led'; the file defines no lines",
                f"mainspring-pi: {file}:5: rules[1].send.port: there is no port 'B'; ports are: A",
            ], result.stderr)


def test_a_configuration_that_is_not_there_exits_with_1():
    for path, said in (("/there/is/no/such/file", "is not there"), ("/", "is a folder")):
        result = run("check", path)
        check((result.returncode, result.stderr) == (1, f"mainspring-pi: {path}: {said}\n"), f"{result.returncode} {result.stderr}")


def test_a_configuration_and_a_serial_line_exclude_each_other():
    result = run("run", "--config", EXAMPLE, "--serial", "/dev/x")
    check(result.returncode == 2 and "--serial and --config exclude each other" in result.stderr, f"{result.returncode} {result.stderr}")


# list

def test_list_shows_every_kind_of_device():
    for args in ([], ["--lines"]):
        result = run("list", *args)
        check((result.returncode, result.stderr) == (0, ""), f"{result.returncode} {result.stderr}")
        heads = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
        check(heads == ["GPIO chips:", "serial ports:", "input devices:", "I2C buses:"], result.stdout)


# run

def test_the_example_runs_on_simulated_devices_and_each_rule_does_its_work():
    with Folder() as folder:
        with open(EXAMPLE) as example:
            file = folder.file("pi.json", example.read().replace("/var/lib/mainspring/record", os.path.join(folder.path, "record")))
        with Machine(file, "--simulate", "--for", "4") as machine:
            last = machine.wait()
    rules = last["rules"]
    check(last["ports"]["A"]["fix"] and rules["rules[0]"] == {"holds": True, "times": 1}, f"while a fix is held: {last}")
    check(rules["ping"]["runs"] >= 3 and rules["ping"]["failures"] == 0, f"falling edges: {rules}")
    check(last["ports"]["A"]["written"] == rules["ping"]["runs"] * len("PING\n"), str(last))
    check(last["lines"]["button"]["edges"] == rules["ping"]["runs"], str(last))
    check(20 <= last["sensors"]["board"]["value"] <= 80 and last["sensors"]["board"]["readings"] >= 3, str(last["sensors"]))


def test_a_falling_edge_sends_within_its_deadline_and_misses_are_counted():
    with Folder() as folder:
        for within, late in (("1h", False), ("1us", True)):
            file = folder.file("pi.json", {
                "ports": {"A": {"device": "/dev/x"}},
                "lines": {"button": {"chip": "gpiochip0", "line": 4, "direction": "input", "edges": "falling"}},
                "rules": [{"name": "ping", "on": {"edge": "button", "falling": True}, "send": {"port": "A", "text": "PING\n"}, "within": within}],
            })
            with Machine(file, "--simulate", "--for", "2.2") as machine:
                rule = machine.wait()["rules"]["ping"]
            check(rule["runs"] >= 2 and rule["worst_us"] > 1, str(rule))
            check(rule["misses"] == (rule["runs"] if late else 0), f"within {within}: {rule}")


def test_a_received_line_is_answered():
    with Folder() as folder, Wire(folder) as wire:
        file = folder.file("pi.json", {
            "ports": {"A": {"device": wire.near, "baud": 115200, "reads": "lines"}},
            "rules": [
                {"name": "hello", "on": {"connected": "A"}, "send": {"port": "A", "text": "HELLO\n"}},
                {"name": "answer", "on": {"received": "A", "text": "WHO"}, "send": {"port": "A", "bytes": "4D 45 0A"}},
                {"name": "all", "on": {"received": "A"}, "send": {"port": "A", "text": "."}},
            ],
        })
        with Machine(file) as machine:
            check(wire.read(lambda data: data.endswith(b"\n")) == b"HELLO\n", "no greeting")
            wire.write(b"WHO ARE YOU\r\nNOBODY\n")
            check(wire.read(lambda data: len(data) >= 5) == b"ME\n..", "another answer")
            last = machine.end()
        check([last["rules"][name]["runs"] for name in ("hello", "answer", "all")] == [1, 1, 2], str(last["rules"]))


def test_a_fix_is_held_until_the_receiver_falls_silent():
    with Folder() as folder, Wire(folder) as wire:
        file = folder.file("pi.json", {
            "ports": {"A": {"device": wire.near, "reads": "nmea", "silence": "300ms"}},
            "lines": {"led": {"chip": "gpiochip0", "line": 17, "direction": "output"}},
            "rules": [{"name": "fix", "while": {"fix": "A"}, "set": {"line": "led"}}],
        })
        with Machine(file) as machine:
            wait_for(lambda: [line for line in machine.of("connected") if line["subject"] == "port A"], "the connection")
            body = "GNGGA,120000.00,4717.100000,N,00835.200000,E,1,08,1.0,406.0,M,47.0,M,,"
            checksum = 0
            for byte in body.encode():
                checksum ^= byte
            wire.write(f"${body}*{checksum:02X}\r\n".encode())
            wait_for(lambda: machine.of("silent"), "the silence")
            last = machine.end()
        check(last["rules"]["fix"] == {"holds": False, "times": 1} and last["lines"]["led"]["level"] is False, str(last))


def test_devices_that_are_not_there_are_waited_for_and_the_rest_runs():
    with Folder() as folder:
        near = os.path.join(folder.path, "near")
        file = folder.file("pi.json", {
            "ports": {"A": {"device": near, "reads": "lines"}},
            "lines": {"led": {"chip": "no-such-chip", "line": 17, "direction": "output"}},
            "sensors": {"t": {"bus": "/dev/no-such-bus", "address": "0x48", "register": 0, "type": "u8", "every": "50ms"}},
            "rules": [{"name": "tick", "on": {"every": "100ms"}, "toggle": {"line": "led"}}],
        })
        with Machine(file) as machine:
            wait_for(lambda: len(machine.of("problem")) >= 2, "problems")
            with Wire(folder):
                wait_for(lambda: machine.of("connected"), "the connection")
                last = machine.end()
        texts = " ".join(line["text"] for line in machine.of("problem"))
        check("'led' cannot be set now" in texts and "/dev/no-such-bus" in texts, texts)
        check(len([line for line in machine.of("problem") if line["subject"] == "sensor t"]) == 1, "the same problem was told again and again")
        check(last["rules"]["tick"]["failures"] == last["rules"]["tick"]["runs"] > 0 and last["sensors"]["t"]["failures"] > 0, str(last))


def test_what_was_acknowledged_survives_kill_9():
    with Folder() as folder, Wire(folder) as wire:
        record = os.path.join(folder.path, "record")
        file = folder.file("pi.json", {
            "ports": {"A": {"device": wire.near, "baud": 115200, "reads": "lines"}},
            "record": {"file": record},
            "rules": [{"name": "count", "on": {"received": "A", "text": "COUNT"}, "log": {"text": "counted", "acknowledge": {"port": "A", "text": "OK {n}\n"}}}],
        })
        acknowledged = set()
        for turn in range(5):
            with Machine(file) as machine:
                wait_for(lambda: machine.of("connected"), "the connection")
                wire.write(b"COUNT\n" * 200)
                answers = wire.read(lambda data, least=30 * (turn + 1): data.count(b"\n") >= least)
                machine.process.kill()
                machine.process.wait(PATIENCE)
            numbers = [int(number) for number in re.findall(rb"OK (\d+)\n", answers)]
            check(numbers == sorted(set(numbers)) and not acknowledged & set(numbers), f"numbers that were given twice: {numbers}")
            acknowledged |= set(numbers)
            kept = [line.decode().split("\t") for line in open(record, "rb").read().split(b"\n")[:-1]]
            for line in kept:
                check(int(line[0], 16) == zlib.crc32("\t".join(line[1:]).encode()), f"check sum: {line}")
            missing = acknowledged - {int(line[1]) for line in kept}
            check(not missing, f"acknowledged and not recorded: {missing}")
            while select.select([wire.far], [], [], 0.3)[0]:  # what socat still holds of the dead program's answers belongs to no later one
                os.read(wire.far, 65536)


def test_flat_memory_and_no_allocation_while_rules_run():
    with Folder() as folder:
        file = folder.file("pi.json", {
            "ports": {"A": {"device": "/dev/x"}},
            "lines": {"led": {"chip": "c", "line": 1, "direction": "output"}, "button": {"chip": "c", "line": 4, "direction": "input"}},
            "rules": [
                {"while": {"line": "button"}, "blink": {"line": "led", "hz": 500}},
                {"name": "ping", "on": {"every": "1ms"}, "send": {"port": "A", "text": "x"}, "within": "1s"},
            ],
        })
        with Machine(file, "--simulate", "--for", "6") as machine:
            last = machine.wait()
        check(last["rules"]["ping"]["runs"] > 2000, str(last["rules"]))
        check(last["gen0"] == 0 and last["allocated_bytes_per_tick"] < 1, f"{last['allocated_bytes_per_tick']} bytes per tick, {last['gen0']} collections")


def test_a_quiet_machine_makes_no_system_call():
    with Folder() as folder, Wire(folder) as wire, tempfile.NamedTemporaryFile("r") as trace:
        file = folder.file("pi.json", {
            "ports": {"A": {"device": wire.near, "reads": "nmea"}},
            "rules": [{"on": {"disconnected": "A"}, "send": {"port": "A", "text": "x"}}],
        })
        process = subprocess.Popen(["strace", "-f", "-ttt", "-o", trace.name, PROGRAM, "run", "--config", file, "--quiet", "--for", "9"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _, errors = process.communicate(timeout=PATIENCE)
        check(process.returncode == 0, f"{process.returncode} {errors}")
        calls = [(float(row.split()[1]), row) for row in trace.read().splitlines()]
        idle = [row for at, row in calls if calls[0][0] + 2.5 < at < calls[0][0] + 7.5]
        check(not idle, f"{len(idle)} system calls in 5 idle seconds: {idle[:3]}")


# systemd

def test_systemd_hears_ready_then_the_watchdog_is_fed_then_stopping():
    with Folder() as folder:
        file = folder.file("pi.json", {"ports": {"A": {"device": os.path.join(folder.path, "none")}}})
        for name in (os.path.join(folder.path, "notify"), "\0mainspring-e2e-%d" % os.getpid()):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.bind(name)
                manager.settimeout(PATIENCE)
                environment = dict(os.environ, NOTIFY_SOCKET=name.replace("\0", "@"), WATCHDOG_USEC="300000")
                with Machine(file, env=environment) as machine:
                    said = [manager.recv(4096).decode() for _ in range(6)]
                    check(said[:3] == ["WATCHDOG=1", "READY=1", "STATUS=1 ports, 0 lines, 0 rules"], str(said))
                    check(set(said[3:]) == {"WATCHDOG=1"}, str(said))
                    machine.process.send_signal(signal.SIGSTOP)  # stuck
                    manager.settimeout(1)
                    try:
                        while manager.recv(4096):  # what was sent before
                            pass
                    except TimeoutError:
                        pass
                    machine.process.send_signal(signal.SIGCONT)
                    manager.settimeout(PATIENCE)
                    check(manager.recv(4096) == b"WATCHDOG=1", "it does not go on")
                    machine.end()
                    rest = []
                    while select.select([manager], [], [], 0)[0]:
                        rest.append(manager.recv(4096).decode())
                    check(rest[-1] == "STOPPING=1" and set(rest[:-1]) <= {"WATCHDOG=1"}, str(rest))


def test_the_journal_is_given_levels_and_others_are_not():
    with Folder() as folder:
        file = folder.file("pi.json", {"ports": {"A": {"device": "/dev/x", "reads": "lines"}}})
        ours, theirs = socket.socketpair()
        with ours, theirs:
            stream = f"{os.fstat(theirs.fileno()).st_dev}:{os.fstat(theirs.fileno()).st_ino}"
            result = subprocess.run([PROGRAM, "run", "--config", file, "--simulate", "--for", "0.2"], stdout=theirs.fileno(), env=dict(os.environ, JOURNAL_STREAM=stream), timeout=PATIENCE)
            text = ours.recv(65536).decode()
        check(result.returncode == 0 and text.startswith("<6>simulated: port A: "), text)
        plain = run("run", "--config", file, "--simulate", "--for", "0.2", env=dict(os.environ, JOURNAL_STREAM=stream)).stdout
        check(plain.startswith("simulated: port A: "), plain)


def test_the_unit_file_is_one_that_systemd_understands():
    unit = os.path.join(ROOT, "hosts", "pi", "mainspring-pi.service")
    with Folder() as folder:
        copy = folder.file("mainspring-pi.service", open(unit).read().replace("/usr/local/bin/mainspring-pi", "/bin/true"))
        try:
            result = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=PATIENCE)
        except FileNotFoundError:
            raise Skip("systemd-analyze is not here")
    said = [line for line in result.stderr.splitlines() if "mainspring-pi" in line]
    check(not said, "\n".join(said))


# monitor

def test_monitor_draws_on_a_terminal_and_gives_it_back():
    with Folder() as folder:
        file = folder.file("pi.json", {
            "ports": {"A": {"device": "/dev/x", "reads": "nmea"}},
            "lines": {"button": {"chip": "c", "line": 4, "direction": "input"}},
            "rules": [{"name": "edges", "on": {"edge": "button"}, "send": {"port": "A", "text": "x"}}],
        })
        near, far = pty.openpty()
        process = subprocess.Popen([PROGRAM, "monitor", file, "--simulate"], stdout=far, stderr=subprocess.PIPE)
        os.close(far)
        screen, end = b"", time.monotonic() + PATIENCE
        while not re.search(rb"rule edges: [1-9]", screen) and time.monotonic() < end:
            screen += os.read(near, 65536)
        process.send_signal(signal.SIGINT)
        try:
            while chunk := os.read(near, 65536):
                screen += chunk
        except OSError:
            pass  # the other side is closed
        os.close(near)
        check(process.wait(PATIENCE) == 0 and process.stderr.read() == b"", f"exit code {process.returncode}")
    check(screen.startswith(b"\x1b[?1049h\x1b[?25l\x1b[H"), repr(screen[:40]))
    check(b"port A: connected" in screen and b"line button: " in screen and re.search(rb"rule edges: [1-9]", screen), repr(screen[-800:]))
    check(screen.index(b"\x1b[?25h\x1b[?1049l") > screen.rindex(b"\x1b[H"), "the terminal is not given back last")


def test_a_terminal_that_nobody_reads_does_not_hold_the_machine():
    with Folder() as folder, Wire(folder) as wire:
        file = folder.file("pi.json", {
            "ports": {"A": {"device": wire.near, "reads": "lines"}},
            "rules": [{"on": {"received": "A"}, "send": {"port": "A", "text": "."}}, {"on": {"every": "10ms"}, "send": {"port": "A", "text": "-"}}],
        })
        near, far = os.pipe()
        process = subprocess.Popen([PROGRAM, "monitor", file], stdout=far, stderr=subprocess.PIPE)
        os.close(far)
        wire.read(lambda data: data.count(b"-") >= 500)  # five seconds of pictures: more than a pipe holds
        process.kill()
        process.wait(PATIENCE)
        os.close(near)


if __name__ == "__main__":
    main(globals())

"""The programs under Wine: a receiver on a COM port, frames, and an idle loop. Run by run.sh, in its prefix. usage: programs.py FOLDER-OF-PROGRAMS [NAME…]"""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from harness import JsonProgram, PATIENCE, ROOT, Skip, check, main, wait_for  # noqa: E402
from peer import Port  # noqa: E402

FOLDER = sys.argv.pop(1)
DEVICES = os.path.join(os.environ["WINEPREFIX"], "dosdevices")
RECEIVER = os.path.join(ROOT, "..", "shared", "data", "trimble-r2.nmea")
SYNTHETIC = b"$GPGSV,1,1,02,03,40,100,44,07,50,200,45*7F\r\n"
SENTENCES = 544


def command(name, *arguments):
    return ["wine", os.path.join(FOLDER, name, f"mainspring-{name}.exe"), *arguments]


def sentences():
    if os.path.exists(RECEIVER):
        with open(RECEIVER, "rb") as file:
            return file.read()
    checksum = 0
    for byte in SYNTHETIC[1:SYNTHETIC.index(b"*")]:
        checksum ^= byte
    return (SYNTHETIC[:SYNTHETIC.index(b"*")] + b"*%02X\r\n" % checksum) * SENTENCES


def feed(port, data):
    at = 0
    while at < len(data):
        try:
            at += os.write(port.master, data[at:at + 500])
        except BlockingIOError:
            time.sleep(0.001)


def test_pi_reads_every_sentence_of_a_receiver_on_COM1():
    port = Port(DEVICES, 1)
    port.link = os.environ["MAINSPRING_COM1"]  # which the registry names
    os.unlink(port.link)
    port.plug()
    try:
        with JsonProgram(command("pi", "run", "--serial", "COM1", "--json", "--for", "3")) as pi:
            wait_for(lambda: pi.of("connected"), "the connection")
            feed(port, sentences())
            summary = pi.wait()
        check((summary["sentences"], summary["bad_sentences"]) == (SENTENCES, 0), str(summary))
    finally:
        port.unplug()


def test_pi_takes_a_port_back_that_was_unplugged():
    port = Port(DEVICES, 251)
    port.plug()
    half = sentences()[:16000].rpartition(b"\n")[0] + b"\n"
    try:
        with JsonProgram(command("pi", "run", "--serial", "COM251", "--json", "--for", "8"), may_say="cannot be attached again") as pi:
            wait_for(lambda: pi.of("connected"), "the connection")
            feed(port, half)
            time.sleep(0.5)
            port.unplug()
            wait_for(lambda: pi.of("disconnected"), "the end")
            port.plug()
            wait_for(lambda: len(pi.of("connected")) == 2, "the second connection")
            feed(port, half)
            summary = pi.wait()
        check(summary["sentences"] == 2 * half.count(b"\n"), str(summary))
    finally:
        port.unplug()


def test_pi_names_a_port_that_is_not_there():
    result = subprocess.run(command("pi", "run", "--serial", "COM77", "--for", "1"), capture_output=True, text=True, timeout=PATIENCE)
    check(result.returncode == 1 and "COM77: there is no such port" in result.stderr, f"{result.returncode} {result.stderr}")


def test_scheduler_holds_its_frames_at_240_Hz_like_a_bare_waitable_timer():
    # In turns, so that both see the same machine; the best of each.
    ratios = []
    for _ in range(3):
        loop = subprocess.run(command("scheduler", "run", "--hz", "240", "--seconds", "3", "--load", "frame:1x50us", "--json"), capture_output=True, text=True, timeout=PATIENCE)
        check(loop.returncode == 0, f"{loop.returncode} {loop.stderr}")
        ours = json.loads(loop.stdout.splitlines()[-1])
        bare = subprocess.run(command("contracts", "probe", "timer", "240", "3"), capture_output=True, text=True, timeout=PATIENCE)
        check(bare.returncode == 0, f"{bare.returncode} {bare.stdout} {bare.stderr}")
        theirs = json.loads(bare.stdout.splitlines()[-1])
        print(f"  loop p50 {ours['p50_frame_lateness_us']} us, p99 {ours['p99_frame_lateness_us']} us, {ours['frames']} frames; "
              f"bare p50 {theirs['p50_us']} us, p99 {theirs['p99_us']} us, {theirs['held']} of {theirs['frames']} frames before the next was due")
        ratios.append((ours["p50_frame_lateness_us"] / theirs["p50_us"], ours["frames"] / theirs["held"]))
        if ratios[-1][0] <= 1.5 and ratios[-1][1] >= 0.97:
            return
    raise AssertionError(f"later than the bare timer each time (ratio of p50, of frames that were held): {ratios}")


def test_an_idle_loop_uses_no_cpu():
    # A source, a far timer, ten seconds.
    result = subprocess.run(command("contracts", "probe", "idle", "10"), capture_output=True, text=True, timeout=PATIENCE)
    check(result.returncode == 0, f"{result.returncode} {result.stdout} {result.stderr}")
    idle = json.loads(result.stdout.splitlines()[-1])
    print(f"  {idle}")
    check(idle["cpu_ms"] <= 20 and idle["ticks"] <= 3, str(idle))


class Console:
    """A program at a pseudo-terminal, from which Wine makes a console; its standard output goes elsewhere."""

    def __init__(self, arguments, output):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.dup2(output, 1)
            os.environ["TERM"] = "xterm"
            os.execvp(arguments[0], arguments)
        self.shown = b""
        self.code = None

    def type(self, keys):
        os.write(self.master, keys)

    def look(self, seconds):
        end = time.monotonic() + seconds
        while self.code is None and time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    self.shown += os.read(self.master, 1 << 16)
                except OSError:
                    self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            elif (ended := os.waitpid(self.pid, os.WNOHANG))[0] != 0:
                self.code = os.waitstatus_to_exitcode(ended[1])

    def has_shown(self, sequence):
        """Wine's console breaks a line where the terminal's width ends, within a sequence too."""
        return sequence in re.sub(rb"\r+\n", b"", self.shown)

    def close(self):
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.master)


def test_the_cases_of_the_console_pass_where_there_is_one():
    # Keys, their releases, modes, the source contract; and a child that shares it.
    with tempfile.TemporaryFile() as output:
        console = Console(command("contracts", "WindowsTerminal", "A_child_that_does_not_read"), output.fileno())
        try:
            console.look(3 * PATIENCE)
        finally:
            console.close()
        output.seek(0)
        told = output.read().decode(errors="replace").replace("\r", "")
    print("  " + told.splitlines()[-1] if told else "  nothing was told")
    check(console.code == 0, f"exit code {console.code}: {told[-2000:]} {console.shown[-300:]}")
    lacking = [line for line in told.splitlines() if "needs a console" in line]
    check(not lacking, f"{lacking[:2]}")


def test_the_game_takes_its_keys_from_the_console():
    # What it draws are control sequences, which the console of Wine 8 hands to the terminal as they are. 'q' pauses, gives up and ends; no other key ends it.
    scores = tempfile.mkdtemp()
    with tempfile.TemporaryFile() as output:
        game = Console(command("game", "--terminal", "--seed", "7", "--scores", "Z:" + os.path.join(scores, "scores").replace("/", "\\")), output.fileno())
        try:
            game.look(6)
            check(game.code is None and game.has_shown(b"\x1b[?1049h"), f"it has ended: {game.code} {game.shown[-500:]}")
            for key in (b" ", b"\x1b[A", b"d"):
                game.type(key)
                game.look(0.5)
            check(game.code is None, f"it has ended: {game.code} {game.shown[-500:]}")
            for _ in range(10):
                game.type(b"q")
                game.look(1)
                if game.code is not None:
                    break
            check(game.code == 0, f"'q' has not ended it: {game.code}")
        finally:
            game.close()
            shutil.rmtree(scores)


def test_ctrl_c_at_the_console_ends_the_game_cleanly():
    with tempfile.TemporaryFile() as output:
        game = Console(command("game", "--terminal", "--seed", "7"), output.fileno())
        try:
            game.look(6)
            check(game.code is None and game.has_shown(b"\x1b[?1049h"), f"it has ended: {game.code} {game.shown[-500:]}")
            game.type(b"\x03")
            game.look(10)
            check(game.code is not None, "Ctrl-C has not ended it")
            check(game.has_shown(b"\x1b[?1049l") and game.code == 0, f"it has ended with {game.code}, and shown {game.shown[-300:]}")
        finally:
            game.close()


class Display:
    """An X server of its own."""

    def __enter__(self):
        if not shutil.which("Xvfb"):
            raise Skip("needs Xvfb, for a window")
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as number:
            self.name = f":{number.readline().strip()}"
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()


def test_a_window_wakes_the_loop_and_costs_nothing_before():
    # A desktop of its own, since that of the prefix was made without a display.
    with Display() as display:
        probe = in_a_desktop(display, *command("contracts", "probe", "window", "3"))
        try:
            told = JsonLines(probe)
            wait_for(lambda: told.of("posted"), "the message that another thread has posted")
            idle = told.of("idle")[0]
            print(f"  {idle}")
            check(idle["cpu_ms"] <= 20 and idle["ticks"] <= 3 and idle["keys"] == 0, str(idle))
            check(told.of("posted")[0]["key"] == ord("P"), str(told.lines))
            if not shutil.which("xdotool"):
                raise Skip("needs xdotool, to press a key; a posted one has come")
            for _ in range(20):  # the window has the focus some time after it is shown
                subprocess.run(["xdotool", "mousemove", "200", "200", "click", "1", "key", "a"], env={**os.environ, "DISPLAY": display.name}, check=True, capture_output=True)
                time.sleep(0.5)
                if told.of("pressed"):
                    break
            check(told.of("pressed") and told.of("pressed")[0]["key"] == ord("A"), f"xdotool's key has not come: {told.lines}")
            probe.wait(PATIENCE)
        finally:
            if probe.poll() is None:
                probe.kill()
                probe.wait()


def in_a_desktop(display, *arguments):
    return subprocess.Popen(
        ["wine", "explorer", "/desktop=mainspring,640x480", *arguments[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "DISPLAY": display.name})


def test_the_end_of_the_session_is_told_to_every_loop():
    with Display() as display:
        cases = in_a_desktop(display, *command("contracts", "TheEndOfTheSession"))
        told, _ = cases.communicate(timeout=3 * PATIENCE)
        check("1 passed, 0 failed, 0 skipped" in told, told)


def test_pi_ends_cleanly_when_the_user_logs_off():
    # wineboot asks all windows, and then tells them; what has not ended by then it ends.
    port = Port(DEVICES, 252)
    port.plug()
    with Display() as display:
        pi = in_a_desktop(display, *command("pi", "run", "--serial", "COM252", "--json", "--for", "60"))
        try:
            told = JsonLines(pi)
            wait_for(lambda: told.of("connected"), "its receiver")
            subprocess.run(["wine", "wineboot", "--end-session"], env={**os.environ, "DISPLAY": display.name}, timeout=PATIENCE, capture_output=True)
            wait_for(lambda: told.of("summary"), "its last line")
        finally:
            if pi.poll() is None:
                pi.kill()
            pi.wait()
            port.unplug()


class JsonLines:
    """The lines of a program as they come."""

    def __init__(self, process):
        self.lines = []
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    def _read(self, process):
        for line in process.stdout:
            self.lines.append(json.loads(line))

    def of(self, kind):
        return [line for line in self.lines if line["type"] == kind]


if __name__ == "__main__":
    main(globals())

"""The programs under Wine: a receiver on a COM port, frames, and an idle loop. Run by run.sh, in its prefix. usage: programs.py FOLDER-OF-PROGRAMS [NAME…]"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from harness import JsonProgram, PATIENCE, ROOT, check, main, wait_for  # noqa: E402
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


if __name__ == "__main__":
    main(globals())

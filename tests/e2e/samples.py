"""The samples that need packages, on simulated hardware: the native programs, or with SAMPLES_ON_JIT set, before these are published, those for the JIT; and what they are without their packages."""
import os
import re
import subprocess
import time

from harness import PATIENCE, ROOT, Skip, check, main


ON_JIT = "SAMPLES_ON_JIT" in os.environ
QUICK = {"button-and-led": ["--simulate", "--presses", "1"], "bme280-frame": ["--simulate", "--seconds", "0"], "silk-window": ["0"]}


def path(name):
    return os.path.join(ROOT, "artifacts", "bin", name, "release", f"mainspring-{name}") if ON_JIT else os.path.join(ROOT, "out", f"mainspring-{name}")


def is_missing(name):
    result = subprocess.run([path(name), *QUICK[name]], env={**os.environ, "DISPLAY": ""}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    return result.returncode == 2 and "no feed has" in result.stderr


def program(name):
    if is_missing(name) if ON_JIT else not os.path.exists(path(name)):
        raise Skip(f"{name} was built without System.Device.Gpio or Iot.Device.Bindings")
    return path(name)


def run(program, *arguments):
    result = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE)
    check(result.returncode == 0, f"{program} ended with {result.returncode}: {result.stderr}")
    return result.stdout.splitlines()


def test_without_its_packages_a_sample_says_so_in_one_line_and_ends_with_2():
    missing = [name for name in QUICK if ON_JIT and is_missing(name)] # which is not published
    if not missing:
        raise Skip("all of them are there")
    for name in missing:
        result = subprocess.run([path(name), "--simulate"], capture_output=True, text=True, timeout=PATIENCE)
        check(result.returncode == 2 and result.stdout == "" and result.stderr.count("\n") == 1, f"{name}: {result}")
        check(result.stderr.startswith(f"mainspring-{name}: no feed has ") and "Put what is missing into packages/" in result.stderr, result.stderr)


def test_a_press_switches_the_led_on_and_the_next_one_off():
    lines = run(program("button-and-led"), "--simulate", "--presses", "4")
    levels = [line.rsplit(" ", 1)[1] for line in lines if line.startswith("press ")]
    check(levels == ["on", "off", "on", "off"], lines)


def test_a_sensor_that_takes_longer_than_a_frame_does_not_hold_up_frames():
    sample = program("bme280-frame")
    end = time.monotonic() + PATIENCE
    while True:
        lines = run(sample, "--simulate", "--seconds", "3")
        values = [line for line in lines if "25.08 °C, 1006.53 hPa" in line]
        check(len(values) >= 3, lines)
        check(all(int(re.search(r"read in (\d+) ms", line)[1]) > 16 for line in values), lines)
        late = int(re.search(r"(\d+) frames, (\d+) late", lines[-1])[2])
        if late < len(values):
            return
        # Reads on the loop would make at least one frame late each. Other programs may too, but not always.
        check(time.monotonic() < end, lines)


if __name__ == "__main__":
    main(globals())

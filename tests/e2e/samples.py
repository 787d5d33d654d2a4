"""The samples that need packages, where those are there: on simulated hardware."""
import os
import re
import subprocess
import time

from harness import PATIENCE, ROOT, Skip, check, main


def run(name, *arguments):
    program = os.path.join(ROOT, "artifacts", "bin", name, "release", name)
    if not os.path.exists(program):
        raise Skip(f"{name} was not built: System.Device.Gpio or Iot.Device.Bindings is missing")
    result = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE)
    check(result.returncode == 0, f"{name} ended with {result.returncode}: {result.stderr}")
    return result.stdout.splitlines()


def test_a_press_switches_the_led_on_and_the_next_one_off():
    lines = run("button-and-led", "--simulate", "--presses", "4")
    levels = [line.rsplit(" ", 1)[1] for line in lines if line.startswith("press ")]
    check(levels == ["on", "off", "on", "off"], lines)


def test_a_sensor_that_takes_longer_than_a_frame_does_not_hold_up_frames():
    end = time.monotonic() + PATIENCE
    while True:
        lines = run("bme280-frame", "--simulate", "--seconds", "3")
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

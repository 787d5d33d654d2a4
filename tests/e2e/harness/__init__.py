"""What the suites beside it have in common: how they find a program, wait, run it, and say what passed.

Each test is a function of a suite whose name begins with test_ and says what it proves; arguments select tests whose names contain one of them.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PATIENCE = 60


class Skip(Exception):
    pass


def program(name):
    return os.path.join(ROOT, "out", name)


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {PATIENCE} s for {what}")
        time.sleep(0.005)


class JsonProgram:
    """A program that runs, its JSON lines as they come, and its end: code 0, a summary, and nothing on standard error but lines that contain what is given."""

    def __init__(self, arguments, may_say="\0", **kwargs):
        self.may_say = may_say
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kwargs)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def of(self, kind):
        return [line for line in self.lines if line["type"] == kind]

    def end(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        return self.wait()

    def wait(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        errors = self.process.stderr.read().decode()
        check(code == 0, f"exit code {code}: {errors}")
        unexpected = [line for line in errors.splitlines() if self.may_say not in line]
        check(not unexpected, f"on standard error: {unexpected}")
        check(self.lines and self.lines[-1]["type"] == "summary", f"the last line is no summary: {self.lines[-1:]}")
        return self.lines[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)


def main(suite):
    """Runs a suite's tests, given as its globals(). The last line is "N passed, N failed, N skipped"."""
    passed = failed = skipped = 0
    for name, test in list(suite.items()):
        if not name.startswith("test_") or not (len(sys.argv) < 2 or any(part in name for part in sys.argv[1:])):
            continue
        try:
            test()
            passed += 1
            print(f"passed  {name}")
        except Skip as reason:
            skipped += 1
            print(f"skipped {name}: {reason}")
        except Exception as problem:  # a failure is a result, not the end
            failed += 1
            print(f"FAILED  {name}: {type(problem).__name__}: {problem}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(0 if failed == 0 else 1)

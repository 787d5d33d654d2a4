"""mainspring-silk-window, the sample of docs/samples, as a native program on an X server of its own.

Each test is a function whose name says what it proves. Arguments select tests whose names contain one of them.
"""
import os
import shutil
import subprocess

from harness import PATIENCE, ROOT, Skip, check, main, wait_for

PROGRAM = os.path.join(ROOT, "out", "mainspring-silk-window")


class Display:
    """An X server."""

    def __enter__(self):
        if not os.path.exists(PROGRAM):
            raise Skip("it was not published: Silk.NET's packages are not there")
        for tool in ("Xvfb", "xdotool", "import"):
            if not shutil.which(tool):
                raise Skip(f"{tool} is not there")
        reader, writer = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24"], pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as file:
            self.name = ":" + file.readline().strip()
        self.environment = {**os.environ, "DISPLAY": self.name}
        return self

    def start(self, *args):
        return subprocess.Popen([PROGRAM, *args], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *args):
        return subprocess.run(args, env=self.environment, capture_output=True, timeout=PATIENCE).stdout.decode()

    def picture(self):
        return subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"], env=self.environment, capture_output=True, timeout=PATIENCE).stdout

    def end(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()


def colours(picture):
    return len({picture[i:i + 3] for i in range(0, len(picture), 3 * 7)})


def test_the_triangle_is_drawn_and_turns_and_escape_ends_it():
    with Display() as display:
        program = display.start()
        try:
            wait_for(lambda: colours(display.picture()) > 200, "the triangle")
            before = display.picture()
            wait_for(lambda: display.picture() != before, "that it turns")
            display.run("xdotool", "key", "Escape")
            out, errors = program.communicate(timeout=PATIENCE)
            check(program.returncode == 0 and errors == b"" and b" frames" in out, f"exit code {program.returncode}: {out} {errors}")
        finally:
            program.kill()


def test_it_ends_after_the_seconds_that_it_was_given():
    with Display() as display:
        out, errors = display.start("0.5").communicate(timeout=PATIENCE)
        check(b" frames" in out and errors == b"", f"{out} {errors}")


def test_an_x_server_that_is_killed_is_one_line():
    with Display() as display:
        program = display.start()
        wait_for(lambda: colours(display.picture()) > 200, "the triangle")
        display.end()
        out, errors = program.communicate(timeout=PATIENCE)
        check(program.returncode == 0 and errors.count(b"\n") == 1 and f"display {display.name}".encode() in errors, f"exit code {program.returncode}: {errors}")



main(globals())

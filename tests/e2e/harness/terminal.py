"""A terminal with somebody in front of it: a pseudo-terminal with a program in it, and the screen that the program draws, cell by cell."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from harness import PATIENCE

SEQUENCE = re.compile(rb"\x1b\[([?<>=]?)([0-9;:]*)([ -/]*)([@-~])|\x1b[PX^_\]](?:[^\x1b\x07]|\x1b[^\\])*(?:\x1b\\|\x07)|\x1b[()][A-Za-z0-9]|\x1b[78=>cMDEH]")
PLAIN = (220, 220, 220)
BLACK = (0, 0, 0)


class Screen:
    """What the sequences that a program has written show. Knows those that a full-screen program needs."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.modes = set()
        self.clear()
        self.foreground, self.background = PLAIN, BLACK
        self.rest = b""
        self.unknown = set()

    def clear(self):
        self.cells = [[(" ", PLAIN, BLACK)] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0

    def text(self):
        return "\n".join("".join(cell[0] for cell in row) for row in self.cells)

    def feed(self, data):
        data = self.rest + data
        at = 0
        while at < len(data):
            if data[at] == 0x1B:
                match = SEQUENCE.match(data, at)
                another = data.find(b"\x1b", at + 1)
                if not match and data[at + 1:at + 2] == b"[" and another > 0:
                    at = another  # it was broken off
                    continue
                if not match:
                    break  # it is not complete yet
                if match[4]:
                    self.control(match[1].decode(), match[2].decode(), match[4].decode())
                at = match.end()
            elif data[at] in (10, 13):
                self.column = 0 if data[at] == 13 else self.column
                self.row = min(self.rows - 1, self.row + 1) if data[at] == 10 else self.row
                at += 1
            elif data[at] < 32:
                at += 1
            else:
                length = 1 if data[at] < 0x80 else 2 if data[at] < 0xE0 else 3 if data[at] < 0xF0 else 4
                if at + length > len(data):
                    break
                if self.column < self.columns and self.row < self.rows:
                    self.cells[self.row][self.column] = (data[at:at + length].decode(errors="replace"), self.foreground, self.background)
                self.column += 1
                at += length
        self.rest = data[at:]

    def control(self, prefix, arguments, final):
        numbers = [int(number or 0) for number in re.split("[;:]", arguments)] if arguments else [0]
        first = max(1, numbers[0])
        if final in "Hf" and not prefix:
            self.row, self.column = first - 1, (max(1, numbers[1]) if len(numbers) > 1 else 1) - 1
        elif final == "G":
            self.column = first - 1
        elif final == "d":
            self.row = first - 1
        elif final == "C":
            self.column += first
        elif final == "A":
            self.row -= first
        elif final == "B":
            self.row += first
        elif final == "D":
            self.column -= first
        elif final == "J":
            place = (self.row, self.column)
            self.clear()
            self.row, self.column = place
        elif final == "K":
            for column in range(self.column, self.columns):
                self.cells[self.row][column] = (" ", PLAIN, self.background)
        elif final == "X":
            for column in range(self.column, min(self.columns, self.column + first)):
                self.cells[self.row][column] = (" ", PLAIN, self.background)
        elif final == "b":
            for _ in range(first):
                self.cells[self.row][self.column] = self.cells[self.row][self.column - 1]
                self.column += 1
        elif final == "m" and not prefix:
            self.colour(numbers)
        elif final in "hl" and prefix == "?":
            for number in numbers:
                (self.modes.add if final == "h" else self.modes.discard)(number)
        elif final not in "nctqupsrh":
            self.unknown.add(prefix + arguments + final)

    def colour(self, numbers):
        at = 0
        while at < len(numbers):
            number = numbers[at]
            if number == 0:
                self.foreground, self.background = PLAIN, BLACK
            elif number in (38, 48) and numbers[at + 1] == 2:
                colour = tuple(numbers[at + 2:at + 5])
                self.foreground, self.background = (colour, self.background) if number == 38 else (self.foreground, colour)
                at += 4
            elif number in (38, 48):
                colour = indexed(numbers[at + 2])
                self.foreground, self.background = (colour, self.background) if number == 38 else (self.foreground, colour)
                at += 2
            elif number == 39:
                self.foreground = PLAIN
            elif number == 49:
                self.background = BLACK
            at += 1


def indexed(number):
    """A colour of the 256 that terminals have."""
    if number < 16:
        level = 255 if number >= 8 else 170
        return (level if number & 1 else 0, level if number & 2 else 0, level if number & 4 else 0)
    if number >= 232:
        return ((number - 232) * 10 + 8,) * 3
    number -= 16
    return tuple(0 if part == 0 else part * 40 + 55 for part in (number // 36, number // 6 % 6, number % 6))


class TerminalProgram:
    """A program in a pseudo-terminal of its own, which is its controlling terminal."""

    def __init__(self, arguments, columns=80, rows=24, environment=None):
        self.screen = Screen(columns, rows)
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.modes_before = termios.tcgetattr(self.slave)
        self.output = b""
        variables = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "COLORTERM", "LC_ALL")}
        variables.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}, **(environment or {}))
        self.process = subprocess.Popen(
            arguments, stdin=self.slave, stdout=self.slave, stderr=self.slave, env=variables, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def type(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def read(self, seconds):
        """Reads what comes within a time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self.master], [], [], left)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self.output += data
            self.screen.feed(data)

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"waited {PATIENCE} s for {what}; on the screen:\n{self.screen.text()}")
            self.read(0.05)

    def wait(self):
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"it has not ended within {PATIENCE} s; on the screen:\n{self.screen.text()}")
            self.read(0.02)
        self.read(0.1)
        return self.process.returncode

    def modes(self):
        return termios.tcgetattr(self.slave)

    def resize(self, columns, rows):
        self.screen = Screen(columns, rows)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(PATIENCE)
        os.close(self.master)
        os.close(self.slave)

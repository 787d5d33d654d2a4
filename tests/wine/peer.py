"""The far end of COM ports under Wine: pseudo-terminals, which the prefix's dosdevices link to, and a socket by which the cases have them plugged, unplugged, fed and read.

A connection has one port. Requests and answers are a letter, a length of four bytes (the lowest first), and so many bytes:
  N        the name of a COM port that nobody else has, not plugged in       -> N name
  P        plug it in: a new pseudo-terminal                                 -> P
  U        unplug it                                                         -> U
  S bytes  send                                                              (no answer)
  T        from now on take what the program sends, as D bytes               -> T
"""
import fcntl
import os
import pty
import selectors
import socket
import struct
import sys
import threading
import tty

FIRST = 10  # the lower numbers are left to the machine's own ports, which Wine adds by itself


class Port:
    """A COM port: a pseudo-terminal while it is plugged in."""

    def __init__(self, devices, number):
        self.name = f"COM{number}"
        self.link = os.path.join(devices, f"com{number}")
        self.master = self.slave = None

    def plug(self):
        self.unplug()
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        fcntl.fcntl(self.master, fcntl.F_SETFL, os.O_NONBLOCK)
        os.symlink(os.ttyname(self.slave), self.link)

    def unplug(self):
        if self.master is not None:
            os.unlink(self.link)
            os.close(self.master)
            os.close(self.slave)
            self.master = self.slave = None


class Session:
    """A connection and its port, in a thread."""

    def __init__(self, connection, port):
        self.connection, self.port = connection, port
        self.selector = selectors.DefaultSelector()
        self.selector.register(connection, selectors.EVENT_READ)
        self.requests = b""
        self.unsent = b""
        self.takes = False

    def run(self):
        try:
            while True:
                for key, events in self.selector.select():
                    if key.fileobj is self.connection:
                        data = self.connection.recv(1 << 16)
                        if not data:
                            return
                        self.requests += data
                        self.serve()
                    elif key.fd == self.port.master:
                        self.move(events)
        except ConnectionError:
            pass  # the case has ended
        finally:
            self.port.unplug()
            self.connection.close()

    def serve(self):
        while len(self.requests) >= 5:
            length = struct.unpack_from("<I", self.requests, 1)[0]
            if len(self.requests) < 5 + length:
                return
            letter, data = self.requests[:1], self.requests[5:5 + length]
            self.requests = self.requests[5 + length:]
            if letter == b"S":
                self.unsent += data
            elif letter == b"T":
                self.takes = True
            else:
                self.watch(0)
                self.unsent = b""
                if letter == b"P":
                    self.port.plug()
                elif letter == b"U":
                    self.port.unplug()
            if letter != b"S":
                self.answer(letter, self.port.name.encode() if letter == b"N" else b"")
            self.update()

    def move(self, events):
        try:
            if events & selectors.EVENT_WRITE and self.unsent:
                self.unsent = self.unsent[os.write(self.port.master, self.unsent):]
            if events & selectors.EVENT_READ:
                self.answer(b"D", os.read(self.port.master, 1 << 16))
        except BlockingIOError:
            pass
        self.update()

    def update(self):
        self.watch((selectors.EVENT_READ if self.takes else 0) | (selectors.EVENT_WRITE if self.unsent else 0))

    def watch(self, events):
        master = self.port.master
        if master is None:
            return
        known = master in self.selector.get_map()
        if known and not events:
            self.selector.unregister(master)
        elif known:
            self.selector.modify(master, events)
        elif events:
            self.selector.register(master, events)

    def answer(self, letter, data):
        self.connection.sendall(letter + struct.pack("<I", len(data)) + data)


def serve(devices):
    """Prints the socket's port, and serves until standard input ends."""
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)

    def accept():
        number = FIRST
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Session(connection, Port(devices, number)).run, daemon=True).start()
            number = number + 1 if number < 250 else FIRST

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1])

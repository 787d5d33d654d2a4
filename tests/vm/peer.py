#!/usr/bin/env python3
"""The host's end of the guest's /dev/ttyS3, a telnet character device of QEMU. usage: peer.py SOCKET

It does what lines from the guest say: "break" sends a break, "send HEX" these bytes, "flood N" N bytes
without a delimiter.
"""
import socket
import sys
import time

IAC, BREAK, OPTIONS = 0xFF, 0xF3, range(0xFB, 0xFF)  # RFC 854; WILL, WONT, DO and DONT have one byte more


def connect(path):
    """QEMU makes the socket when it starts."""
    end = time.monotonic() + 30
    while True:
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(path)
            return link
        except OSError:
            link.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def plain(link):
    """The bytes of the stream, without telnet's commands."""
    state = "data"
    while chunk := link.recv(4096):
        for byte in chunk:
            if state == "option":
                state = "data"
            elif state == "command":
                state = "option" if byte in OPTIONS else "data"
            elif byte == IAC:
                state = "command"
            else:
                yield byte


def obey(link, command, argument):
    if command == "break":
        link.sendall(bytes([IAC, BREAK]))
    elif command == "send":
        link.sendall(bytes.fromhex(argument).replace(b"\xff", b"\xff\xff"))
    elif command == "flood":
        link.sendall(b"x" * int(argument))
    else:
        print(f"peer.py: the guest said {command!r} {argument!r}", file=sys.stderr)


def main():
    link = connect(sys.argv[1])
    line = bytearray()
    try:
        for byte in plain(link):
            if byte in b"\r\n":
                command, _, argument = line.decode(errors="replace").strip().partition(" ")
                line.clear()
                if command:
                    obey(link, command, argument)
            else:
                line.append(byte)
    except ConnectionError:
        pass  # the guest was switched off


main()

#!/usr/bin/python3
"""echo_uvloop CONNECTIONS ROUNDS: what echo.c does, by uvloop's protocols. Without uvloop it says so."""
import asyncio
import resource
import sys
import time

try:
    import uvloop
except ImportError:
    print("missing 1")
    sys.exit(0)

CONNECTIONS, ROUNDS = int(sys.argv[1]), int(sys.argv[2])
MESSAGE = bytes(64)


class Returning(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


class Client(asyncio.Protocol):
    left = None  # rounds until the end of a run, of all clients

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if Client.left is not None:
            Client.left -= 1
            if Client.left == 0:
                Client.over.set_result(None)
        self.transport.write(data)


async def run(rounds):
    Client.over = asyncio.get_running_loop().create_future()
    Client.left = rounds
    await Client.over
    Client.left = None


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Returning, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    clients = [await loop.create_connection(Client, *address) for _ in range(CONNECTIONS)]
    for transport, _ in clients:  # messages would go to and fro meanwhile
        transport.write(MESSAGE)
    await run(ROUNDS // 10)
    start = time.monotonic_ns()
    await run(ROUNDS)
    print(f"uvloop {(time.monotonic_ns() - start) / ROUNDS:.4f}", flush=True)
    server.close()


resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
loop = uvloop.new_event_loop()
loop.run_until_complete(main())

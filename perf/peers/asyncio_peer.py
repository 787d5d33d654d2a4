"""asyncio_peer.py LOOP WORKLOAD NUMBERS: what the workloads of that name ask, of asyncio's loop, or of uvloop's.

LOOP is asyncio or uvloop."""

import asyncio
import os
import random
import socket
import sys
import threading
import time

IN_FLIGHT = 1000
LEAST_FRAMES = 20  # of awaits: fewer would show the processor's caches


def result(name, value):
    print(f"{name} {value:.4f}", flush=True)


def percentiles(samples):
    samples.sort()
    last = len(samples) - 1
    result("p50", samples[len(samples) // 2])
    result("p90", samples[last * 9 // 10])
    result("p99", samples[last * 99 // 100])
    result("p999", samples[last * 999 // 1000])
    result("max", samples[last])


def nothing():
    pass


def callbacks(loop, operations):
    left = operations - IN_FLIGHT
    ended = 0

    def again():
        nonlocal left, ended
        if left > 0:
            left -= 1
            loop.call_soon(again)
        else:
            ended += 1
            if ended == IN_FLIGHT:
                loop.stop()

    for _ in range(IN_FLIGHT):
        loop.call_soon(again)
    start = time.monotonic_ns()
    loop.run_forever()
    result("callback", (time.monotonic_ns() - start) / operations)


def timers(loop, outstanding, operations):
    numbers = random.Random(1)
    now = loop.time()
    handles = [loop.call_at(now + 20 + numbers.random() * 60, nothing) for _ in range(outstanding)]

    # In a callback: asyncio takes cancelled timers out of its heap between callbacks.
    done = 0

    def some():
        nonlocal done
        for _ in range(min(1000, operations - done)):
            i = int(numbers.random() * outstanding)
            handles[i].cancel()
            handles[i] = loop.call_at(now + 20 + numbers.random() * 60, nothing)
            done += 1
        if done == operations:
            loop.stop()
        else:
            loop.call_soon(some)

    loop.call_soon(some)
    start = time.monotonic_ns()
    loop.run_forever()
    result("pair", (time.monotonic_ns() - start) / operations)


def expiry(loop, count):
    """Its clock is the system's: all are due before the first one runs."""
    numbers = random.Random(1)
    expired = 0

    def expire():
        nonlocal expired
        expired += 1
        if expired == count:
            loop.stop()

    now = loop.time()
    for _ in range(count):
        loop.call_at(now + numbers.random(), expire)
    time.sleep(max(0.0, now + 1.1 - loop.time()))
    start = time.monotonic_ns()
    loop.run_forever()
    result("expiry", (time.monotonic_ns() - start) / count)


def posts(loop, producers, total):
    each = total // producers
    received = 0
    line = threading.Barrier(producers + 1)

    def receive():
        nonlocal received
        received += 1
        if received == each * producers:
            loop.stop()

    def produce():
        line.wait()
        for _ in range(each):
            loop.call_soon_threadsafe(receive)

    for _ in range(producers):
        threading.Thread(target=produce, daemon=True).start()
    line.wait()
    start = time.monotonic_ns()
    loop.run_forever()
    result("post", (time.monotonic_ns() - start) / (each * producers))


def latency(loop, count):
    numbers = random.Random(1)
    samples = []

    def receive(posted):
        samples.append(time.monotonic_ns() - posted)
        if len(samples) == count:
            loop.stop()

    def produce():
        for _ in range(count):
            time.sleep(0.0003 + numbers.random() * 0.0004)
            loop.call_soon_threadsafe(receive, time.monotonic_ns())

    threading.Thread(target=produce, daemon=True).start()
    loop.run_forever()
    percentiles(samples)


def descriptors(loop, use_sockets, rounds):
    if use_sockets:
        pair = socket.socketpair()
        ends = [(one.fileno(), one.fileno()) for one in pair]
    else:
        (a, to_a), (b, to_b) = os.pipe(), os.pipe()
        ends = [(a, to_b), (b, to_a)]
    hops = 0

    def hop(source, to):
        nonlocal hops
        os.read(source, 1)
        hops += 1
        if hops == 2 * rounds:
            loop.stop()
        os.write(to, b"x")

    for source, to in ends:
        os.set_blocking(source, False)
        loop.add_reader(source, hop, source, to)
    start = time.monotonic_ns()
    os.write(ends[0][1], b"x")
    loop.run_forever()
    result("round", (time.monotonic_ns() - start) / rounds)


def awaits(loop, methods, frames):
    """The clock starts when all have started and a frame has passed, and stops before the first one ends."""
    frames = max(frames, LEAST_FRAMES)
    resumed = 0

    async def method():
        nonlocal resumed
        for _ in range(2 + frames):
            await asyncio.sleep(0)
            resumed += 1

    # It is resumed after all of them, since it waits after all of them.
    async def everything():
        tasks = [loop.create_task(method()) for _ in range(methods)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        before, start = resumed, time.monotonic_ns()
        for _ in range(frames):
            await asyncio.sleep(0)
        ns = time.monotonic_ns() - start
        if before != methods or resumed - before != methods * frames or any(task.done() for task in tasks):
            raise RuntimeError(f"{before} and {resumed - before} resumes")
        await asyncio.gather(*tasks)
        result("resume", ns / (methods * frames))

    loop.run_until_complete(everything())


def frames(loop, hz, count):
    samples = []
    period = 1
    start, start_ns = loop.time(), time.monotonic_ns()

    def frame():
        nonlocal period
        now_ns = time.monotonic_ns() - start_ns
        samples.append(now_ns - period * 1e9 / hz)
        if len(samples) == count:
            loop.stop()
        else:
            period = max(period, int(now_ns * hz / 1e9)) + 1  # one stall is one late frame
            loop.call_at(start + period / hz, frame)

    loop.call_at(start + 1 / hz, frame)
    loop.run_forever()
    percentiles(samples)


def hello(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()
    result("tick_at", time.monotonic_ns())
    with open("/proc/self/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    result("resident", kilobytes * 1024)


def main():
    kind, workload, numbers = sys.argv[1], sys.argv[2], [int(text) for text in sys.argv[3:]]
    if kind == "uvloop":
        try:
            import uvloop
        except ImportError:
            print("missing 1")
            return
        loop = uvloop.new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    workloads = (callbacks, timers, expiry, posts, latency, descriptors, awaits, frames, hello)
    {one.__name__: one for one in workloads}[workload](loop, *numbers)


main()

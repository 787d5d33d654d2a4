// node_peer.mjs WORKLOAD NUMBERS: what the workloads of that name ask, of node's loop.
import { readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

const IN_FLIGHT = 1000;
const LEAST_FRAMES = 20; // of awaits: fewer would show the processor's caches
const nowNs = () => Number(process.hrtime.bigint());
const result = (name, value) => console.log(`${name} ${value.toFixed(4)}`);
let seed = 0x9e3779b9;
const below = (n) => ((seed = (Math.imul(seed ^ (seed >>> 15), 0x85ebca6b) + 0x6d2b79f5) >>> 0) / 2 ** 32) * n;
const percentiles = (samples) => {
    samples.sort((a, b) => a - b);
    const last = samples.length - 1;
    result("p50", samples[samples.length >> 1]);
    result("p90", samples[Math.floor((last * 9) / 10)]);
    result("p99", samples[Math.floor((last * 99) / 100)]);
    result("p999", samples[Math.floor((last * 999) / 1000)]);
    result("max", samples[last]);
};

const workloads = {
    callbacks(operations) {
        let left = operations - IN_FLIGHT, ended = 0;
        const start = nowNs();
        const again = () => {
            if (left > 0) {
                left--;
                setImmediate(again);
            } else if (++ended === IN_FLIGHT) {
                result("callback", (nowNs() - start) / operations);
            }
        };
        for (let i = 0; i < IN_FLIGHT; i++) {
            setImmediate(again);
        }
    },

    timers(outstanding, operations) {
        const nothing = () => {};
        const all = Array.from({ length: outstanding }, () => setTimeout(nothing, 20000 + below(60000)));
        const start = nowNs();
        for (let i = 0; i < operations; i++) {
            const which = Math.floor(below(outstanding));
            clearTimeout(all[which]);
            all[which] = setTimeout(nothing, 20000 + below(60000));
        }
        result("pair", (nowNs() - start) / operations);
        process.exit(0);
    },

    // Its clock is the system's: all are due before the first one runs.
    expiry(count) {
        let expired = 0, start = 0;
        const made = nowNs();
        for (let i = 0; i < count; i++) {
            setTimeout(() => {
                if (++expired === count) {
                    result("expiry", (nowNs() - start) / count);
                }
            }, 1 + below(1000));
        }
        while (nowNs() < made + 1.1e9) {
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
        }
        start = nowNs();
    },

    posts(producers, total) {
        const each = Math.floor(total / producers), line = new Int32Array(new SharedArrayBuffer(4));
        let received = 0, ready = 0, start = 0;
        for (let i = 0; i < producers; i++) {
            const worker = new Worker(new URL(import.meta.url), { workerData: { flatOut: each, line } });
            worker.on("message", (message) => {
                if (message === "ready") {
                    if (++ready === producers) {
                        start = nowNs();
                        Atomics.store(line, 0, 1);
                        Atomics.notify(line, 0);
                    }
                } else if (++received === each * producers) {
                    result("post", (nowNs() - start) / received);
                    process.exit(0);
                }
            });
        }
    },

    latency(count) {
        const samples = [];
        const worker = new Worker(new URL(import.meta.url), { workerData: { nowAndThen: count } });
        worker.on("message", (posted) => {
            samples.push(nowNs() - posted);
            if (samples.length === count) {
                percentiles(samples);
                process.exit(0);
            }
        });
    },

    // Two ends of a Unix socket: node has no reader of a bare descriptor.
    descriptors(useSockets, rounds) {
        let hops = 0, start = 0;
        const path = `\0mainspring-perf-${process.pid}`;
        const hop = (socket) => socket.on("data", (bytes) => {
            if (++hops === 2 * rounds) {
                result("round", (nowNs() - start) / rounds);
                process.exit(0);
            }
            socket.write(bytes);
        });
        createServer(hop).listen(path, () => {
            const socket = connect(path, () => {
                hop(socket);
                start = nowNs();
                socket.write("x");
            });
        });
    },

    // The clock starts when all wait and a frame has passed, and stops before the first one ends. This method is resumed after all of them, since it waits after all of them.
    async awaits(methods, framesAsked) {
        const frames = Math.max(framesAsked, LEAST_FRAMES);
        let resumed = 0;
        const method = async () => {
            for (let i = 0; i < 2 + frames; i++) {
                await null;
                resumed++;
            }
        };
        const all = Array.from({ length: methods }, method);
        await null;
        const before = resumed, start = nowNs();
        for (let i = 0; i < frames; i++) {
            await null;
        }
        const ns = nowNs() - start;
        if (before !== methods || resumed - before !== methods * frames) {
            throw new Error(`${before} and ${resumed - before} resumes`);
        }
        await Promise.all(all);
        result("resume", ns / (methods * frames));
    },

    frames(hz, count) {
        const samples = [], start = nowNs();
        let period = 1;
        const due = () => start + (period * 1e9) / hz;
        const frame = () => {
            const now = nowNs();
            samples.push(now - due());
            if (samples.length === count) {
                percentiles(samples);
            } else {
                do {
                    period++; // one stall is one late frame
                } while (due() <= now);
                setTimeout(frame, Math.ceil((due() - now) / 1e6));
            }
        };
        setTimeout(frame, Math.ceil(1000 / hz));
    },

    hello() {
        setImmediate(() => {
            result("tick_at", nowNs());
            const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))[1]);
            result("resident", kilobytes * 1024);
        });
    },
};

if (isMainThread) {
    const [workload, ...numbers] = process.argv.slice(2);
    await workloads[workload](...numbers.map(Number));
} else if (workerData.flatOut) {
    parentPort.postMessage("ready");
    Atomics.wait(workerData.line, 0, 0);
    for (let i = 0; i < workerData.flatOut; i++) {
        parentPort.postMessage(i);
    }
} else {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let i = 0; i < workerData.nowAndThen; i++) {
        Atomics.wait(pause, 0, 0, 0.3 + below(0.4));
        parentPort.postMessage(nowNs());
    }
}

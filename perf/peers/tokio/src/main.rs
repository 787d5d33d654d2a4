//! tokio_peer WORKLOAD NUMBERS: what the workloads of that name ask, of tokio's current-thread runtime.

use std::cell::Cell;
use std::future::Future;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use std::task::{Context, Wake, Waker};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::{yield_now, LocalSet};
use tokio::time::{sleep_until, Instant, Sleep};

const IN_FLIGHT: u64 = 1000;
const LEAST_FRAMES: u64 = 20; // of awaits: fewer would show the processor's caches

fn now_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn result(name: &str, value: f64) {
    println!("{name} {value:.4}");
}

fn per(start: u64, operations: u64) -> f64 {
    (now_ns() - start) as f64 / operations as f64
}

fn percentiles(mut samples: Vec<i64>) {
    samples.sort_unstable();
    let last = samples.len() - 1;
    result("p50", samples[samples.len() / 2] as f64);
    result("p90", samples[last * 9 / 10] as f64);
    result("p99", samples[last * 99 / 100] as f64);
    result("p999", samples[last * 999 / 1000] as f64);
    result("max", samples[last] as f64);
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) * n >> 32
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A task for each callback.
fn callbacks(operations: u64) {
    fn schedule(left: Rc<Cell<u64>>, alive: Rc<Cell<u64>>) {
        tokio::task::spawn_local(async move {
            if left.get() > 0 {
                left.set(left.get() - 1);
                schedule(left, alive);
            } else {
                alive.set(alive.get() - 1);
            }
        });
    }

    LocalSet::new().block_on(&runtime(), async {
        let (left, alive) = (Rc::new(Cell::new(operations - IN_FLIGHT)), Rc::new(Cell::new(IN_FLIGHT)));
        let start = now_ns();
        for _ in 0..IN_FLIGHT {
            schedule(left.clone(), alive.clone());
        }
        while alive.get() > 0 {
            yield_now().await;
        }
        result("callback", per(start, operations));
    });
}

struct Nothing;

impl Wake for Nothing {
    fn wake(self: Arc<Self>) {}
}

/// A Sleep that is reset: what tokio recommends.
fn timers(outstanding: u64, operations: u64) {
    runtime().block_on(async {
        let waker: Waker = Arc::new(Nothing).into();
        let mut context = Context::from_waker(&waker);
        let mut random = Random(1);
        let base = Instant::now();
        let mut due = || base + Duration::from_millis(20_000 + random.below(60_000));
        let mut all: Vec<Pin<Box<Sleep>>> = (0..outstanding).map(|_| Box::pin(sleep_until(due()))).collect();
        for one in &mut all {
            let _ = one.as_mut().poll(&mut context);
        }
        let mut which = Random(2);
        let start = now_ns();
        for _ in 0..operations {
            let one = &mut all[which.below(outstanding) as usize];
            one.as_mut().reset(due());
            let _ = one.as_mut().poll(&mut context);
        }
        result("pair", per(start, operations));
    });
}

/// Tasks that sleep, on its paused clock: what it costs to make them is not counted.
fn expiry(count: u64) {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let mut random = Random(1);
        let alive = Rc::new(Cell::new(count));
        let asleep = Rc::new(Cell::new(0));
        let base = Instant::now() + Duration::from_millis(1);
        for _ in 0..count {
            let due = base + Duration::from_micros(random.below(1_000_000));
            let (alive, asleep) = (alive.clone(), asleep.clone());
            tokio::task::spawn_local(async move {
                asleep.set(asleep.get() + 1);
                sleep_until(due).await;
                alive.set(alive.get() - 1);
            });
        }
        while asleep.get() < count {
            yield_now().await;
        }
        let start = now_ns();
        while alive.get() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        result("expiry", per(start, count));
    });
}

#[inline(never)]
fn receive(received: &Cell<u64>) {
    received.set(received.get() + 1);
}

/// What is posted is a function, which the loop calls.
fn posts(producers: u64, total: u64) {
    let each = total / producers;
    let (sender, mut receiver) = mpsc::unbounded_channel::<fn(&Cell<u64>)>();
    let line = Arc::new(Barrier::new(producers as usize + 1));
    for _ in 0..producers {
        let (sender, line) = (sender.clone(), line.clone());
        std::thread::spawn(move || {
            line.wait();
            for _ in 0..each {
                let _ = sender.send(receive);
            }
        });
    }
    runtime().block_on(async {
        line.wait();
        let received = Cell::new(0);
        let start = now_ns();
        while received.get() < each * producers {
            receiver.recv().await.unwrap()(&received);
        }
        result("post", per(start, each * producers));
    });
}

fn latency(count: u64) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut random = Random(1);
        for _ in 0..count {
            std::thread::sleep(Duration::from_nanos(300_000 + random.below(400_000)));
            let _ = sender.send(now_ns());
        }
    });
    runtime().block_on(async {
        let mut samples = Vec::new();
        for _ in 0..count {
            let posted = receiver.recv().await.unwrap();
            samples.push((now_ns() - posted) as i64);
        }
        percentiles(samples);
    });
}

/// Two ends of a socket pair.
fn descriptors(_use_sockets: u64, rounds: u64) {
    async fn hop(socket: &AsyncFd<UnixStream>) {
        let mut byte = [0];
        while !matches!(socket.readable().await.unwrap().try_io(|it| it.get_ref().read(&mut byte)), Ok(Ok(1))) {}
        socket.get_ref().write_all(&byte).unwrap();
    }

    LocalSet::new().block_on(&runtime(), async {
        let (a, b) = UnixStream::pair().unwrap();
        a.set_nonblocking(true).unwrap();
        b.set_nonblocking(true).unwrap();
        let (a, b) = (AsyncFd::new(a).unwrap(), AsyncFd::new(b).unwrap());
        let start = now_ns();
        a.get_ref().write_all(b"x").unwrap();
        tokio::task::spawn_local(async move {
            loop {
                hop(&b).await;
            }
        });
        for _ in 0..rounds {
            hop(&a).await;
        }
        result("round", per(start, rounds));
    });
}

/// The clock starts when all have started and a frame has passed, and stops before the first one ends.
fn awaits(methods: u64, frames: u64) {
    let frames = frames.max(LEAST_FRAMES);
    let (first, last) = (2 * methods, (2 + frames) * methods);
    LocalSet::new().block_on(&runtime(), async {
        let (turns, start) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0))); // turns of all: a task's first one is its start
        let all: Vec<_> = (0..methods)
            .map(|_| {
                let (turns, start) = (turns.clone(), start.clone());
                tokio::task::spawn_local(async move {
                    while turns.get() < last {
                        turns.set(turns.get() + 1);
                        if turns.get() == first {
                            start.set(now_ns());
                        } else if turns.get() == last {
                            result("resume", per(start.get(), methods * frames));
                        }
                        yield_now().await;
                    }
                })
            })
            .collect();
        for one in all {
            one.await.unwrap();
        }
    });
}

fn frames(hz: u64, count: u64) {
    runtime().block_on(async {
        let (base, start) = (Instant::now(), now_ns());
        let due = |frame: u64| (frame + 1) * 1_000_000_000 / hz;
        let (mut samples, mut next) = (Vec::new(), 0);
        for _ in 0..count {
            sleep_until(base + Duration::from_nanos(due(next))).await;
            let now = now_ns();
            samples.push(now as i64 - (start + due(next)) as i64);
            next += 1;
            while start + due(next) <= now {
                next += 1; // one stall is one late frame
            }
        }
        percentiles(samples);
    });
}

fn hello() {
    runtime().block_on(async {
        yield_now().await;
        result("tick_at", now_ns() as f64);
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        result("resident", kilobytes * 1024.0);
    });
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let number = |i: usize| words.get(i + 2).and_then(|text| text.parse().ok()).unwrap_or(0);
    match words.get(1).map(String::as_str) {
        Some("callbacks") => callbacks(number(0)),
        Some("timers") => timers(number(0), number(1)),
        Some("expiry") => expiry(number(0)),
        Some("posts") => posts(number(0), number(1)),
        Some("latency") => latency(number(0)),
        Some("descriptors") => descriptors(number(0), number(1)),
        Some("awaits") => awaits(number(0), number(1)),
        Some("frames") => frames(number(0), number(1)),
        Some("hello") => hello(),
        other => {
            eprintln!("no workload {other:?} here");
            std::process::exit(2);
        }
    }
}

// libuv WORKLOAD NUMBERS: what the workloads of that name ask, of libuv.
#include "peers.h"
#if __has_include(<uv.h>)
#include <uv.h>

enum { IN_FLIGHT = 1000 };

static uv_loop_t *loop;

// ---- callbacks: libuv has no call-soon; an idle handle that is stopped and started again comes nearest ----

static long left;

static void on_idle(uv_idle_t *idle)
{
    uv_idle_stop(idle);
    if (left > 0)
    {
        left--;
        uv_idle_start(idle, on_idle);
    }
}

static void callbacks(long operations)
{
    static uv_idle_t idles[IN_FLIGHT];
    left = operations - IN_FLIGHT;
    int64_t start = now_ns();
    for (int i = 0; i < IN_FLIGHT; i++)
    {
        uv_idle_init(loop, &idles[i]);
        uv_idle_start(&idles[i], on_idle);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    result("callback", (double)(now_ns() - start) / (double)operations);
}

// ---- timers ----

static long expired;

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
    expired++;
}

static void timers(long outstanding, long operations)
{
    uv_timer_t *all = must(calloc((size_t)outstanding, sizeof *all));
    for (long i = 0; i < outstanding; i++)
    {
        uv_timer_init(loop, &all[i]);
        uv_timer_start(&all[i], on_timer, 20000 + random_below(60000), 0);
    }
    int64_t start = now_ns();
    for (long i = 0; i < operations; i++)
    {
        uv_timer_t *timer = &all[random_below((uint64_t)outstanding)];
        uv_timer_stop(timer);
        uv_timer_start(timer, on_timer, 20000 + random_below(60000), 0);
    }
    result("pair", (double)(now_ns() - start) / (double)operations);
}

// Its clock is the system's: all are due before the first one runs.
static void expiry(long count)
{
    uv_timer_t *all = must(calloc((size_t)count, sizeof *all));
    uv_update_time(loop);
    int64_t all_due = now_ns() + 1100000000;
    for (long i = 0; i < count; i++)
    {
        uv_timer_init(loop, &all[i]);
        uv_timer_start(&all[i], on_timer, 1 + random_below(1000), 0);
    }
    struct timespec until = to_timespec(all_due);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    int64_t start = now_ns();
    uv_run(loop, UV_RUN_DEFAULT);
    check(expired == count, "timers were lost");
    result("expiry", (double)(now_ns() - start) / (double)count);
}

// ---- posts: uv_async_send alone joins several to one, so a queue under a lock goes with it ----

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t start_line;
static uv_async_t async;
static struct post
{
    void (*run)(void *);
    void *state;
} *queues[2];
static long queued, received, wanted, posts_each;
static int filling;
static int64_t *samples;

static NOINLINE void receive(void *state)
{
    if (++received == wanted)
        uv_stop(state);
}

static NOINLINE void receive_sample(void *posted)
{
    samples[received] = now_ns() - (int64_t)(intptr_t)posted;
    receive(loop);
}

static void on_async(uv_async_t *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    struct post *queue = queues[filling];
    long count = queued;
    filling ^= 1;
    queued = 0;
    pthread_mutex_unlock(&lock);
    for (long i = 0; i < count; i++)
        queue[i].run(queue[i].state);
}

static NOINLINE void post(void (*run)(void *), void *state)
{
    pthread_mutex_lock(&lock);
    queues[filling][queued++] = (struct post){ run, state };
    pthread_mutex_unlock(&lock);
    uv_async_send(&async);
}

static void *post_flat_out(void *unused)
{
    pthread_barrier_wait(&start_line);
    for (long i = 0; i < posts_each; i++)
        post(receive, loop);
    return unused;
}

static void *post_now_and_then(void *unused)
{
    for (long i = 0; i < wanted; i++)
    {
        struct timespec pause = to_timespec(300000 + (int64_t)random_below(400000));
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        post(receive_sample, (void *)(intptr_t)now_ns());
    }
    return unused;
}

static void make_queues(long count)
{
    wanted = count;
    for (int i = 0; i < 2; i++)
    {
        queues[i] = must(malloc((size_t)count * sizeof *queues[i]));
        memset(queues[i], 1, (size_t)count * sizeof *queues[i]);
    }
    uv_async_init(loop, &async, on_async);
}

static void posts(long producers, long total)
{
    posts_each = total / producers;
    make_queues(posts_each * producers);
    pthread_t threads[64];
    check(producers >= 1 && producers <= 64, "1 to 64 producers");
    pthread_barrier_init(&start_line, NULL, (unsigned)producers + 1);
    for (long i = 0; i < producers; i++)
        check(pthread_create(&threads[i], NULL, post_flat_out, NULL) == 0, "pthread_create");
    pthread_barrier_wait(&start_line);
    int64_t start = now_ns();
    uv_run(loop, UV_RUN_DEFAULT);
    result("post", (double)(now_ns() - start) / (double)wanted);
}

static void latency(long count)
{
    make_queues(count);
    samples = must(calloc((size_t)count, sizeof *samples));
    pthread_t producer;
    check(pthread_create(&producer, NULL, post_now_and_then, NULL) == 0, "pthread_create");
    uv_run(loop, UV_RUN_DEFAULT);
    percentiles(samples, count);
}

// ---- descriptors ----

struct end
{
    int from, to;
};

static long hops;

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    struct end *end = poll->data;
    char byte;
    check(status == 0 && read(end->from, &byte, 1) == 1, "read");
    if (++hops == wanted)
        uv_stop(poll->loop);
    check(write(end->to, &byte, 1) == 1, "write");
}

static void descriptors(long use_sockets, long rounds)
{
    struct end ends[2];
    make_ends(use_sockets, (int *)ends);
    wanted = 2 * rounds;
    uv_poll_t polls[2];
    for (int i = 0; i < 2; i++)
    {
        check(uv_poll_init(loop, &polls[i], ends[i].from) == 0, "uv_poll_init");
        polls[i].data = &ends[i];
        uv_poll_start(&polls[i], UV_READABLE, on_readable);
    }
    int64_t start = now_ns();
    check(write(ends[0].to, "x", 1) == 1, "write");
    uv_run(loop, UV_RUN_DEFAULT);
    result("round", (double)(now_ns() - start) / (double)rounds);
}

// ---- frames: it takes whole milliseconds, so a timer is started for each frame, for those that are left, rounded up ----

static int64_t first_ns;
static long hz, next;

static int64_t due(long i) { return first_ns + (int64_t)((double)(i + 1) * 1e9 / (double)hz); }

static void on_frame(uv_timer_t *timer)
{
    int64_t now = now_ns();
    samples[received] = now - due(next);
    if (++received == wanted)
        return;
    do // one stall is one late frame
        next++;
    while (due(next) <= now);
    uv_update_time(loop);
    uv_timer_start(timer, on_frame, (uint64_t)(due(next) - now + 999999) / 1000000, 0);
}

static void frames(long rate, long count)
{
    hz = rate;
    wanted = count;
    samples = must(calloc((size_t)count, sizeof *samples));
    uv_timer_t timer;
    uv_timer_init(loop, &timer);
    first_ns = now_ns();
    uv_timer_start(&timer, on_frame, (uint64_t)(1000 + hz - 1) / (uint64_t)hz, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    percentiles(samples, count);
}

static void hello(void)
{
    uv_idle_t idle;
    uv_idle_init(loop, &idle);
    uv_idle_start(&idle, on_idle);
    uv_run(loop, UV_RUN_DEFAULT);
    result("tick_at", (double)now_ns());
}

int main(int argc, char **argv)
{
    loop = uv_default_loop();
    const char *workload = argc > 1 ? argv[1] : "";
    if (!strcmp(workload, "callbacks"))
        callbacks(number(argc, argv, 2));
    else if (!strcmp(workload, "timers"))
        timers(number(argc, argv, 2), number(argc, argv, 3));
    else if (!strcmp(workload, "expiry"))
        expiry(number(argc, argv, 2));
    else if (!strcmp(workload, "posts"))
        posts(number(argc, argv, 2), number(argc, argv, 3));
    else if (!strcmp(workload, "latency"))
        latency(number(argc, argv, 2));
    else if (!strcmp(workload, "descriptors"))
        descriptors(number(argc, argv, 2), number(argc, argv, 3));
    else if (!strcmp(workload, "frames"))
        frames(number(argc, argv, 2), number(argc, argv, 3));
    else if (!strcmp(workload, "hello"))
        hello();
    else
        return unknown(workload);
    return 0;
}
#else
int main(void)
{
    return missing();
}
#endif

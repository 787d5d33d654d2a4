// glib WORKLOAD NUMBERS: what the workloads of that name ask, of GLib's main loop.
#include "peers.h"
#if __has_include(<glib.h>)
#include <glib-unix.h>

enum { IN_FLIGHT = 1000 };

static GMainLoop *loop;
static long left, received, wanted, posts_each;
static int64_t *samples;
static pthread_barrier_t start_line;

// ---- callbacks ----

static gboolean on_idle(gpointer unused)
{
    if (left > 0)
    {
        left--;
        g_idle_add(on_idle, unused);
    }
    else if (++received == IN_FLIGHT)
        g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

static void callbacks(long operations)
{
    left = operations - IN_FLIGHT;
    int64_t start = now_ns();
    for (int i = 0; i < IN_FLIGHT; i++)
        g_idle_add(on_idle, NULL);
    g_main_loop_run(loop);
    result("callback", (double)(now_ns() - start) / (double)operations);
}

// ---- timers ----

static gboolean on_timer(gpointer unused)
{
    (void)unused;
    if (++received == wanted)
        g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

static GSource *add_timer(unsigned ms)
{
    GSource *timer = g_timeout_source_new(ms);
    g_source_set_callback(timer, on_timer, NULL, NULL);
    g_source_attach(timer, NULL);
    return timer;
}

static void timers(long outstanding, long operations)
{
    GSource **all = must(calloc((size_t)outstanding, sizeof(GSource *)));
    for (long i = 0; i < outstanding; i++)
        all[i] = add_timer((unsigned)(20000 + random_below(60000)));
    int64_t start = now_ns();
    for (long i = 0; i < operations; i++)
    {
        GSource **timer = &all[random_below((uint64_t)outstanding)];
        g_source_destroy(*timer);
        g_source_unref(*timer);
        *timer = add_timer((unsigned)(20000 + random_below(60000)));
    }
    result("pair", (double)(now_ns() - start) / (double)operations);
}

// Its clock is the system's: all are due before the first one runs.
static void expiry(long count)
{
    wanted = count;
    int64_t all_due = now_ns() + 1100000000;
    for (long i = 0; i < count; i++)
        g_source_unref(add_timer((unsigned)(1 + random_below(1000))));
    struct timespec until = to_timespec(all_due);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    int64_t start = now_ns();
    g_main_loop_run(loop);
    result("expiry", (double)(now_ns() - start) / (double)count);
}

// ---- posts ----

static gboolean on_post(gpointer posted)
{
    if (samples)
        samples[received] = now_ns() - (int64_t)(intptr_t)posted;
    if (++received == wanted)
        g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

static void *post_flat_out(void *unused)
{
    pthread_barrier_wait(&start_line);
    for (long i = 0; i < posts_each; i++)
        g_main_context_invoke_full(NULL, G_PRIORITY_DEFAULT, on_post, NULL, NULL);
    return unused;
}

static void *post_now_and_then(void *unused)
{
    for (long i = 0; i < wanted; i++)
    {
        struct timespec pause = to_timespec(300000 + (int64_t)random_below(400000));
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        g_idle_add_full(G_PRIORITY_DEFAULT, on_post, (gpointer)(intptr_t)now_ns(), NULL);
    }
    return unused;
}

static gboolean meet(gpointer unused)
{
    (void)unused;
    pthread_barrier_wait(&start_line); // the loop runs, so that invoking does not run callbacks on the producers' threads
    return G_SOURCE_REMOVE;
}

static void posts(long producers, long total)
{
    posts_each = total / producers;
    wanted = posts_each * producers;
    pthread_t threads[64];
    check(producers >= 1 && producers <= 64, "1 to 64 producers");
    pthread_barrier_init(&start_line, NULL, (unsigned)producers + 1);
    for (long i = 0; i < producers; i++)
        check(pthread_create(&threads[i], NULL, post_flat_out, NULL) == 0, "pthread_create");
    g_idle_add(meet, NULL);
    int64_t start = now_ns();
    g_main_loop_run(loop);
    result("post", (double)(now_ns() - start) / (double)wanted);
}

static void latency(long count)
{
    wanted = count;
    samples = must(calloc((size_t)count, sizeof *samples));
    pthread_t producer;
    check(pthread_create(&producer, NULL, post_now_and_then, NULL) == 0, "pthread_create");
    g_main_loop_run(loop);
    percentiles(samples, count);
}

// ---- descriptors ----

static gboolean on_readable(int from, GIOCondition condition, gpointer to)
{
    (void)condition;
    char byte;
    check(read(from, &byte, 1) == 1, "read");
    if (++received == wanted)
        g_main_loop_quit(loop);
    check(write((int)(intptr_t)to, &byte, 1) == 1, "write");
    return G_SOURCE_CONTINUE;
}

static void descriptors(long use_sockets, long rounds)
{
    int ends[4];
    make_ends(use_sockets, ends);
    wanted = 2 * rounds;
    for (int i = 0; i < 4; i += 2)
        g_unix_fd_add(ends[i], G_IO_IN, on_readable, (gpointer)(intptr_t)ends[i + 1]);
    int64_t start = now_ns();
    check(write(ends[1], "x", 1) == 1, "write");
    g_main_loop_run(loop);
    result("round", (double)(now_ns() - start) / (double)rounds);
}

// ---- frames: it takes whole milliseconds, so a timer is made for each frame, for those that are left, rounded up ----

static int64_t first_ns;
static long hz, next;

static int64_t due(long i) { return first_ns + (int64_t)((double)(i + 1) * 1e9 / (double)hz); }

static gboolean on_frame(gpointer unused)
{
    int64_t now = now_ns();
    samples[received] = now - due(next);
    do // one stall is one late frame
        next++;
    while (due(next) <= now);
    if (++received == wanted)
        g_main_loop_quit(loop);
    else
        g_timeout_add((unsigned)((due(next) - now + 999999) / 1000000), on_frame, unused);
    return G_SOURCE_REMOVE;
}

static void frames(long rate, long count)
{
    hz = rate;
    wanted = count;
    samples = must(calloc((size_t)count, sizeof *samples));
    first_ns = now_ns();
    g_timeout_add((unsigned)((1000 + hz - 1) / hz), on_frame, NULL);
    g_main_loop_run(loop);
    percentiles(samples, count);
}

static void hello(void)
{
    wanted = 1;
    g_idle_add(on_timer, NULL);
    g_main_loop_run(loop);
    result("tick_at", (double)now_ns());
}

int main(int argc, char **argv)
{
    loop = g_main_loop_new(NULL, FALSE);
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

// frames_libuv HZ COUNT: how late frames start by a timer of libuv. It repeats in whole milliseconds, so a timer of its own is started for each frame, for the
// milliseconds that are left, rounded up. Linked with libuv where it is installed; otherwise it says so.
#include "measure.h"
#if __has_include(<uv.h>)
#include <uv.h>

static int64_t start, *samples;
static long hz, count, taken, next;

static int64_t due(long i) { return start + (int64_t)((double)(i + 1) * 1e9 / (double)hz); }

static void on_timer(uv_timer_t *timer)
{
    int64_t now = now_ns();
    samples[taken] = now - due(next);
    do // one stall is one late frame
        next++;
    while (due(next) <= now);
    if (++taken == count)
        return;
    uv_update_time(timer->loop);
    uv_timer_start(timer, on_timer, (uint64_t)(due(next) - now + 999999) / 1000000, 0);
}

int main(int argc, char **argv)
{
    hz = number(argc, argv, 1), count = number(argc, argv, 2);
    samples = must(calloc((size_t)count, sizeof *samples));
    uv_timer_t timer;
    uv_timer_init(uv_default_loop(), &timer);
    start = now_ns();
    uv_timer_start(&timer, on_timer, (uint64_t)(1000 + hz - 1) / (uint64_t)hz, 0);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    frame_results(samples, count, (double)next / (double)hz);
    return 0;
}
#else
int main(void)
{
    puts("missing 1");
    return 0;
}
#endif

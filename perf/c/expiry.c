// expiry TIMERS: so many timers, spread over one second, expire; time passes in steps of 1 ms.
#include "timers.h"

enum { SPAN_MS = 1000 };

static long fired;

static NOINLINE void count(uint32_t timer)
{
    fired += 1 + (timer >> 31);
}

static void (*volatile fire)(uint32_t) = count;

static void done(const char *name, int64_t start, long timers)
{
    result(name, (double)(now_ns() - start) / (double)timers);
    if (fired != timers)
    {
        fprintf(stderr, "%s: %ld of %ld timers fired\n", name, fired, timers);
        exit(1);
    }
    fired = 0;
}

int main(int argc, char **argv)
{
    uint32_t timers = (uint32_t)number(argc, argv, 1);

    wheel_make(timers);
    for (uint32_t i = 0; i < timers; i++)
        wheel_add(i, 1 + (uint32_t)random_below(SPAN_MS));
    int64_t start = now_ns();
    for (int ms = 0; ms < SPAN_MS; ms++)
        wheel_tick(fire);
    done("wheel", start, timers);
    free(nodes);

    heap_make(timers);
    for (uint32_t i = 0; i < timers; i++)
        heap_add(i, 1 + (int64_t)random_below(SPAN_MS * 1000000LL));
    start = now_ns();
    for (int64_t now = 1000000; now <= SPAN_MS * 1000000LL; now += 1000000)
        while (heap_count > 0 && heap[0].due_ns <= now)
        {
            uint32_t timer = heap[0].timer;
            struct heap_entry last = heap[--heap_count];
            if (heap_count > 0)
                heap_down(0, last);
            fire(timer);
        }
    done("heap", start, timers);
    return 0;
}

// wakes SOURCES WAKES: a tenth of so many sources, 1,000 at most, are woken at any time, in rounds; each that is called wakes a random one that is not. Nanoseconds per wake and call.
#include "measure.h"

enum { MOST = 1000 };

struct source
{
    void (*dispatch)(struct source *self);
    uint64_t woken;
};

static struct source *sources, *ready[MOST], *next[MOST];
static long count, tail, under_way;

static void wake(struct source *source)
{
    source->woken = 1;
    next[tail++] = source;
}

static NOINLINE void dispatch(struct source *self)
{
    (void)self;
    uint64_t which = random_below((uint64_t)count);
    while (sources[which].woken)
        which = which + 1 == (uint64_t)count ? 0 : which + 1;
    wake(&sources[which]);
}

static void run(long wakes)
{
    for (; wakes > 0; wakes -= under_way)
    {
        memcpy(ready, next, (size_t)under_way * sizeof *ready);
        tail = 0;
        for (int i = 0; i < under_way; i++)
        {
            ready[i]->woken = 0;
            ready[i]->dispatch(ready[i]);
        }
    }
}

int main(int argc, char **argv)
{
    count = number(argc, argv, 1);
    long wakes = number(argc, argv, 2);
    sources = must(malloc((size_t)count * sizeof *sources));
    for (long i = 0; i < count; i++)
        sources[i] = (struct source){ dispatch, 0 };
    under_way = count / 10 < MOST ? count / 10 : MOST;
    for (int i = 0; i < under_way; i++)
        wake(&sources[i]);
    run(wakes / 10);
    int64_t start = now_ns();
    run(wakes);
    result("wake", (double)(now_ns() - start) / (double)wakes);
    return 0;
}

// soon CALLS: so many calls into a ring of function pointers with their data, which grows, and then all of them are run; then the same 1,000 in flight.
#include "measure.h"

typedef void (*callback)(void *loop, void *data);
typedef void (*destroyer)(void *data);

struct entry
{
    callback run;
    void *data;
    destroyer destroy;
};

enum { IN_FLIGHT = 1000 };

static struct entry *ring;
static uint64_t head, tail, capacity = 64;
static long ran;
static callback volatile what;      // volatile: what is scheduled is not known when this is compiled

static NOINLINE void grow(void)
{
    struct entry *grown = malloc(2 * capacity * sizeof *grown);
    for (uint64_t i = head; i != tail; i++)
        grown[i & (2 * capacity - 1)] = ring[i & (capacity - 1)];
    free(ring);
    ring = grown;
    capacity *= 2;
}

static NOINLINE void call_soon(callback run, void *data, destroyer destroy)
{
    if (tail - head == capacity)
        grow();
    ring[tail++ & (capacity - 1)] = (struct entry){ run, data, destroy };
}

static NOINLINE void run(void *loop, void *data)
{
    (void)loop;
    ran += data == NULL;
}

static void call_and_run(long calls)
{
    for (long i = 0; i < calls; i++)
        call_soon(what, NULL, NULL);
    while (head != tail)
    {
        struct entry next = ring[head++ & (capacity - 1)];
        next.run(NULL, next.data);
        if (next.destroy)
            next.destroy(next.data);
    }
}

int main(int argc, char **argv)
{
    long calls = number(argc, argv, 1);
    what = run;
    ring = malloc(capacity * sizeof *ring);
    call_and_run(calls);
    int64_t start = now_ns();
    call_and_run(calls);
    result("at_once", (double)(now_ns() - start) / (double)calls);

    start = now_ns();
    for (long done = 0; done < calls; done += IN_FLIGHT)
        call_and_run(IN_FLIGHT);
    result("in_flight", (double)(now_ns() - start) / (double)calls);
    return ran < 3 * calls;
}

// embed CALLS: so many calls soon through libmainspring.so, and one loop that runs them; then the same 1,000 in flight. Ours of soon.c.
#include "measure.h"

#include <mainspring.h>

enum { IN_FLIGHT = 1000 };

static long ran;

static NOINLINE void run(ms_loop *loop, void *data)
{
    (void)loop;
    ran += data == NULL;
}

static void call_soon(ms_loop *loop, long calls)
{
    for (long i = 0; i < calls; i++)
        if (ms_call_soon(loop, MS_PRIORITY_NORMAL, run, NULL, NULL, NULL) < 0)
            exit(1);
    while (ms_tick(loop, 0) == MS_TICK_AGAIN)
        ;
}

int main(int argc, char **argv)
{
    long calls = number(argc, argv, 1);
    ms_loop *loop;
    if (ms_loop_create(NULL, &loop) < 0)
        return 1;
    call_soon(loop, calls); // memory that is used once is slow the first time, here and in C
    int64_t start = now_ns();
    call_soon(loop, calls);
    result("at_once", (double)(now_ns() - start) / (double)calls);

    start = now_ns();
    for (long done = 0; done < calls; done += IN_FLIGHT)
        call_soon(loop, IN_FLIGHT);
    result("in_flight", (double)(now_ns() - start) / (double)calls);
    ms_loop_destroy(loop);
    return ran < 3 * calls;
}

// callbacks OPERATIONS: a ring of function pointers, 1,000 in flight, each schedules itself again.
#include "measure.h"

typedef void (*callback)(void *);

struct entry
{
    callback run;
    void *state;
};

enum { CAPACITY = 4096, IN_FLIGHT = 1000 };

static struct entry ring[CAPACITY];
static uint64_t head, tail;
static long left;
static callback volatile again;     // volatile: what is scheduled is not known when this is compiled

static NOINLINE void call_soon(callback run, void *state)
{
    ring[tail++ & (CAPACITY - 1)] = (struct entry){ run, state };
}

static NOINLINE void run_again(void *state)
{
    if (left > 0)
    {
        left--;
        call_soon(again, state);
    }
}

int main(int argc, char **argv)
{
    long operations = number(argc, argv, 1);
    again = run_again;
    left = operations - IN_FLIGHT;
    int64_t start = now_ns();
    for (long i = 0; i < IN_FLIGHT; i++)
        call_soon(again, NULL);
    while (head != tail)
    {
        struct entry next = ring[head++ & (CAPACITY - 1)];
        next.run(next.state);
    }
    result("ring", (double)(now_ns() - start) / (double)operations);
    return 0;
}

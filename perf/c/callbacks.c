// callbacks OPERATIONS [IN_FLIGHT]: a ring of function pointers, 1,000 in flight, each schedules itself again.
#include "measure.h"

typedef void (*callback)(void *);

struct entry
{
    callback run;
    void *state;
};

static struct entry *ring;
static uint64_t mask, head, tail;
static long left;
static callback volatile again;     // volatile: what is scheduled is not known when this is compiled

static NOINLINE void call_soon(callback run, void *state)
{
    ring[tail++ & mask] = (struct entry){ run, state };
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
    long operations = number(argc, argv, 1), in_flight = argc > 2 ? number(argc, argv, 2) : 1000;
    uint64_t capacity = 4096;
    while (capacity < 2 * (uint64_t)in_flight)
        capacity *= 2;
    ring = must(calloc(capacity, sizeof *ring));
    memset(ring, 1, capacity * sizeof *ring); // its memory is there before the time counts
    mask = capacity - 1;
    again = run_again;
    left = operations - in_flight;
    int64_t start = now_ns();
    for (long i = 0; i < in_flight; i++)
        call_soon(again, NULL);
    while (head != tail)
    {
        struct entry next = ring[head++ & mask];
        next.run(next.state);
    }
    result("ring", (double)(now_ns() - start) / (double)operations);
    return 0;
}

// frames HZ COUNT: how late frames start on a fixed grid, by clock_nanosleep with a timer slack of 1 ns.
#include "measure.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
    long hz = number(argc, argv, 1), count = number(argc, argv, 2);
    int64_t *samples = must(calloc((size_t)count, sizeof *samples));
    prctl(PR_SET_TIMERSLACK, 1);
    int64_t start = now_ns();
    for (long i = 0; i < count; i++)
    {
        int64_t due = start + (int64_t)((double)(i + 1) * 1e9 / (double)hz);
        struct timespec until = to_timespec(due);
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
            ;
        samples[i] = now_ns() - due;
    }
    percentiles(samples, count);
    return 0;
}

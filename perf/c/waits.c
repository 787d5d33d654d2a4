// waits DELAY_NS COUNT: how late clock_nanosleep returns, with a timer slack of 1 ns.
#include "measure.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
    long delay_ns = number(argc, argv, 1), count = number(argc, argv, 2);
    int64_t *samples = must(calloc((size_t)count, sizeof *samples));
    prctl(PR_SET_TIMERSLACK, 1);
    for (long i = 0; i < count; i++)
    {
        int64_t deadline = now_ns() + delay_ns;
        struct timespec until = to_timespec(deadline);
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
            ;
        samples[i] = now_ns() - deadline;
    }
    percentiles(samples, count);
    return 0;
}

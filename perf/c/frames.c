// frames HZ COUNT [hybrid]: how late frames start on a fixed grid, by clock_nanosleep with a timer slack of 1 ns. Deadlines that passed in a stall are skipped, as in Mainspring,
// so that it counts once. With "hybrid" (a third argument of 1) it sleeps until shortly before
// the deadline and spins for the rest; how long is learned as in Mainspring: a quarter more when a wait overshot it, 1/1024 less when not.
#include "measure.h"
#include <sys/prctl.h>

static void sleep_until(int64_t ns)
{
    struct timespec until = to_timespec(ns);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static int64_t due_ns(int64_t start, long periods, long hz) { return start + (int64_t)((double)periods * 1e9 / (double)hz); }

static inline void pause_cpu(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

int main(int argc, char **argv)
{
    long hz = number(argc, argv, 1), count = number(argc, argv, 2), hybrid = argc > 3 ? number(argc, argv, 3) : 0;
    int64_t *samples = must(calloc((size_t)count, sizeof *samples));
    prctl(PR_SET_TIMERSLACK, 1);
    int64_t margin = 100000, spun = 0;
    int64_t start = now_ns();
    long periods = 1; // since the start, until the frame that is next
    for (long i = 0; i < count; i++)
    {
        int64_t due = due_ns(start, periods, hz);
        if (!hybrid)
            sleep_until(due);
        else
        {
            int64_t end = due - margin;
            if (now_ns() < end)
            {
                sleep_until(end);
                margin = now_ns() - end > margin ? margin + margin / 4 : margin - margin / 1024;
                margin = margin > 2000000 ? 2000000 : margin < 20000 ? 20000 : margin;
            }
            int64_t from = now_ns(), now = from;
            for (; now < due; now = now_ns())
                pause_cpu();
            spun += now - from;
        }
        int64_t begun = now_ns();
        samples[i] = begun - due;
        do
            periods++;
        while (due_ns(start, periods, hz) <= begun);
    }
    double seconds = (double)(periods - 1) / (double)hz;
    frame_results(samples, count, seconds);
    if (hybrid)
        result("spun", (double)spun / seconds / 1e7);
    return 0;
}

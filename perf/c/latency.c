// latency POSTS: from a post to its callback, when the consumer sleeps; posts come 0.3 to 0.7 ms apart.
#include "posts.h"

static _Atomic int64_t posted_ns;   // 0: nothing there
static long posts;
static int64_t *samples;

static void *produce(void *unused)
{
    for (long i = 0; i < posts; i++)
    {
        struct timespec pause = to_timespec(300000 + (int64_t)random_below(400000));
        do
            clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        while (atomic_load(&posted_ns) != 0); // the last one was not received yet
        atomic_store(&posted_ns, now_ns());
        wake_sleeper();
    }
    return unused;
}

int main(int argc, char **argv)
{
    posts = number(argc, argv, 1);
    samples = must(calloc((size_t)posts, sizeof *samples));
    sleeper_make();
    pthread_t producer;
    check(pthread_create(&producer, NULL, produce, NULL) == 0, "pthread_create");
    for (long i = 0; i < posts;)
    {
        int64_t posted = atomic_exchange(&posted_ns, 0);
        if (posted != 0)
        {
            samples[i++] = now_ns() - posted;
            continue;
        }
        atomic_store(&asleep, 1);
        if (atomic_load(&posted_ns) == 0)
            sleep_now();
        atomic_store(&asleep, 0);
    }
    pthread_join(producer, NULL);
    percentiles(samples, posts);
    return 0;
}

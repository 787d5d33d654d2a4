// serial COUNT: from a byte that a device sends, at a pseudo-terminal, to a program that sleeps in epoll; bytes come 0.3 to 0.7 ms apart.
#include "measure.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <termios.h>

static _Atomic int64_t sent_ns; // 0: the last one was received
static long count;
static int near;

static void *produce(void *unused)
{
    for (long i = 0; i < count; i++)
    {
        struct timespec pause = to_timespec(300000 + (int64_t)random_below(400000));
        do
            clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        while (sent_ns != 0);
        sent_ns = now_ns();
        check(write(near, "x", 1) == 1, "write");
    }
    return unused;
}

int main(int argc, char **argv)
{
    count = number(argc, argv, 1);
    int64_t *samples = must(calloc((size_t)count, sizeof *samples));
    near = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    check(near >= 0 && grantpt(near) == 0 && unlockpt(near) == 0, "posix_openpt");
    int far = open(ptsname(near), O_RDWR | O_NOCTTY | O_NONBLOCK);
    struct termios raw;
    check(far >= 0 && tcgetattr(far, &raw) == 0, "open");
    cfmakeraw(&raw);
    check(tcsetattr(far, TCSANOW, &raw) == 0, "tcsetattr");
    int epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, far, &event) == 0, "epoll_ctl");

    pthread_t producer;
    check(pthread_create(&producer, NULL, produce, NULL) == 0, "pthread_create");
    char buffer[4096];
    for (long i = 0; i < count;)
    {
        struct epoll_event events[16];
        int ready = epoll_wait(epoll, events, 16, -1);
        if (ready > 0 && read(far, buffer, sizeof buffer) > 0)
        {
            samples[i++] = now_ns() - sent_ns;
            sent_ns = 0;
        }
    }
    pthread_join(producer, NULL);
    percentiles(samples, count);
    return 0;
}

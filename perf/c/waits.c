// waits DELAY_NS COUNT: how late clock_nanosleep returns, with a timer slack of 1 ns; and, in turns with it, how late epoll hears of a timerfd, which is what a wait costs that
// also hears descriptors.
#include "measure.h"
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

static int timer_fd, epoll_fd;

static void sleep_until(int64_t deadline)
{
    struct timespec until = to_timespec(deadline);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static void listen_until(int64_t deadline)
{
    struct itimerspec until = { .it_value = to_timespec(deadline) };
    check(timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &until, NULL) == 0, "timerfd_settime");
    struct epoll_event event;
    while (epoll_wait(epoll_fd, &event, 1, -1) != 1)
        ;
}

int main(int argc, char **argv)
{
    long delay_ns = number(argc, argv, 1), count = number(argc, argv, 2);
    int64_t *slept = must(calloc((size_t)count, sizeof *slept)), *listened = must(calloc((size_t)count, sizeof *listened));
    prctl(PR_SET_TIMERSLACK, 1);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    epoll_fd = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    check(timer_fd >= 0 && epoll_fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event) == 0, "epoll");
    for (long i = 0; i < count; i++)
    {
        int64_t deadline = now_ns() + delay_ns;
        sleep_until(deadline);
        slept[i] = now_ns() - deadline;
        deadline = now_ns() + delay_ns;
        listen_until(deadline);
        listened[i] = now_ns() - deadline;
    }
    percentiles(slept, count);
    qsort(listened, (size_t)count, sizeof *listened, compare_ns);
    result("timerfd", (double)listened[count / 2]);
    return 0;
}

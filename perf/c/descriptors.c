// descriptors 0|1 ROUNDS: a byte goes back and forth between two descriptors of one epoll: 0 two pipes, 1 a socket pair. The same again beside a second thread that sleeps, since
// the kernel counts the users of a descriptor once a process has several threads, which costs every call; and once more with a look at the clock after each wait, as every loop with timers takes.
#include "measure.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct end
{
    int from, to;
};

static void *sleep_on(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static volatile int64_t woken_at;

// Nanoseconds of a round.
static double go_round(int epoll, struct end *ends, long rounds, int looks_at_clock)
{
    char byte = 1;
    long hops = 0;
    int64_t start = now_ns();
    check(write(ends[0].to, &byte, 1) == 1, "write");
    while (hops < 2 * rounds)
    {
        struct epoll_event events[16];
        int ready = epoll_wait(epoll, events, 16, -1);
        if (looks_at_clock)
            woken_at = now_ns();
        for (int i = 0; i < ready; i++)
        {
            struct end *end = events[i].data.ptr;
            check(read(end->from, &byte, 1) == 1, "read");
            if (++hops < 2 * rounds)
                check(write(end->to, &byte, 1) == 1, "write");
        }
    }
    return (double)(now_ns() - start) / (double)rounds;
}

int main(int argc, char **argv)
{
    long use_sockets = number(argc, argv, 1), rounds = number(argc, argv, 2);
    struct end ends[2];
    int a[2], b[2];
    if (use_sockets)
    {
        check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a) == 0, "socketpair");
        ends[0] = (struct end){ a[0], a[0] };
        ends[1] = (struct end){ a[1], a[1] };
    }
    else
    {
        check(pipe2(a, O_NONBLOCK) == 0 && pipe2(b, O_NONBLOCK) == 0, "pipe2");
        ends[0] = (struct end){ a[0], b[1] };
        ends[1] = (struct end){ b[0], a[1] };
    }

    int epoll = epoll_create1(0);
    for (int i = 0; i < 2; i++)
    {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &ends[i] };
        check(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[i].from, &event) == 0, "epoll_ctl");
    }

    result("epoll", go_round(epoll, ends, rounds, 0));
    pthread_t thread;
    check(pthread_create(&thread, NULL, sleep_on, NULL) == 0, "pthread_create");
    result("threads", go_round(epoll, ends, rounds, 0));
    result("clock", go_round(epoll, ends, rounds, 1));
    return 0;
}

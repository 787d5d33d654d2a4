// idle IDLE ROUNDS: bytes go back and forth over ten socket pairs of one epoll, which has so many more descriptors that are silent; nanoseconds per round trip.
#include "measure.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { pairs = 10 };

static void add(int epoll, int descriptor)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = descriptor };
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
}

int main(int argc, char **argv)
{
    long idle = number(argc, argv, 1), rounds = number(argc, argv, 2);
    struct rlimit files;
    check(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
    files.rlim_cur = files.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");

    int epoll = epoll_create1(0), ends[pairs][2];
    for (long i = 0; i < idle; i++)
    {
        int silent = eventfd(0, EFD_NONBLOCK);
        check(silent >= 0, "eventfd");
        add(epoll, silent);
    }

    char byte = 1;
    for (int i = 0; i < pairs; i++)
    {
        check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends[i]) == 0, "socketpair");
        add(epoll, ends[i][0]);
        add(epoll, ends[i][1]);
        check(write(ends[i][0], &byte, 1) == 1, "write");
    }

    long hops = -rounds / 5; // warm
    int64_t start = 0;
    while (hops < 2 * rounds)
    {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++)
        {
            check(read(events[i].data.fd, &byte, 1) == 1, "read");
            if (++hops == 0)
                start = now_ns();
            check(write(events[i].data.fd, &byte, 1) == 1, "write");
        }
    }
    result("beside", (double)(now_ns() - start) / (double)rounds);
    return 0;
}

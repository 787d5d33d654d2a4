// A consumer that sleeps in epoll on an eventfd, and is woken only when it sleeps.
#ifndef POSTS_H
#define POSTS_H

#include "measure.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

typedef void (*callback)(void *);

static int wake_fd, epoll_fd;
static _Atomic int asleep;

static void sleeper_make(void)
{
    wake_fd = eventfd(0, EFD_NONBLOCK);
    epoll_fd = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    check(wake_fd >= 0 && epoll_fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) == 0, "epoll");
}

// After a publication with a full fence.
static inline void wake_sleeper(void)
{
    if (atomic_load(&asleep) && atomic_exchange(&asleep, 0))
    {
        uint64_t one = 1;
        check(write(wake_fd, &one, sizeof one) == sizeof one, "write");
    }
}

// After asleep was set, and nothing was found.
static inline void sleep_now(void)
{
    struct epoll_event event;
    epoll_wait(epoll_fd, &event, 1, -1);
    uint64_t count;
    check(read(wake_fd, &count, sizeof count) > 0 || errno == EAGAIN, "read");
}

#endif

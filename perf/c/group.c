// group MESSAGES: two threads send each other messages, 1,000 of them under way; each has a ring for what the other one sends, and sleeps in epoll on an eventfd when it is empty.
#include "measure.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { CAPACITY = 1 << 12, UNDER_WAY = 1000 };

typedef void (*callback)(void *);

struct entry
{
    callback run;
    void *state;
};

struct side
{
    _Alignas(128) _Atomic uint64_t head;
    _Alignas(128) _Atomic uint64_t tail;
    _Alignas(128) _Atomic int asleep;
    int wake, epoll;
    long received;
    struct side *other;
    struct entry ring[CAPACITY];
};

static struct side sides[2];
static long each;

static void wake(struct side *side)
{
    if (atomic_load(&side->asleep) && atomic_exchange(&side->asleep, 0))
    {
        uint64_t one = 1;
        check(write(side->wake, &one, sizeof one) == sizeof one, "write");
    }
}

static NOINLINE void post(struct side *to, callback run)
{
    uint64_t tail = atomic_load_explicit(&to->tail, memory_order_relaxed);
    to->ring[tail & (CAPACITY - 1)] = (struct entry){ run, to };
    atomic_store(&to->tail, tail + 1);
    wake(to);
}

static NOINLINE void receive(void *state)
{
    struct side *side = state;
    side->received++;
    post(side->other, receive); // also the last ones, which nobody takes any more
}

static void *run(void *state)
{
    struct side *side = state;
    while (side->received < each)
    {
        uint64_t head = side->head, tail = atomic_load_explicit(&side->tail, memory_order_acquire);
        if (head == tail)
        {
            atomic_store(&side->asleep, 1);
            if (atomic_load(&side->tail) == head)
            {
                struct epoll_event event;
                epoll_wait(side->epoll, &event, 1, -1);
                uint64_t count;
                check(read(side->wake, &count, sizeof count) > 0 || errno == EAGAIN, "read");
            }
            atomic_store(&side->asleep, 0);
            continue;
        }
        while (head != tail)
        {
            struct entry *entry = &side->ring[head++ & (CAPACITY - 1)];
            entry->run(entry->state);
        }
        atomic_store_explicit(&side->head, head, memory_order_release);
    }
    return state;
}

int main(int argc, char **argv)
{
    each = number(argc, argv, 1) / 2;
    for (int i = 0; i < 2; i++)
    {
        sides[i].other = &sides[1 - i];
        sides[i].wake = eventfd(0, EFD_NONBLOCK);
        sides[i].epoll = epoll_create1(0);
        struct epoll_event event = { .events = EPOLLIN };
        check(epoll_ctl(sides[i].epoll, EPOLL_CTL_ADD, sides[i].wake, &event) == 0, "epoll_ctl");
    }
    for (int i = 0; i < UNDER_WAY; i++)
        post(&sides[0], receive);
    pthread_t threads[2];
    int64_t start = now_ns();
    for (int i = 0; i < 2; i++)
    {
        check(pthread_create(&threads[i], NULL, run, &sides[i]) == 0, "pthread_create");
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(i, &cpus);
        pthread_setaffinity_np(threads[i], sizeof cpus, &cpus); // of no effect where there is one
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    result("message", (double)(now_ns() - start) / (double)(2 * each));
    return 0;
}

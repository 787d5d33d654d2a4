// group MESSAGES: two threads send each other messages, 1,000 of them under way; each has a ring for what the other one sends, and sleeps in epoll on an eventfd when it is empty. The same again with a
// ring to which any thread may post (after D. Vyukov: a place is claimed, and its turn says that it is filled), as to a loop.
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

struct slot
{
    struct entry entry;
    _Atomic uint64_t turn;
};

struct side
{
    _Alignas(128) _Atomic uint64_t head;
    _Alignas(128) _Atomic uint64_t tail;
    _Alignas(128) _Atomic int asleep;
    int wake, epoll;
    _Alignas(128) long received; // on a line of its own: the other side reads what stands before it
    struct side *other;
    _Alignas(128) struct entry ring[CAPACITY];
    _Alignas(128) struct slot slots[CAPACITY];
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

static NOINLINE void post_from_any(struct side *to, callback run)
{
    uint64_t tail = atomic_load_explicit(&to->tail, memory_order_relaxed);
    for (;;)
    {
        struct slot *slot = &to->slots[tail & (CAPACITY - 1)];
        if (atomic_load_explicit(&slot->turn, memory_order_acquire) != tail)
            tail = atomic_load_explicit(&to->tail, memory_order_relaxed);
        else if (atomic_compare_exchange_weak(&to->tail, &tail, tail + 1))
        {
            slot->entry = (struct entry){ run, to };
            atomic_store(&slot->turn, tail + 1);
            break;
        }
    }
    wake(to);
}

static NOINLINE void receive_from_any(void *state)
{
    struct side *side = state;
    side->received++;
    post_from_any(side->other, receive_from_any);
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

static void *run_from_any(void *state)
{
    struct side *side = state;
    while (side->received < each)
    {
        uint64_t head = side->head;
        struct slot *slot = &side->slots[head & (CAPACITY - 1)];
        if (atomic_load_explicit(&slot->turn, memory_order_acquire) == head + 1)
        {
            struct entry entry = slot->entry;
            slot->entry = (struct entry){ 0 };
            side->head = head + 1;
            atomic_store_explicit(&slot->turn, head + CAPACITY, memory_order_release);
            entry.run(entry.state);
            continue;
        }
        atomic_store(&side->asleep, 1);
        if (atomic_load(&slot->turn) != head + 1)
        {
            struct epoll_event event;
            epoll_wait(side->epoll, &event, 1, -1);
            uint64_t count;
            check(read(side->wake, &count, sizeof count) > 0 || errno == EAGAIN, "read");
        }
        atomic_store(&side->asleep, 0);
    }
    return state;
}

// Nanoseconds of a message.
static double exchange(void (*post_one)(struct side *, callback), callback receive_one, void *(*run_one)(void *))
{
    memset(sides, 0, sizeof sides);
    for (int i = 0; i < 2; i++)
    {
        for (uint64_t n = 0; n < CAPACITY; n++)
            sides[i].slots[n].turn = n;
        sides[i].other = &sides[1 - i];
        sides[i].wake = eventfd(0, EFD_NONBLOCK);
        sides[i].epoll = epoll_create1(0);
        struct epoll_event event = { .events = EPOLLIN };
        check(epoll_ctl(sides[i].epoll, EPOLL_CTL_ADD, sides[i].wake, &event) == 0, "epoll_ctl");
    }
    for (int i = 0; i < UNDER_WAY; i++)
        post_one(&sides[0], receive_one);
    pthread_t threads[2];
    int64_t start = now_ns();
    for (int i = 0; i < 2; i++)
    {
        check(pthread_create(&threads[i], NULL, run_one, &sides[i]) == 0, "pthread_create");
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(i, &cpus);
        pthread_setaffinity_np(threads[i], sizeof cpus, &cpus); // of no effect where there is one
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return (double)(now_ns() - start) / (double)(2 * each);
}

int main(int argc, char **argv)
{
    each = number(argc, argv, 1) / 2;
    result("message", exchange(post, receive, run));
    result("from_any", exchange(post_from_any, receive_from_any, run_from_any));
    return 0;
}

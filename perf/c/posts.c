// posts PRODUCERS POSTS: producers post flat out; one of them into a single-producer ring, several into a ring of turns. One is measured again with the ring of turns, into which any thread may post.
#include "posts.h"

enum { CAPACITY = 1 << 16 };

struct slot
{
    callback run;
    void *state;
    _Atomic uint64_t turn;  // with several producers: position when free, position + 1 when filled
};

static struct slot ring[CAPACITY];
static _Alignas(128) _Atomic uint64_t head;
static _Alignas(128) _Atomic uint64_t tail;
static _Alignas(128) long received;
static long posts_each;
static int producers;
static int is_alone; // there is one producer, and the ring is made for that
static pthread_barrier_t start_line;

static NOINLINE void receive(void *state)
{
    received += 1 + (state == &received);
}

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static NOINLINE void post_alone(callback run, void *state)
{
    uint64_t position = atomic_load_explicit(&tail, memory_order_relaxed);
    while (position - atomic_load_explicit(&head, memory_order_acquire) >= CAPACITY)
        relax();
    ring[position & (CAPACITY - 1)].run = run;
    ring[position & (CAPACITY - 1)].state = state;
    atomic_store(&tail, position + 1);
    wake_sleeper();
}

static NOINLINE void post_shared(callback run, void *state)
{
    uint64_t position = atomic_fetch_add(&tail, 1);
    struct slot *slot = &ring[position & (CAPACITY - 1)];
    while (atomic_load_explicit(&slot->turn, memory_order_acquire) != position)
        relax();
    slot->run = run;
    slot->state = state;
    atomic_store(&slot->turn, position + 1);
    wake_sleeper();
}

static void *produce(void *unused)
{
    pthread_barrier_wait(&start_line);
    for (long i = 0; i < posts_each; i++)
        is_alone ? post_alone(receive, NULL) : post_shared(receive, NULL);
    return unused;
}

static int is_ready(uint64_t position)
{
    return is_alone
        ? atomic_load(&tail) != position
        : atomic_load(&ring[position & (CAPACITY - 1)].turn) == position + 1;
}

static void consume(long total)
{
    uint64_t position = 0;
    while (received < total)
    {
        if (!is_ready(position))
        {
            atomic_store(&asleep, 1);
            if (!is_ready(position))
                sleep_now();
            atomic_store(&asleep, 0);
            continue;
        }
        if (is_alone)
        {
            uint64_t end = atomic_load_explicit(&tail, memory_order_acquire);
            while (position != end)
            {
                struct slot *slot = &ring[position++ & (CAPACITY - 1)];
                slot->run(slot->state);
                if (position % 64 == 0)
                    atomic_store_explicit(&head, position, memory_order_release);
            }
            atomic_store_explicit(&head, position, memory_order_release);
        }
        else
        {
            struct slot *slot = &ring[position & (CAPACITY - 1)];
            callback run = slot->run;
            void *state = slot->state;
            atomic_store_explicit(&slot->turn, position + CAPACITY, memory_order_release);
            position++;
            run(state);
        }
    }
}

// Nanoseconds of a post.
static double measure(void)
{
    for (uint64_t i = 0; i < CAPACITY; i++)
        ring[i].turn = i;
    head = tail = 0;
    received = 0;
    pthread_t threads[64];
    pthread_barrier_init(&start_line, NULL, (unsigned)producers + 1);
    for (int i = 0; i < producers; i++)
        check(pthread_create(&threads[i], NULL, produce, NULL) == 0, "pthread_create");
    pthread_barrier_wait(&start_line);
    int64_t start = now_ns();
    consume(posts_each * producers);
    double ns = (double)(now_ns() - start) / (double)(posts_each * producers);
    for (int i = 0; i < producers; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start_line);
    return ns;
}

int main(int argc, char **argv)
{
    producers = (int)number(argc, argv, 1);
    check(producers >= 1 && producers <= 64, "1 to 64 producers");
    posts_each = number(argc, argv, 2) / producers;
    sleeper_make();
    is_alone = producers == 1;
    result("ring", measure());
    if (is_alone)
    {
        is_alone = 0;
        result("from_any", measure());
    }
    return 0;
}

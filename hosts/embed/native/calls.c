#include "calls.h"

#include <stdlib.h>

#define NEVER_INLINE __attribute__((noinline))
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

struct call {
    ms_callback run;
    void *data;
    ms_destroy destroy;
    uint64_t begins; /* 1: the first one of a batch */
};

struct ms_calls {
    ms_loop *loop;
    struct call *ring;
    uint64_t head, tail, capacity; /* the capacity is a power of two */
    uint32_t room;                 /* how many more calls the open batch takes; 0: none is open */
    uint32_t per_batch;
    int is_closed;                 /* the loop is being destroyed: nothing runs any more */
};

/* The ring of the loop that this thread has used last. Only the owner's thread has it, and only the owner destroys it. */
static __thread struct ms_calls *own;
static ms_calls_begin begin_batch;
static ms_calls_other call_otherwise;

void ms_calls_init(ms_calls_begin begin, ms_calls_other other)
{
    begin_batch = begin;
    call_otherwise = other;
}

struct ms_calls *ms_calls_create(uint32_t per_batch)
{
    struct ms_calls *calls = calloc(1, sizeof *calls);
    if (!calls)
        return NULL;
    calls->capacity = 64;
    calls->per_batch = per_batch;
    calls->ring = malloc(calls->capacity * sizeof *calls->ring);
    if (!calls->ring) {
        free(calls);
        return NULL;
    }
    return calls;
}

void ms_calls_own(struct ms_calls *calls, ms_loop *loop)
{
    calls->loop = loop;
    own = calls;
}

/* A piece of work of the loop begins: what it queues belongs to a batch of its own, which runs in the next round. */
void ms_calls_close(struct ms_calls *calls)
{
    calls->room = 0;
}

static NEVER_INLINE int grow(struct ms_calls *calls)
{
    uint64_t capacity = calls->capacity * 2;
    struct call *ring = malloc(capacity * sizeof *ring);
    if (!ring)
        return 0;
    for (uint64_t i = calls->head; i != calls->tail; i++)
        ring[i & (capacity - 1)] = calls->ring[i & (calls->capacity - 1)];
    free(calls->ring);
    calls->ring = ring;
    calls->capacity = capacity;
    return 1;
}

static inline void append(struct ms_calls *calls, ms_callback callback, void *data, ms_destroy destroy, int begins)
{
    calls->ring[calls->tail++ & (calls->capacity - 1)] = (struct call){ callback, data, destroy, begins };
}

/* Checks everything, and says what is wrong. */
static NEVER_INLINE int call_managed(ms_loop *loop, int priority, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle)
{
    if (!call_otherwise)
        (void)ms_abi_version(); /* which calls ms_calls_init, as the first loop does */
    return call_otherwise(loop, priority, callback, data, destroy, handle);
}

static NEVER_INLINE int call_slowly(struct ms_calls *calls, ms_loop *loop, int priority, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle)
{
    int is_ours = calls && calls->loop == loop && loop && priority == MS_PRIORITY_NORMAL && !handle && callback && !calls->is_closed;
    if (!is_ours || (calls->tail - calls->head == calls->capacity && !grow(calls)))
        return call_managed(loop, priority, callback, data, destroy, handle);
    if (calls->room > 0) {
        calls->room--;
        append(calls, callback, data, destroy, 0);
        return MS_OK;
    }
    int status = begin_batch(loop);
    if (status == MS_OK) {
        calls->room = calls->per_batch - 1;
        append(calls, callback, data, destroy, 1);
    }
    return status;
}

MS_API int ms_call_soon(ms_loop *loop, int priority, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle)
{
    struct ms_calls *calls = own;
    if (UNLIKELY(!calls || calls->loop != loop || priority != MS_PRIORITY_NORMAL || handle || !callback || calls->room == 0 || calls->tail - calls->head == calls->capacity))
        return call_slowly(calls, loop, priority, callback, data, destroy, handle);
    calls->room--;
    append(calls, callback, data, destroy, 0);
    return MS_OK;
}

/* Runs the batch at the head, on the loop's thread. What its callbacks call soon begins another one. */
void ms_calls_run(struct ms_calls *calls)
{
    calls->room = 0;
    uint64_t end = calls->tail;
    do {
        struct call call = calls->ring[calls->head++ & (calls->capacity - 1)];
        if (!calls->is_closed)
            call.run(calls->loop, call.data);
        if (call.destroy)
            call.destroy(call.data);
    } while (calls->head != end && !calls->ring[calls->head & (calls->capacity - 1)].begins);
}

/* Nothing runs from now on: the loop is being destroyed, perhaps by a callback of the batch that runs now. */
void ms_calls_stop(struct ms_calls *calls)
{
    calls->is_closed = 1;
    calls->room = 0;
    if (own == calls)
        own = NULL;
}

/* The loop is gone: gives back the data of what has not run. */
void ms_calls_destroy(struct ms_calls *calls)
{
    while (calls->head != calls->tail) {
        struct call call = calls->ring[calls->head++ & (calls->capacity - 1)];
        if (call.destroy)
            call.destroy(call.data);
    }
    free(calls->ring);
    free(calls);
}

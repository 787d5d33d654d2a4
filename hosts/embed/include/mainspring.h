/*
 * mainspring.h - the Mainspring main loop for C, C++ and whatever calls C.
 *
 * One thread, one clock, one blocking wait: callbacks, timers, descriptors, frames, jobs and background work. The loop
 * runs by itself (ms_run), or as a guest of another loop (ms_tick, ms_descriptor, ms_deadline, ms_tick_frame).
 *
 * The rules, which hold for every function:
 *
 *  - It returns a value that is not negative, or a negative ms_status; ms_last_error() then says in a sentence what was wrong.
 *  - A loop belongs to the thread that created it (see MS_LOOP_UNBOUND). Only ms_post and ms_stop may be called from
 *    other threads; any other function returns MS_E_THREAD there and does nothing. Signal handlers may call none: watch a signalfd(2)
 *    instead, or a pipe that the handler writes to.
 *  - Callbacks run on the loop's thread, within ms_run, ms_tick or ms_tick_frame, never before the call that scheduled them has
 *    returned. They may call every function but ms_run, ms_tick and ms_tick_frame of their own loop, and may cancel themselves or destroy the loop.
 *    Two are called where they are needed, under the same rules: `destroy` functions, and the error callback, which is asked at once.
 *  - Pointers to loops and handles are numbers, not addresses. NULL, invented and finished ones are recognized: MS_E_HANDLE, or
 *    "not pending" for what has ended. They need no freeing, and a number is not used a second time.
 *  - Every scheduling function ends with the same four parameters: the callback; `data` for it; `destroy`, which may be NULL and is called
 *    with `data` exactly once when the callback will not run again (it has run, was cancelled, has ended, or the loop was destroyed); and
 *    `handle`, which may be NULL. When the call itself fails, nothing is stored, and `destroy` is not called.
 *  - Times are nanoseconds, absolute ones on CLOCK_MONOTONIC. Timers never run early, and are rounded up to 100 ns.
 *  - Names are UTF-8. Structs that carry their size, and flags, may be newer than the library: what it does not know has to be zero.
 *  - No exception leaves the library, and none may be thrown through it: mainspring.hpp catches those of C++ callbacks.
 */
#ifndef MAINSPRING_H
#define MAINSPRING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MS_API __attribute__((visibility("default")))

/* What this header describes. A library with the same number has all of it. */
#define MS_ABI_VERSION 1

typedef struct ms_loop ms_loop;     /* a loop */
typedef struct ms_handle ms_handle; /* something that was scheduled: a callback, timer, watch, frame callback, job, background work */

#define MS_NEVER INT64_MAX /* a time that does not come */

/* ---- what functions return ---- */

typedef enum ms_status {
    MS_OK = 0,
    MS_E_ARGUMENT = -1, /* an argument is out of its range */
    MS_E_HANDLE = -2,   /* NULL, no loop or handle, or a loop that was destroyed */
    MS_E_THREAD = -3,   /* the loop belongs to another thread */
    MS_E_STATE = -4,    /* not now: ms_run within a callback, ms_tick_frame without MS_PACING_HOST, ... */
    MS_E_LIMIT = -5,    /* out of memory, or more loops or handles than there can be */
    MS_E_SYSTEM = -6,   /* the operating system refuses */
    MS_E_FAILED = -7    /* an error that nobody handled ended the loop (MS_LOOP_STOP_ON_ERROR), or a bug of the library */
} ms_status;

/* What went wrong in the last call that failed on this thread; "" when none has. Valid until the next call that fails on this thread. */
MS_API const char *ms_last_error(void);

/* "MS_E_HANDLE" for MS_E_HANDLE; "MS_OK" for what is not negative. */
MS_API const char *ms_status_name(int status);

/* MS_ABI_VERSION of the library, and its version as text. */
MS_API int ms_abi_version(void);
MS_API const char *ms_version(void);

/* ---- loops ---- */

typedef enum ms_pacing {
    MS_PACING_RESPONSIVE = 0,   /* frames at their deadlines, events and timers between them */
    MS_PACING_FRAME_LOCKED = 1, /* everything happens in frames */
    MS_PACING_HOST = 2          /* each tick is a frame: the host owns them */
} ms_pacing;

typedef enum ms_precision {
    MS_PRECISION_SLEEP = 0,  /* as late as the system wakes the loop */
    MS_PRECISION_HYBRID = 1, /* sleeps, and spins for what this machine is late by */
    MS_PRECISION_SPIN = 2    /* spins */
} ms_precision;

enum {
    MS_LOOP_UNBOUND = 1,      /* the loop belongs to the first thread that calls ms_loop_bind, and to nobody before */
    MS_LOOP_STOP_ON_ERROR = 2 /* an error that the error callback does not handle ends ms_run or ms_tick with MS_E_FAILED */
};

typedef struct ms_options {
    size_t size;             /* sizeof(ms_options) */
    const char *name;        /* in messages; NULL is "main" */
    double frame_rate;       /* per second, from 0.001 to 1000000; 0: no frames, but for MS_PACING_HOST */
    int32_t pacing;          /* ms_pacing */
    int32_t precision;       /* ms_precision */
    int64_t frame_budget_ns; /* how much of a frame everything may take, the rest stays idle; 0: all of it */
    int64_t fixed_step_ns;   /* the length of MS_PHASE_FIXED_UPDATE's steps, up to a day; 0: one a frame */
    uint32_t flags;          /* MS_LOOP_... */
    uint32_t reserved;       /* 0 */
} ms_options;

/* Creates a loop. `options` may be NULL: an event-driven loop without frames. */
MS_API int ms_loop_create(const ms_options *options, ms_loop **loop);

/* Makes the calling thread the owner of a loop with MS_LOOP_UNBOUND that has none. */
MS_API int ms_loop_bind(ms_loop *loop);

/*
 * Destroys a loop: posts that were accepted run, everything else is dropped, all `destroy` functions are called. Within one of
 * its callbacks it stops the loop, no other callback runs, and the rest happens when ms_run or ms_tick has come to its end. From then on, the loop's
 * pointer and its handles are refused. A loop whose thread has ended cannot be destroyed any more: destroy it first.
 */
MS_API int ms_loop_destroy(ms_loop *loop);

enum {
    MS_RUN_UNTIL_IDLE = 1 /* also end when nothing is scheduled and nothing is watched */
};

/* Runs the loop until ms_stop. `flags`: MS_RUN_... or 0. */
MS_API int ms_run(ms_loop *loop, uint32_t flags);

/* Ends ms_run after the present round; outside of it, the next ms_run after one tick, or makes the next ms_tick return MS_TICK_STOPPED. Any thread. */
MS_API int ms_stop(ms_loop *loop);

/* ---- the loop in another loop ---- */

typedef enum ms_tick_result {
    MS_TICK_AGAIN = 0,   /* there is more to do: tick again without waiting; the descriptor stays readable */
    MS_TICK_AT = 1,      /* tick again at ms_deadline, or when the descriptor becomes readable, which it does then too */
    MS_TICK_WAIT = 2,    /* nothing is scheduled: tick again when the descriptor becomes readable */
    MS_TICK_STOPPED = 3  /* ms_stop was called */
} ms_tick_result;

/* Runs one turn: all that is due. May block for `max_wait_ns` when nothing is (0: not at all; MS_NEVER: until something is). With MS_PACING_HOST
 * it is one frame. Leaves the thread's timer slack, policy and signal mask alone. */
MS_API int ms_tick(ms_loop *loop, int64_t max_wait_ns);

/* MS_PACING_HOST: runs one frame that stands for `delta_ns` and is to be over at `deadline_ns` (CLOCK_MONOTONIC; MS_NEVER: no hurry).
 * Background work fills the time until then; callbacks are not interrupted. */
MS_API int ms_tick_frame(ms_loop *loop, int64_t delta_ns, int64_t deadline_ns);

/* A descriptor that is readable when ms_tick has something to do: an event, a post, a timer that is due, a call since the last
 * tick. For poll, epoll, GLib, libuv. It is the loop's: neither read nor close it. */
MS_API int ms_descriptor(ms_loop *loop);

/* When the loop has something to do, on CLOCK_MONOTONIC: a time that has passed when it is now, MS_NEVER when nothing is scheduled.
 * A negative one is an error: of the thread, or of the handle. */
MS_API int64_t ms_deadline(ms_loop *loop);

/* The time on CLOCK_MONOTONIC: within a tick that of its beginning, outside the present one. */
MS_API int64_t ms_now(ms_loop *loop);

/* ---- callbacks and timers ---- */

typedef void (*ms_callback)(ms_loop *loop, void *data);
typedef void (*ms_destroy)(void *data);

typedef enum ms_priority {
    MS_PRIORITY_URGENT = 0,
    MS_PRIORITY_HIGH = 1,
    MS_PRIORITY_NORMAL = 2,
    MS_PRIORITY_LOW = 3, /* only when nothing above is ready and no frame is due; promoted when passed over too often */
    MS_PRIORITY_IDLE = 4
} ms_priority;

/* In the next round, in the order of the calls of one priority. */
MS_API int ms_call_soon(ms_loop *loop, int priority, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* From any thread: on the loop's thread, in the order of this thread's calls. Wakes the loop. What was accepted runs, in ms_loop_destroy at the latest. */
MS_API int ms_post(ms_loop *loop, ms_callback callback, void *data, ms_destroy destroy);

/* Once, after a delay from now (negative: now) or at a time; equal times in the order of the calls. */
MS_API int ms_call_after(ms_loop *loop, int64_t delay_ns, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle);
MS_API int ms_call_at(ms_loop *loop, int64_t when_ns, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* Every period, on a grid that does not drift; missed periods are skipped. Until it is cancelled. */
MS_API int ms_call_every(ms_loop *loop, int64_t period_ns, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* Ends what a handle stands for, also from within its own callback. 1: it was pending, and will not run again; 0: it had ended. */
MS_API int ms_cancel(ms_handle *handle);

/* 1 while there is something to cancel; 0 when it has run (for what runs once: also while it runs), has ended or was cancelled. */
MS_API int ms_is_pending(ms_handle *handle);

/* ---- descriptors ---- */

enum {
    MS_READABLE = 1,
    MS_WRITABLE = 2,
    MS_PRIORITY_DATA = 4, /* EPOLLPRI */
    MS_ERROR = 8,         /* reported, asked for or not */
    MS_HANGUP = 16        /* reported, asked for or not */
};

typedef void (*ms_watch_callback)(ms_loop *loop, int descriptor, uint32_t ready, void *data);

/* As long as the descriptor is ready (level-triggered). One watch for each descriptor; cancel it before you close the descriptor. */
MS_API int ms_watch(ms_loop *loop, int descriptor, uint32_t events, ms_watch_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* Changes what a watch waits for; 0 keeps MS_ERROR and MS_HANGUP only. */
MS_API int ms_watch_for(ms_handle *watch, uint32_t events);

/* ---- frames ---- */

typedef enum ms_phase {
    MS_PHASE_INPUT = 0,
    MS_PHASE_FIXED_UPDATE = 1, /* with fixed_step_ns 0 to 8 times a frame: more than that is dropped */
    MS_PHASE_UPDATE = 2,
    MS_PHASE_LATE_UPDATE = 3,
    MS_PHASE_RENDER = 4,
    MS_PHASE_PRESENT = 5
} ms_phase;

typedef struct ms_frame {
    int64_t index;        /* from 0 */
    int64_t start_ns;     /* CLOCK_MONOTONIC */
    int64_t delta_ns;     /* what it stands for; in MS_PHASE_FIXED_UPDATE the step */
    int64_t deadline_ns;  /* when it has to be over; MS_NEVER */
    int64_t step;         /* the last fixed step's number, from 0; negative before the first */
    double interpolation; /* between the last two fixed steps, from 0 to 1 */
} ms_frame;

typedef void (*ms_frame_callback)(ms_loop *loop, const ms_frame *frame, void *data);

/* In every frame, or `per_second` times a second at the most (0: every frame), from the next frame on. Until it is cancelled. MS_E_STATE in a loop without frames. */
MS_API int ms_on_frame(ms_loop *loop, int phase, double per_second, ms_frame_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* ---- work in steps ---- */

/* Does some work and returns when ms_budget_remaining is 0; not 0: there is more to do. */
typedef int (*ms_background_callback)(ms_loop *loop, void *data);

/* While nothing else is to do and the frame has time left. After `max_delay_ns` without a step one runs all the same (MS_NEVER: not). */
MS_API int ms_call_in_background(ms_loop *loop, int64_t max_delay_ns, ms_background_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* What is left of the frame's time, in ns; 0 outside a tick, and when something urgent has come in. Cheap: ask it often. */
MS_API int64_t ms_budget_remaining(ms_loop *loop);

/* A job's step returns when it wants to go on: a delay in ns (see below), or one of these. */
#define MS_JOB_NEXT_FRAME INT64_C(0)  /* without frames: the next turn */
#define MS_JOB_DONE INT64_C(-1)
#define MS_JOB_FAILED INT64_C(-2)     /* ends it, and is an unhandled error; any other negative number too */
#define MS_JOB_FIXED_STEP INT64_C(-3) /* the next fixed step */

/* Positive results are delays. One that directly follows another is counted from the end of that one, so that the job does not drift. */
typedef int64_t (*ms_job_callback)(ms_loop *loop, void *data);

/* A coroutine as a step function: its first step is in the next frame's phase. `name` is for messages, and may be NULL. */
MS_API int ms_start_job(ms_loop *loop, int phase, const char *name, ms_job_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

/* ---- errors that no function can return ---- */

/* `what` failed (a job's name, "descriptor 5"), for the reason `message`. Returns 1 when that settles the matter; 0: it is logged to standard error.
 * It is not asked about errors that it makes itself; those are logged. */
typedef int (*ms_error_callback)(ms_loop *loop, const char *what, const char *message, void *data);

/* Who is asked about unhandled errors; NULL for nobody. Replaces the callback before, whose `destroy` is called. */
MS_API int ms_on_error(ms_loop *loop, ms_error_callback callback, void *data, ms_destroy destroy);

/* Makes an unhandled error, for callbacks that cannot go on: when this returns, the error callback was asked, and what it did not settle is logged. */
MS_API int ms_report(ms_loop *loop, const char *what, const char *message);

#ifdef __cplusplus
}
#endif

#endif

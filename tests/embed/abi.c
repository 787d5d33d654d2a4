/* What mainspring.h says, one case for each fact. usage: abi [NAME...]: runs those whose names contain one of the words. */
#define _GNU_SOURCE
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void *pointer(uint64_t number)
{
    return (void *)(uintptr_t)number;
}

/* ---- what there is, and how loops are made ---- */

static void version_is_that_of_the_header(void)
{
    EQUAL(MS_ABI_VERSION, ms_abi_version());
    CHECK(ms_version()[0] >= '0' && ms_version()[0] <= '9');
    SAME("MS_OK", ms_status_name(MS_OK));
    SAME("MS_E_HANDLE", ms_status_name(MS_E_HANDLE));
    SAME("MS_E_FAILED", ms_status_name(MS_E_FAILED));
}

static void options_that_are_wrong_are_refused(void)
{
    struct {
        ms_options known;
        uint64_t unknown;
    } newer = { { .size = sizeof newer }, 0 };
    ms_loop *other;
    EQUAL(MS_OK, ms_loop_create(&newer.known, &other));
    EQUAL(MS_OK, ms_loop_destroy(other));
    newer.unknown = 1;
    REFUSED(MS_E_ARGUMENT, ms_loop_create(&newer.known, &other));
    CHECK(other == NULL);

    const ms_options wrong[] = {
        { .size = 0 },
        { .size = sizeof(ms_options) - 1 },
        { .size = SIZE_MAX },
        { .size = sizeof(ms_options), .flags = 1u << 31 },
        { .size = sizeof(ms_options), .reserved = 1 },
        { .size = sizeof(ms_options), .pacing = 3 },
        { .size = sizeof(ms_options), .pacing = -1 },
        { .size = sizeof(ms_options), .precision = 77 },
        { .size = sizeof(ms_options), .pacing = MS_PACING_FRAME_LOCKED },
        { .size = sizeof(ms_options), .frame_rate = NAN },
        { .size = sizeof(ms_options), .frame_rate = INFINITY },
        { .size = sizeof(ms_options), .frame_rate = -60 },
        { .size = sizeof(ms_options), .frame_rate = 1e300 },
        { .size = sizeof(ms_options), .frame_rate = 60, .frame_budget_ns = -1 },
        { .size = sizeof(ms_options), .frame_rate = 60, .fixed_step_ns = INT64_MIN },
        { .size = sizeof(ms_options), .fixed_step_ns = 1000 },
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        REFUSED(MS_E_ARGUMENT, ms_loop_create(&wrong[i], &other));
    REFUSED(MS_E_ARGUMENT, ms_loop_create(NULL, NULL));
}

static void names_are_utf8(void)
{
    char endless[4096];
    memset(endless, 'x', sizeof endless);
    const char *wrong[] = { "\xff", "a\xc3", "\xed\xa0\x80", endless };
    ms_loop *other;
    for (size_t i = 0; i < COUNT(wrong); i++)
        REFUSED(MS_E_ARGUMENT, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .name = wrong[i] }, &other));
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .name = "Schl\xc3\xb6\xc3\x9f" }, &other));
    REFUSED(MS_E_STATE, ms_on_frame(other, MS_PHASE_UPDATE, 0, (ms_frame_callback)(void (*)(void))stop, NULL, NULL, NULL));
    CHECK(strstr(ms_last_error(), "Schl\xc3\xb6\xc3\x9f") != NULL);
    EQUAL(MS_OK, ms_loop_destroy(other));
}

/* ---- handles ---- */

static int64_t every_function(ms_loop *given, ms_handle *handle, int number)
{
    static const ms_callback callback = stop;
    switch (number) {
    case 0: return ms_run(given, 0);
    case 1: return ms_tick(given, 0);
    case 2: return ms_tick_frame(given, 0, MS_NEVER);
    case 3: return ms_descriptor(given);
    case 4: return ms_deadline(given);
    case 5: return ms_now(given);
    case 6: return ms_call_soon(given, MS_PRIORITY_NORMAL, callback, NULL, counts_destroyed, NULL);
    case 7: return ms_call_after(given, 0, callback, NULL, counts_destroyed, NULL);
    case 8: return ms_call_at(given, 0, callback, NULL, counts_destroyed, NULL);
    case 9: return ms_call_every(given, SECOND, callback, NULL, counts_destroyed, NULL);
    case 10: return ms_watch(given, 0, MS_READABLE, (ms_watch_callback)(void (*)(void))stop, NULL, counts_destroyed, NULL);
    case 11: return ms_on_frame(given, MS_PHASE_UPDATE, 0, (ms_frame_callback)(void (*)(void))stop, NULL, counts_destroyed, NULL);
    case 12: return ms_call_in_background(given, MS_NEVER, (ms_background_callback)(void (*)(void))stop, NULL, counts_destroyed, NULL);
    case 13: return ms_budget_remaining(given);
    case 14: return ms_start_job(given, MS_PHASE_UPDATE, NULL, (ms_job_callback)(void (*)(void))stop, NULL, counts_destroyed, NULL);
    case 15: return ms_on_error(given, NULL, NULL, NULL);
    case 16: return ms_report(given, "what", "why");
    case 17: return ms_cancel(handle);
    case 18: return ms_is_pending(handle);
    case 19: return ms_watch_for(handle, 0);
    case 20: return ms_loop_destroy(given);
    /* These two may be called from other threads. */
    case 21: return ms_stop(given);
    case 22: return ms_post(given, callback, NULL, counts_destroyed);
    default: return 1;
    }
}

enum { OF_THE_LOOPS_THREAD = 21, FUNCTIONS = 23 };

static void numbers_that_are_no_handles_are_refused(void)
{
    uint64_t random = 88172645463325252u;
    const uint64_t chosen[] = { 0, 1, 42, UINT64_MAX, (uint64_t)(uintptr_t)&random, (uint64_t)(uintptr_t)stop, (uint64_t)(uintptr_t)loop + 1, (uint64_t)(uintptr_t)loop + 1024 };
    for (int i = 0; i < 20000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t number = i < (int)COUNT(chosen) ? chosen[i] : i % 2 ? random : (uint64_t)(uintptr_t)loop ^ (random & 0xFFFFF000000FFFFFu);
        if (pointer(number) != (void *)loop)
            EQUAL(MS_E_HANDLE, every_function(pointer(number), pointer(number), i % FUNCTIONS));
    }
    for (int i = 0; i < FUNCTIONS; i++)
        REFUSED(MS_E_HANDLE, every_function(NULL, NULL, i));
    EQUAL(0, destroyed);
}

static void loops_are_no_handles_and_handles_no_loops(void)
{
    ms_handle *timer;
    EQUAL(MS_OK, ms_call_after(loop, SECOND, stop, NULL, NULL, &timer));
    for (int i = 0; i < FUNCTIONS; i++)
        REFUSED(MS_E_HANDLE, every_function((ms_loop *)timer, (ms_handle *)loop, i));
    REFUSED(MS_E_HANDLE, ms_watch_for(timer, MS_READABLE));
    EQUAL(1, ms_is_pending(timer));
}

static void destroying_twice_is_refused(void)
{
    ms_loop *other;
    EQUAL(MS_OK, ms_loop_create(NULL, &other));
    EQUAL(MS_OK, ms_loop_destroy(other));
    REFUSED(MS_E_HANDLE, ms_loop_destroy(other));
}

static void what_was_destroyed_is_refused_for_ever(void)
{
    ms_loop *first;
    ms_handle *timer;
    EQUAL(MS_OK, ms_loop_create(NULL, &first));
    EQUAL(MS_OK, ms_call_after(first, SECOND, stop, NULL, NULL, &timer));
    EQUAL(MS_OK, ms_loop_destroy(first));
    for (int i = 0; i < 2100; i++) { /* every place of the table is used again */
        ms_loop *other;
        ms_handle *others;
        EQUAL(MS_OK, ms_loop_create(NULL, &other));
        EQUAL(MS_OK, ms_call_after(other, SECOND, stop, NULL, NULL, &others));
        CHECK(other != first && others != timer);
        EQUAL(MS_E_HANDLE, every_function(first, timer, i % FUNCTIONS));
        EQUAL(MS_OK, ms_loop_destroy(other));
    }
}

static void handles_that_have_ended_mean_nothing_else(void)
{
    enum { MANY = 1000 };
    ms_handle *old[MANY];
    long ran = 0;
    for (int i = 0; i < MANY; i++) {
        EQUAL(MS_OK, i % 2 ? ms_call_soon(loop, MS_PRIORITY_NORMAL, count, &ran, NULL, &old[i]) : ms_call_after(loop, 0, count, &ran, NULL, &old[i]));
        EQUAL(1, ms_is_pending(old[i]));
        CHECK(ms_tick(loop, 0) >= 0);
    }
    EQUAL(MANY, ran);
    ms_handle *last;
    EQUAL(MS_OK, ms_call_after(loop, SECOND, count, &ran, NULL, &last));
    for (int i = 0; i < MANY; i++) {
        EQUAL(0, ms_is_pending(old[i]));
        EQUAL(0, ms_cancel(old[i]));
    }
    EQUAL(1, ms_is_pending(last));
}

static void there_is_an_end_to_loops(void)
{
    static ms_loop *many[1100];
    size_t made = 0;
    int status = MS_OK;
    while (made < COUNT(many) && (status = ms_loop_create(NULL, &many[made])) == MS_OK)
        made++;
    CHECK(made >= 300); /* where the limit of open files is lower, that comes first */
    CHECK(status == MS_E_LIMIT || status == MS_E_SYSTEM);
    while (made > 0)
        EQUAL(MS_OK, ms_loop_destroy(many[--made]));
}

/* ---- the order of callbacks ---- */

static void callbacks_run_in_order_and_never_at_once(void)
{
    soon("a");
    soon("b");
    SAME("", story);
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
    SAME("ab", story);
}

static void priorities_come_before_order(void)
{
    const int order[] = { MS_PRIORITY_IDLE, MS_PRIORITY_LOW, MS_PRIORITY_NORMAL, MS_PRIORITY_HIGH, MS_PRIORITY_URGENT };
    const char *names[] = { "i", "l", "n", "h", "u" };
    for (size_t i = 0; i < COUNT(order); i++)
        EQUAL(MS_OK, ms_call_soon(loop, order[i], say, (void *)names[i], NULL, NULL));
    while (ms_tick(loop, 0) == MS_TICK_AGAIN)
        ;
    SAME("uhnli", story);
    REFUSED(MS_E_ARGUMENT, ms_call_soon(loop, 5, say, "", NULL, NULL));
    REFUSED(MS_E_ARGUMENT, ms_call_soon(loop, -1, say, "", NULL, NULL));
    REFUSED(MS_E_ARGUMENT, ms_call_soon(loop, MS_PRIORITY_NORMAL, NULL, "", NULL, NULL));
}

static void all_ways_to_queue_keep_one_order(void)
{
    ms_handle *handle;
    soon("1");
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, say, "2", NULL, &handle));
    soon("3");
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, say, "4", NULL, &handle));
    soon("5");
    soon("6");
    CHECK(ms_tick(loop, 0) >= 0);
    SAME("123456", story);
}

static void schedules_more(ms_loop *here, void *data)
{
    (void)here;
    note(data);
    soon("x");
    ms_post(loop, say, "p", NULL);
    soon("y");
    ms_call_soon(loop, MS_PRIORITY_HIGH, say, "h", NULL, NULL);
}

static void what_a_round_queues_runs_in_the_next(void)
{
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, schedules_more, "a", NULL, NULL));
    soon("b");
    EQUAL(MS_OK, ms_call_after(loop, 0, say, "t", NULL, NULL));
    while (ms_tick(loop, 0) == MS_TICK_AGAIN)
        ;
    SAME("abthxpy", story);
}

static void urgent_in_the_next_round(ms_loop *here, void *data)
{
    (void)here;
    (void)data;
    note("u");
    soon("z");
}

static void begins_a_batch(ms_loop *here, void *data)
{
    (void)data;
    note("a");
    soon("b"); /* the next round's first normal one */
    ms_call_soon(here, MS_PRIORITY_URGENT, urgent_in_the_next_round, NULL, NULL, NULL);
    ms_call_soon(here, MS_PRIORITY_LOW, say, "l", NULL, NULL);
}

static void an_urgent_callback_queues_behind_the_round_too(void)
{
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, begins_a_batch, NULL, NULL, NULL));
    while (ms_tick(loop, 0) == MS_TICK_AGAIN)
        ;
    SAME("aubzl", story);
}

static void again(ms_loop *here, void *data)
{
    if (--*(long *)data > 0)
        ms_call_soon(here, MS_PRIORITY_NORMAL, again, data, NULL, NULL);
}

static void a_callback_that_schedules_itself_starves_nothing(void)
{
    long left = 100, ticks = 0;
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, again, &left, NULL, NULL));
    while (left > 0) {
        CHECK(ms_tick(loop, 0) >= 0);
        ticks++;
    }
    CHECK(ticks > 5);
}

static void many_callbacks_all_run_once(void)
{
    long ran = 0;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10000; i++)
            EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, count, &ran, counts_destroyed, NULL));
        while (ms_tick(loop, 0) == MS_TICK_AGAIN)
            ;
        EQUAL(10000 * (round + 1), ran);
        EQUAL(10000 * (round + 1), destroyed);
    }
}

/* ---- timers ---- */

static void timers_run_by_deadline_and_never_early(void)
{
    EQUAL(MS_OK, ms_call_at(loop, 0, say, "past", NULL, NULL));
    EQUAL(MS_OK, ms_call_after(loop, -5, say, "now", NULL, NULL));
    EQUAL(MS_OK, ms_call_after(loop, INT64_MIN, say, "!", NULL, NULL));
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
    int64_t at = monotonic_ns() + 3 * MS;
    EQUAL(MS_OK, ms_call_at(loop, at + 1000, say, "c", NULL, NULL));
    EQUAL(MS_OK, ms_call_at(loop, at, say, "a", NULL, NULL));
    EQUAL(MS_OK, ms_call_at(loop, at, say, "b", NULL, NULL));
    EQUAL(MS_OK, ms_call_at(loop, at + 2000, stop, NULL, NULL, NULL));
    EQUAL(MS_OK, ms_call_after(loop, INT64_MAX, say, "never", NULL, NULL));
    EQUAL(MS_OK, ms_call_at(loop, INT64_MAX - 1, say, "never", NULL, NULL));
    EQUAL(MS_OK, ms_run(loop, 0));
    CHECK(monotonic_ns() >= at + 2000);
    SAME("pastnow!abc", story);
}

static int64_t tick_time[3];

static void notes_time(ms_loop *here, void *data)
{
    tick_time[0] = *(int64_t *)data;
    tick_time[1] = ms_now(here);
    tick_time[2] = monotonic_ns();
    ms_stop(here);
}

static void times_are_those_of_the_monotonic_clock(void)
{
    for (int i = 0; i < 20; i++) {
        int64_t at = monotonic_ns() + 200000 + i;
        EQUAL(MS_OK, ms_call_at(loop, at, notes_time, &at, NULL, NULL));
        int64_t deadline = ms_deadline(loop);
        CHECK(deadline >= at && deadline < at + 2000);
        EQUAL(MS_OK, ms_run(loop, 0));
        CHECK(tick_time[1] >= at - 1000 && tick_time[1] <= tick_time[2]);
        CHECK(tick_time[2] >= at); /* not early */
    }
    int64_t before = monotonic_ns(), now = ms_now(loop);
    CHECK(before <= now && now <= monotonic_ns());
}

static ms_handle *itself;

static void cancels_itself_the_third_time(ms_loop *here, void *data)
{
    CHECK(here == loop);
    EQUAL(1, ms_is_pending(itself));
    if (++*(long *)data == 3) {
        EQUAL(1, ms_cancel(itself));
        EQUAL(0, ms_cancel(itself));
        EQUAL(0, ms_is_pending(itself));
        EQUAL(0, destroyed); /* it still runs */
    }
}

static void a_periodic_timer_keeps_its_grid_until_it_cancels_itself(void)
{
    long ran = 0;
    int64_t start = monotonic_ns();
    EQUAL(MS_OK, ms_call_every(loop, MS, cancels_itself_the_third_time, &ran, counts_destroyed, &itself));
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    EQUAL(3, ran);
    EQUAL(1, destroyed);
    CHECK(monotonic_ns() - start >= 3 * MS);
    REFUSED(MS_E_ARGUMENT, ms_call_every(loop, 0, count, &ran, counts_destroyed, NULL));
    REFUSED(MS_E_ARGUMENT, ms_call_every(loop, -1, count, &ran, counts_destroyed, NULL));
    EQUAL(1, destroyed);
}

static void cancels_itself_and_its_neighbour(ms_loop *here, void *data)
{
    (void)here;
    note("x");
    EQUAL(0, ms_is_pending(itself)); /* it runs once, and that is now */
    EQUAL(0, ms_cancel(itself));
    EQUAL(1, ms_cancel(*(ms_handle **)data));
}

static void a_cancelled_callback_never_runs(void)
{
    static ms_handle *neighbour;
    ms_handle *handles[3];
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, cancels_itself_and_its_neighbour, &neighbour, NULL, &itself));
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, say, "no", counts_destroyed, &neighbour));
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_LOW, say, "no", counts_destroyed, &handles[0]));
    EQUAL(MS_OK, ms_call_after(loop, 0, say, "no", counts_destroyed, &handles[1]));
    EQUAL(MS_OK, ms_call_every(loop, 1, say, "no", counts_destroyed, &handles[2]));
    for (int i = 0; i < 3; i++) {
        EQUAL(1, ms_cancel(handles[i]));
        EQUAL(i + 1, destroyed); /* at once */
    }
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    SAME("x", story);
    EQUAL(4, destroyed);
}

/* ---- data ---- */

static void readable(ms_loop *here, int descriptor, uint32_t ready, void *data);
static int more_to_do(ms_loop *here, void *data);
static int64_t next_frame(ms_loop *here, void *data);
static void each_frame(ms_loop *here, const ms_frame *frame, void *data);

static void destroying_the_loop_gives_all_data_back_once(void)
{
    ms_loop *other;
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .pacing = MS_PACING_HOST }, &other));
    EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, say, "no", counts_destroyed, NULL));
    EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_IDLE, say, "no", counts_destroyed, NULL));
    EQUAL(MS_OK, ms_call_after(other, SECOND, say, "no", counts_destroyed, NULL));
    EQUAL(MS_OK, ms_call_every(other, SECOND, say, "no", counts_destroyed, NULL));
    EQUAL(MS_OK, ms_watch(other, pipes[0], MS_READABLE, readable, NULL, counts_destroyed, NULL));
    EQUAL(MS_OK, ms_on_frame(other, MS_PHASE_INPUT, 0, each_frame, NULL, counts_destroyed, NULL));
    EQUAL(MS_OK, ms_call_in_background(other, MS_NEVER, more_to_do, NULL, counts_destroyed, NULL));
    EQUAL(MS_OK, ms_start_job(other, MS_PHASE_UPDATE, "job", next_frame, NULL, counts_destroyed, NULL));
    EQUAL(MS_OK, ms_post(other, say, "posted", counts_destroyed));
    EQUAL(MS_OK, ms_on_error(other, NULL, NULL, counts_destroyed));
    EQUAL(0, destroyed);
    EQUAL(MS_OK, ms_loop_destroy(other));
    EQUAL(10, destroyed);
    SAME("posted", story); /* what was accepted runs; the rest does not */
    close(pipes[0]);
    close(pipes[1]);
}

static void calls_that_are_refused_keep_nothing(void)
{
    REFUSED(MS_E_ARGUMENT, ms_watch(loop, -1, MS_READABLE, readable, NULL, counts_destroyed, NULL));
    REFUSED(MS_E_SYSTEM, ms_watch(loop, 1000000, MS_READABLE, readable, NULL, counts_destroyed, NULL));
    REFUSED(MS_E_ARGUMENT, ms_watch(loop, 0, 1u << 20, readable, NULL, counts_destroyed, NULL));
    REFUSED(MS_E_STATE, ms_on_frame(loop, MS_PHASE_UPDATE, 0, each_frame, NULL, counts_destroyed, NULL)); /* no frames */
    REFUSED(MS_E_STATE, ms_tick_frame(loop, 0, MS_NEVER));
    REFUSED(MS_E_ARGUMENT, ms_start_job(loop, 6, NULL, next_frame, NULL, counts_destroyed, NULL));
    REFUSED(MS_E_ARGUMENT, ms_start_job(loop, MS_PHASE_UPDATE, "\xff", next_frame, NULL, counts_destroyed, NULL));
    REFUSED(MS_E_ARGUMENT, ms_post(loop, NULL, NULL, counts_destroyed));
    REFUSED(MS_E_ARGUMENT, ms_run(loop, 2));
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    REFUSED(MS_E_SYSTEM, ms_watch(loop, file, MS_READABLE, readable, NULL, counts_destroyed, NULL)); /* epoll takes no files */
    close(file);
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    EQUAL(0, destroyed);
}

static void destroy_that_schedules(void *data)
{
    soon(data);
}

static void data_given_back_may_schedule_again(void)
{
    ms_handle *handle;
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, say, "a", destroy_that_schedules, &handle));
    story[0] = '\0';
    CHECK(ms_tick(loop, 0) >= 0);
    while (ms_tick(loop, 0) == MS_TICK_AGAIN)
        ;
    SAME("aa", story);
    EQUAL(0, ms_is_pending(handle));
}

/* ---- the loop's life ---- */

static void destroys_the_loop(ms_loop *here, void *data)
{
    (void)data;
    note("d");
    EQUAL(MS_OK, ms_loop_destroy(here));
    REFUSED(MS_E_HANDLE, ms_loop_destroy(here));
    REFUSED(MS_E_HANDLE, ms_call_soon(here, MS_PRIORITY_NORMAL, say, "no", NULL, NULL));
    REFUSED(MS_E_HANDLE, ms_now(here));
}

static void destroys_in_frame(ms_loop *here, const ms_frame *frame, void *data)
{
    (void)frame;
    destroys_the_loop(here, data);
}

static void a_loop_may_be_destroyed_in_each_kind_of_callback(void)
{
    for (int kind = 0; kind < 7; kind++) {
        ms_loop *other;
        story[0] = '\0';
        destroyed = 0;
        EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .frame_rate = kind < 4 ? 0 : 1000 }, &other));
        switch (kind) {
        case 0: EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, destroys_the_loop, NULL, counts_destroyed, NULL)); break;
        case 1: EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_LOW, destroys_the_loop, NULL, counts_destroyed, NULL)); break;
        case 2: EQUAL(MS_OK, ms_call_after(other, 1, destroys_the_loop, NULL, counts_destroyed, NULL)); break;
        case 3: EQUAL(MS_OK, ms_call_every(other, 1, destroys_the_loop, NULL, counts_destroyed, NULL)); break;
        case 4: EQUAL(MS_OK, ms_post(other, destroys_the_loop, NULL, counts_destroyed)); break;
        case 5: EQUAL(MS_OK, ms_on_frame(other, MS_PHASE_UPDATE, 0, destroys_in_frame, NULL, counts_destroyed, NULL)); break;
        default: EQUAL(MS_OK, ms_on_frame(other, MS_PHASE_FIXED_UPDATE, 0, destroys_in_frame, NULL, counts_destroyed, NULL)); break;
        }
        for (int i = 0; i < 10; i++) /* in the same batch, and behind */
            EQUAL(MS_OK, ms_call_after(other, SECOND, say, "no", counts_destroyed, NULL));
        if (kind == 0)
            for (int i = 0; i < 10; i++)
                EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, say, "no", counts_destroyed, NULL));
        EQUAL(MS_OK, ms_run(other, 0));
        SAME("d", story);
        EQUAL(kind == 0 ? 21 : 11, destroyed);
        REFUSED(MS_E_HANDLE, ms_run(other, 0));
    }
}

static void runs_inside(ms_loop *here, void *data)
{
    (void)data;
    REFUSED(MS_E_STATE, ms_run(here, 0));
    REFUSED(MS_E_STATE, ms_tick(here, 0));
    REFUSED(MS_E_STATE, ms_tick_frame(here, 0, MS_NEVER));
    ms_loop *inner;
    EQUAL(MS_OK, ms_loop_create(NULL, &inner)); /* another one may */
    EQUAL(MS_OK, ms_call_soon(inner, MS_PRIORITY_NORMAL, say, "inner", NULL, NULL));
    EQUAL(MS_OK, ms_run(inner, MS_RUN_UNTIL_IDLE));
    EQUAL(MS_OK, ms_loop_destroy(inner));
    soon("outer");
}

static void a_loop_cannot_run_inside_itself(void)
{
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, runs_inside, NULL, NULL, NULL));
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    SAME("innerouter", story);
}

static void stop_counts_before_within_and_between(void)
{
    soon("a");
    EQUAL(MS_OK, ms_stop(loop));
    EQUAL(MS_OK, ms_run(loop, 0)); /* one tick */
    SAME("a", story);
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, stop, NULL, NULL, NULL));
    soon("b"); /* of the same round */
    EQUAL(MS_OK, ms_run(loop, 0));
    SAME("ab", story);
    EQUAL(MS_OK, ms_stop(loop));
    EQUAL(MS_TICK_STOPPED, ms_tick(loop, SECOND));
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
}

/* ---- threads ---- */

static int64_t results[FUNCTIONS];
static char other_message[256];
static ms_handle *timer_of_the_loop;

static void *calls_everything(void *data)
{
    (void)data;
    CHECK(ms_last_error()[0] == '\0'); /* each thread has its own */
    for (int i = 0; i < OF_THE_LOOPS_THREAD; i++)
        results[i] = every_function(loop, timer_of_the_loop, i);
    strncpy(other_message, ms_last_error(), sizeof other_message - 1);
    for (int i = OF_THE_LOOPS_THREAD; i < FUNCTIONS; i++)
        results[i] = every_function(loop, timer_of_the_loop, i);
    return NULL;
}

static void other_threads_are_refused_but_for_post_and_stop(void)
{
    EQUAL(MS_OK, ms_call_after(loop, SECOND, say, "no", NULL, &timer_of_the_loop));
    REFUSED(MS_E_HANDLE, ms_stop(NULL));
    char mine[256];
    strncpy(mine, ms_last_error(), sizeof mine - 1);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, calls_everything, NULL) == 0);
    pthread_join(thread, NULL);
    for (int i = 0; i < OF_THE_LOOPS_THREAD; i++)
        EQUAL(MS_E_THREAD, results[i]);
    for (int i = OF_THE_LOOPS_THREAD; i < FUNCTIONS; i++)
        EQUAL(MS_OK, results[i]);
    CHECK(strstr(other_message, "belongs to another thread") != NULL);
    SAME(mine, ms_last_error());
    EQUAL(MS_TICK_STOPPED, ms_tick(loop, 0)); /* the post of `stop` has run too */
    EQUAL(1, destroyed);
}

static void *binds_and_runs(void *data)
{
    static char order[] = "ran";
    if (ms_loop_bind(data) != MS_OK || ms_call_soon(data, MS_PRIORITY_NORMAL, say, order, NULL, NULL) != MS_OK)
        return NULL;
    return ms_run(data, MS_RUN_UNTIL_IDLE) == MS_OK && ms_loop_destroy(data) == MS_OK ? data : NULL;
}

static void an_unbound_loop_belongs_to_whom_it_is_bound_by(void)
{
    ms_loop *other;
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .flags = MS_LOOP_UNBOUND }, &other));
    REFUSED(MS_E_THREAD, ms_tick(other, 0));
    REFUSED(MS_E_THREAD, ms_call_soon(other, MS_PRIORITY_NORMAL, say, "no", NULL, NULL));
    EQUAL(MS_OK, ms_post(other, say, "posted,", NULL));
    pthread_t thread;
    void *ran = NULL;
    CHECK(pthread_create(&thread, NULL, binds_and_runs, other) == 0);
    pthread_join(thread, &ran);
    CHECK(ran == other);
    CHECK(strstr(story, "ran") && strstr(story, "posted,"));
    REFUSED(MS_E_HANDLE, ms_loop_bind(other));
    EQUAL(MS_OK, ms_loop_bind(loop)); /* it is this thread's already */
}

enum { POSTERS = 4, POSTS = 5000 };

static struct poster {
    long next, wrong;
    long refused;
    ms_loop *to;
    struct posted {
        struct poster *by;
        long number;
    } posts[POSTS];
} posters[POSTERS];
static long posted;

static void takes_post(ms_loop *here, void *data)
{
    struct posted *post = data;
    post->by->wrong += post->by->next++ != post->number;
    if (++posted == POSTERS * POSTS)
        ms_stop(here);
}

static void *posts(void *data)
{
    struct poster *poster = data;
    for (long i = 0; i < POSTS; i++) {
        poster->posts[i] = (struct posted){ poster, i };
        poster->refused += ms_post(poster->to, takes_post, &poster->posts[i], NULL) != MS_OK;
    }
    return NULL;
}

static void posts_of_each_thread_come_once_and_in_order(void)
{
    pthread_t threads[POSTERS];
    posted = 0;
    for (int i = 0; i < POSTERS; i++) {
        posters[i].next = posters[i].wrong = posters[i].refused = 0;
        posters[i].to = loop;
        CHECK(pthread_create(&threads[i], NULL, posts, &posters[i]) == 0);
    }
    EQUAL(MS_OK, ms_run(loop, 0));
    for (int i = 0; i < POSTERS; i++) {
        pthread_join(threads[i], NULL);
        EQUAL(POSTS, posters[i].next);
        EQUAL(0, posters[i].wrong + posters[i].refused);
    }
}

static void a_post_runs_or_is_refused_while_the_loop_is_destroyed(void)
{
    for (int round = 0; round < 10; round++) {
        ms_loop *other;
        pthread_t threads[POSTERS];
        EQUAL(MS_OK, ms_loop_create(NULL, &other));
        posted = 0;
        for (int i = 0; i < POSTERS; i++) {
            posters[i].next = posters[i].wrong = posters[i].refused = 0;
            posters[i].to = other;
            CHECK(pthread_create(&threads[i], NULL, posts, &posters[i]) == 0);
        }
        while (posted < 100 * round)
            CHECK(ms_tick(other, SECOND) >= 0);
        EQUAL(MS_OK, ms_loop_destroy(other));
        for (int i = 0; i < POSTERS; i++) {
            pthread_join(threads[i], NULL);
            EQUAL(POSTS, posters[i].next + posters[i].refused);
            EQUAL(0, posters[i].wrong);
        }
    }
}

/* ---- descriptors ---- */

static int pipes[2];
static uint32_t seen;
static ms_handle *watch;

static void readable(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    char byte;
    (void)data;
    seen |= ready;
    if (ready & MS_READABLE) {
        CHECK(read(descriptor, &byte, 1) == 1);
        note((char[]){ byte, '\0' });
    }
    if (ready & MS_HANGUP) {
        EQUAL(1, ms_cancel(watch)); /* itself */
        EQUAL(0, ms_is_pending(watch));
        REFUSED(MS_E_HANDLE, ms_watch_for(watch, MS_READABLE));
        ms_stop(here);
    }
}

static void a_reader_is_called_while_there_is_something_to_read(void)
{
    CHECK(pipe2(pipes, O_CLOEXEC) == 0);
    seen = 0;
    EQUAL(MS_OK, ms_watch(loop, pipes[0], MS_READABLE, readable, NULL, counts_destroyed, &watch));
    REFUSED(MS_E_SYSTEM, ms_watch(loop, pipes[0], MS_READABLE, readable, NULL, NULL, NULL)); /* one for each */
    CHECK(write(pipes[1], "abc", 3) == 3);
    EQUAL(MS_OK, ms_watch_for(watch, 0));
    CHECK(ms_tick(loop, 0) >= 0);
    SAME("", story);
    EQUAL(MS_OK, ms_watch_for(watch, MS_READABLE));
    for (int i = 0; i < 3; i++)
        CHECK(ms_tick(loop, SECOND) >= 0);
    SAME("abc", story);
    EQUAL(MS_READABLE, seen);
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
    close(pipes[1]);
    EQUAL(MS_OK, ms_run(loop, 0));
    CHECK(seen & MS_HANGUP);
    EQUAL(1, destroyed);
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    close(pipes[0]);
}

static void fills(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    static const char block[65536];
    (void)here;
    EQUAL(MS_WRITABLE, ready);
    ++*(long *)data;
    CHECK(write(descriptor, block, sizeof block) > 0);
}

static void a_writer_is_called_while_there_is_room(void)
{
    long called = 0;
    CHECK(pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == 0);
    EQUAL(MS_OK, ms_watch(loop, pipes[1], MS_WRITABLE, fills, &called, NULL, &watch));
    for (int i = 0; i < 10; i++)
        CHECK(ms_tick(loop, 0) >= 0);
    EQUAL(1, called); /* full */
    EQUAL(1, ms_cancel(watch));
    close(pipes[0]);
    close(pipes[1]);
}

/* ---- the guest ---- */

static int is_readable(int descriptor, int milliseconds)
{
    struct pollfd poller = { descriptor, POLLIN, 0 };
    return poll(&poller, 1, milliseconds);
}

static void *posts_stop(void *data)
{
    ms_post(data, stop, NULL, NULL);
    return NULL;
}

static void the_descriptor_tells_when_to_tick(void)
{
    int descriptor = ms_descriptor(loop);
    CHECK(descriptor >= 0);
    EQUAL(descriptor, ms_descriptor(loop));
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
    EQUAL(0, is_readable(descriptor, 0));
    EQUAL(MS_NEVER, ms_deadline(loop));

    soon("a"); /* a call between ticks */
    CHECK(ms_deadline(loop) <= monotonic_ns());
    EQUAL(1, is_readable(descriptor, 1000));
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
    EQUAL(0, is_readable(descriptor, 0));

    int64_t at = monotonic_ns() + 5 * MS; /* a timer */
    EQUAL(MS_OK, ms_call_at(loop, at, say, "t", NULL, NULL));
    EQUAL(1, is_readable(descriptor, 10000));
    CHECK(monotonic_ns() >= at);
    EQUAL(MS_TICK_WAIT, ms_tick(loop, 0));
    SAME("at", story);

    pthread_t thread; /* a post */
    CHECK(pthread_create(&thread, NULL, posts_stop, loop) == 0);
    EQUAL(1, is_readable(descriptor, 10000));
    pthread_join(thread, NULL);
    EQUAL(MS_TICK_STOPPED, ms_tick(loop, 0));

    EQUAL(MS_OK, ms_call_after(loop, SECOND, say, "", NULL, NULL));
    EQUAL(MS_TICK_AT, ms_tick(loop, 0));
}

static void notes_slack(ms_loop *here, void *data)
{
    (void)here;
    *(int *)data = prctl(PR_GET_TIMERSLACK);
}

static void a_tick_leaves_the_threads_slack_and_signals_alone(void)
{
    int inside = 0, before = prctl(PR_GET_TIMERSLACK);
    sigset_t mask, after;
    sigemptyset(&after);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    pthread_sigmask(SIG_BLOCK, NULL, &mask); /* what it is now */
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, notes_slack, &inside, NULL, NULL));
    CHECK(ms_tick(loop, MS) >= 0);
    EQUAL(before, inside);
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE)); /* a loop that has the thread sets it, and puts it back */
    EQUAL(before, prctl(PR_GET_TIMERSLACK));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < 65; number++)
        EQUAL(sigismember(&mask, number), sigismember(&after, number));
}

/* ---- frames ---- */

static ms_frame last_frame;
static long frames;

static void each_frame(ms_loop *here, const ms_frame *frame, void *data)
{
    (void)here;
    last_frame = *frame;
    frames++;
    note(data);
}

static ms_loop *hosted(int64_t fixed_step_ns)
{
    ms_loop *made;
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .pacing = MS_PACING_HOST, .fixed_step_ns = fixed_step_ns }, &made));
    frames = 0;
    return made;
}

static void a_hosts_tick_is_one_frame_with_all_its_phases(void)
{
    ms_loop *game = hosted(0);
    const char *names[] = { "I", "F", "U", "L", "R", "P" };
    for (int phase = MS_PHASE_PRESENT; phase >= MS_PHASE_INPUT; phase--)
        EQUAL(MS_OK, ms_on_frame(game, phase, 0, each_frame, (void *)names[phase], NULL, NULL));
    int64_t deadline = monotonic_ns() + SECOND;
    for (int i = 0; i < 2; i++)
        CHECK(ms_tick_frame(game, 16 * MS, deadline) >= 0);
    SAME("IFULRPIFULRP", story);
    EQUAL(1, last_frame.index);
    EQUAL(16 * MS, last_frame.delta_ns);
    CHECK(last_frame.deadline_ns >= deadline - 1000 && last_frame.deadline_ns < deadline + SECOND);
    CHECK(last_frame.start_ns > 0 && last_frame.start_ns <= monotonic_ns());
    CHECK(ms_tick_frame(game, 16 * MS, MS_NEVER) >= 0);
    EQUAL(MS_NEVER, last_frame.deadline_ns);
    REFUSED(MS_E_ARGUMENT, ms_tick_frame(game, -1, MS_NEVER));
    REFUSED(MS_E_ARGUMENT, ms_on_frame(game, 6, 0, each_frame, "", NULL, NULL));
    REFUSED(MS_E_ARGUMENT, ms_on_frame(game, 0, NAN, each_frame, "", NULL, NULL));
    REFUSED(MS_E_ARGUMENT, ms_on_frame(game, 0, -1, each_frame, "", NULL, NULL));
    EQUAL(MS_OK, ms_loop_destroy(game));
}

static void fixed_steps_run_as_often_as_the_time_asks(void)
{
    ms_loop *game = hosted(10 * MS);
    EQUAL(MS_OK, ms_on_frame(game, MS_PHASE_FIXED_UPDATE, 0, each_frame, "", NULL, NULL));
    CHECK(ms_tick_frame(game, 35 * MS, MS_NEVER) >= 0);
    EQUAL(3, frames);
    EQUAL(2, last_frame.step);
    EQUAL(10 * MS, last_frame.delta_ns);
    CHECK(ms_tick_frame(game, 5 * MS, MS_NEVER) >= 0);
    EQUAL(4, frames);
    EQUAL(MS_OK, ms_loop_destroy(game));
}

static void cancels_its_frame(ms_loop *here, const ms_frame *frame, void *data)
{
    each_frame(here, frame, data);
    EQUAL(1, ms_cancel(itself));
}

static void a_frame_callback_may_cancel_itself(void)
{
    ms_loop *game = hosted(0);
    EQUAL(MS_OK, ms_on_frame(game, MS_PHASE_UPDATE, 0, cancels_its_frame, "", counts_destroyed, &itself));
    for (int i = 0; i < 3; i++)
        CHECK(ms_tick_frame(game, MS, MS_NEVER) >= 0);
    EQUAL(1, frames);
    EQUAL(1, destroyed);
    EQUAL(MS_OK, ms_loop_destroy(game));
    EQUAL(1, destroyed);
}

static void stops_at_the_tenth(ms_loop *here, const ms_frame *frame, void *data)
{
    each_frame(here, frame, data);
    if (frame->index == 9)
        ms_stop(here);
}

static void a_loop_with_a_rate_makes_its_own_frames(void)
{
    ms_loop *game;
    frames = 0;
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .frame_rate = 1000, .precision = MS_PRECISION_HYBRID }, &game));
    EQUAL(MS_OK, ms_on_frame(game, MS_PHASE_UPDATE, 0, stops_at_the_tenth, "", NULL, NULL));
    int64_t start = monotonic_ns();
    EQUAL(MS_OK, ms_run(game, 0));
    CHECK(monotonic_ns() - start >= 8 * MS);
    EQUAL(10, frames);
    EQUAL(MS_OK, ms_loop_destroy(game));
}

/* ---- work in steps ---- */

static int more_to_do(ms_loop *here, void *data)
{
    long *steps = data;
    while (ms_budget_remaining(here) > 0)
        ++*steps;
    note("s");
    return 1;
}

static void background_work_fills_the_frame_and_no_more(void)
{
    ms_loop *game = hosted(0);
    long steps = 0;
    EQUAL(MS_OK, ms_call_in_background(game, MS_NEVER, more_to_do, &steps, counts_destroyed, &itself));
    for (int i = 0; i < 100 && steps == 0; i++) { /* a busy machine may take all of a frame away */
        int64_t deadline = monotonic_ns() + 3 * MS;
        CHECK(ms_tick_frame(game, MS, deadline) >= 0);
        CHECK(monotonic_ns() >= deadline);
    }
    CHECK(steps > 0);
    EQUAL(0, ms_budget_remaining(game)); /* outside a tick there is none */
    EQUAL(1, ms_cancel(itself));
    EQUAL(1, destroyed);
    EQUAL(MS_OK, ms_loop_destroy(game));
}

static int three_steps(ms_loop *here, void *data)
{
    (void)here;
    return ++*(long *)data < 3;
}

static int cancels_its_work(ms_loop *here, void *data)
{
    (void)here;
    ++*(long *)data;
    EQUAL(1, ms_cancel(itself));
    return 0;
}

static void background_work_ends_when_it_says_so_or_cancels_itself(void)
{
    long steps = 0, once = 0;
    ms_handle *work;
    EQUAL(MS_OK, ms_call_in_background(loop, MS_NEVER, three_steps, &steps, counts_destroyed, &work));
    EQUAL(MS_OK, ms_call_in_background(loop, 0, cancels_its_work, &once, counts_destroyed, &itself));
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    EQUAL(3, steps);
    EQUAL(1, once);
    EQUAL(2, destroyed);
    EQUAL(0, ms_is_pending(work));
}

static int64_t next_frame(ms_loop *here, void *data)
{
    (void)here;
    (void)data;
    note("j");
    return MS_JOB_NEXT_FRAME;
}

static int64_t waits(ms_loop *here, void *data)
{
    (void)here;
    switch (++*(long *)data) {
    case 1: return MS_JOB_NEXT_FRAME;
    case 2: return 2 * MS;
    case 3: return 1;
    default: return MS_JOB_DONE;
    }
}

static void a_job_goes_on_in_the_next_frame_after_a_delay_or_not_at_all(void)
{
    long steps = 0;
    ms_handle *job;
    EQUAL(MS_OK, ms_start_job(loop, MS_PHASE_UPDATE, "waits", waits, &steps, counts_destroyed, &job));
    EQUAL(1, ms_is_pending(job));
    int64_t start = monotonic_ns();
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    CHECK(monotonic_ns() - start >= 2 * MS);
    EQUAL(4, steps);
    EQUAL(1, destroyed);
    EQUAL(0, ms_is_pending(job));
}

static int64_t steps_of_the_simulation(ms_loop *here, void *data)
{
    (void)here;
    return ++*(long *)data < 5 ? MS_JOB_FIXED_STEP : MS_JOB_DONE;
}

static void a_job_may_wait_for_fixed_steps(void)
{
    ms_loop *game = hosted(10 * MS);
    long steps = 0;
    EQUAL(MS_OK, ms_start_job(game, MS_PHASE_UPDATE, NULL, steps_of_the_simulation, &steps, counts_destroyed, NULL));
    for (int i = 0; i < 6; i++)
        CHECK(ms_tick_frame(game, 10 * MS, MS_NEVER) >= 0);
    EQUAL(5, steps);
    EQUAL(1, destroyed);
    EQUAL(MS_OK, ms_loop_destroy(game));
}

static int64_t cancels_its_job(ms_loop *here, void *data)
{
    (void)here;
    ++*(long *)data;
    EQUAL(1, ms_cancel(itself));
    EQUAL(0, destroyed);
    return MS_JOB_NEXT_FRAME;
}

static void a_job_that_is_cancelled_ends(void)
{
    long steps = 0;
    ms_handle *other;
    EQUAL(MS_OK, ms_start_job(loop, MS_PHASE_UPDATE, NULL, cancels_its_job, &steps, counts_destroyed, &itself));
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    EQUAL(1, steps);
    EQUAL(1, destroyed);
    EQUAL(MS_OK, ms_start_job(loop, MS_PHASE_UPDATE, NULL, next_frame, NULL, counts_destroyed, &other));
    EQUAL(1, ms_cancel(other));
    EQUAL(2, destroyed);
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    SAME("", story);
}

/* ---- errors ---- */

static int handles_errors(ms_loop *here, const char *what, const char *message, void *data)
{
    (void)here;
    note(what);
    note(":");
    note(strstr(message, "-2") ? "-2" : message);
    note(";");
    return *(int *)data;
}

static int64_t fails(ms_loop *here, void *data)
{
    (void)here;
    (void)data;
    return MS_JOB_FAILED;
}

static void reports(ms_loop *here, void *data)
{
    (void)data;
    EQUAL(MS_OK, ms_report(here, "loader", "no such file"));
}

static int schedules_what_helps(ms_loop *here, const char *what, const char *message, void *data)
{
    (void)what;
    (void)message;
    (void)data;
    note("error,");
    return ms_call_soon(here, MS_PRIORITY_NORMAL, say, "help,", NULL, NULL) == MS_OK;
}

static void calls_ahead_of_the_next_round(ms_loop *here, void *data)
{
    note(data);
    ms_call_soon(here, MS_PRIORITY_HIGH, say, "high,", NULL, NULL);
}

static void reports_and_schedules(ms_loop *here, void *data)
{
    reports(here, data); /* at once: what helps is the first thing of the next round */
    ms_call_soon(here, MS_PRIORITY_NORMAL, calls_ahead_of_the_next_round, "next,", NULL, NULL);
    ms_call_soon(here, MS_PRIORITY_LOW, say, "low", NULL, NULL);
}

static void what_the_error_callback_queues_runs_in_the_next_round(void)
{
    EQUAL(MS_OK, ms_on_error(loop, schedules_what_helps, NULL, NULL));
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, reports_and_schedules, NULL, NULL, NULL));
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    SAME("error,help,next,high,low", story);
}

static void errors_go_to_the_error_callback(void)
{
    static int handled = 1;
    EQUAL(MS_OK, ms_on_error(loop, handles_errors, &handled, counts_destroyed));
    EQUAL(MS_OK, ms_start_job(loop, MS_PHASE_UPDATE, "patrol", fails, NULL, NULL, NULL));
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_NORMAL, reports, NULL, NULL, NULL));
    EQUAL(MS_OK, ms_run(loop, MS_RUN_UNTIL_IDLE));
    CHECK(strstr(story, "patrol:-2;"));
    CHECK(strstr(story, "loader:no such file;"));
    EQUAL(MS_OK, ms_on_error(loop, NULL, NULL, NULL));
    EQUAL(1, destroyed);
}

static void an_error_that_nobody_handles_ends_the_loop_that_asked_for_it(void)
{
    ms_loop *strict;
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .name = "strict", .flags = MS_LOOP_STOP_ON_ERROR }, &strict));
    EQUAL(MS_OK, ms_report(strict, "loader", "no such file"));
    REFUSED(MS_E_FAILED, ms_run(strict, 0)); /* and is logged to standard error */
    SAME("no such file", ms_last_error());
    EQUAL(MS_OK, ms_report(strict, "loader", "another"));
    REFUSED(MS_E_FAILED, ms_tick(strict, 0));
    EQUAL(MS_TICK_WAIT, ms_tick(strict, 0));
    EQUAL(MS_OK, ms_loop_destroy(strict));
}

static void long_messages_are_cut_at_a_character(void)
{
    ms_loop *strict;
    char endless[4001];
    for (size_t i = 0; i + 1 < sizeof endless; i += 2)
        memcpy(endless + i, "\xc3\xb6", 2);
    endless[4000] = '\0';
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .flags = MS_LOOP_STOP_ON_ERROR }, &strict));
    EQUAL(MS_OK, ms_report(strict, "long", endless));
    REFUSED(MS_E_FAILED, ms_tick(strict, 0));
    size_t length = strlen(ms_last_error());
    CHECK(length > 900 && length < 1024 && length % 2 == 0);
    EQUAL(MS_OK, ms_loop_destroy(strict));
}

/* ---- what it takes ---- */

static long minor_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt;
}

static void takes_byte(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    char byte;
    CHECK(here == loop && ready == MS_READABLE && read(descriptor, &byte, 1) == 1);
    ++*(long *)data;
}

static int64_t rests(ms_loop *here, void *data)
{
    (void)here;
    return ++*(long *)data % 2 ? MS_JOB_NEXT_FRAME : 1000000; /* longer than a tick, under valgrind too: or the loop below never ends */
}

static void work_of_a_host(long *ran)
{
    static ms_handle *handles[64];
    for (int i = 0; i < 64; i++) {
        ms_call_soon(loop, MS_PRIORITY_NORMAL, count, ran, NULL, NULL);
        ms_call_soon(loop, i % 5, count, ran, NULL, &handles[i]);
        if (i % 2)
            ms_cancel(handles[i]);
        ms_call_after(loop, 0, count, ran, NULL, &handles[i]);
        if (i % 4 == 0)
            ms_cancel(handles[i]);
        ms_post(loop, count, ran, NULL);
        ms_deadline(loop);
        ms_budget_remaining(loop);
    }
    CHECK(write(pipes[1], "x", 1) == 1);
    while (ms_tick(loop, 0) == MS_TICK_AGAIN)
        ;
}

/* run.sh makes the first generation so large that nothing is collected: whatever is allocated would touch new pages. */
static void the_steady_state_allocates_nothing(void)
{
    long ran = 0;
    CHECK(pipe2(pipes, O_CLOEXEC) == 0);
    EQUAL(MS_OK, ms_watch(loop, pipes[0], MS_READABLE, takes_byte, &ran, NULL, &watch));
    EQUAL(MS_OK, ms_start_job(loop, MS_PHASE_UPDATE, NULL, rests, &ran, NULL, NULL));
    EQUAL(MS_OK, ms_call_every(loop, 5000000, count, &ran, NULL, NULL));
    for (int i = 0; i < 200; i++)
        work_of_a_host(&ran);
    long before = minor_faults();
    for (int i = 0; i < 2000; i++)
        work_of_a_host(&ran);
    long faults = minor_faults() - before;
    CHECK(ran > 300000);
    EQUAL(1, ms_cancel(watch));
    close(pipes[0]);
    close(pipes[1]);
    if (!getenv("DOTNET_GCgen0size"))
        return;
    printf("    %ld new pages in 500,000 calls\n", faults);
    CHECK(faults < 16); /* 1 byte for each call would be 120 */
    before = minor_faults();
    for (int i = 0; i < 20000; i++) { /* and this is seen when there is something */
        ms_handle *work;
        ms_call_in_background(loop, MS_NEVER, three_steps, &ran, NULL, &work);
        ms_cancel(work);
    }
    CHECK(minor_faults() - before > 200);
}

static struct sigaction signals_before[65];

static void the_hosts_signals_are_the_hosts(void)
{
    for (int number = 1; number < 65; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) != 0)
            continue;
        int changed = now.sa_handler != signals_before[number].sa_handler;
        /* Null references and divisions by zero become exceptions, or go on to the host's handler; the first real-time signal stops threads for the collector; a write to a closed pipe is an error. */
        int is_the_runtimes = number == SIGSEGV || number == SIGFPE || number == SIGRTMIN || (number == SIGPIPE && now.sa_handler == SIG_IGN);
        if (changed && !is_the_runtimes)
            printf("    signal %d (%s) has another handler\n", number, strsignal(number));
        CHECK(!changed || is_the_runtimes);
    }
}

/* ---- all of them ---- */

static const struct fact cases[] = {
    CASE(version_is_that_of_the_header),
    CASE(options_that_are_wrong_are_refused),
    CASE(names_are_utf8),
    CASE(numbers_that_are_no_handles_are_refused),
    CASE(loops_are_no_handles_and_handles_no_loops),
    CASE(destroying_twice_is_refused),
    CASE(what_was_destroyed_is_refused_for_ever),
    CASE(handles_that_have_ended_mean_nothing_else),
    CASE(there_is_an_end_to_loops),
    CASE(callbacks_run_in_order_and_never_at_once),
    CASE(priorities_come_before_order),
    CASE(all_ways_to_queue_keep_one_order),
    CASE(what_a_round_queues_runs_in_the_next),
    CASE(an_urgent_callback_queues_behind_the_round_too),
    CASE(a_callback_that_schedules_itself_starves_nothing),
    CASE(many_callbacks_all_run_once),
    CASE(timers_run_by_deadline_and_never_early),
    CASE(times_are_those_of_the_monotonic_clock),
    CASE(a_periodic_timer_keeps_its_grid_until_it_cancels_itself),
    CASE(a_cancelled_callback_never_runs),
    CASE(destroying_the_loop_gives_all_data_back_once),
    CASE(calls_that_are_refused_keep_nothing),
    CASE(data_given_back_may_schedule_again),
    CASE(a_loop_may_be_destroyed_in_each_kind_of_callback),
    CASE(a_loop_cannot_run_inside_itself),
    CASE(stop_counts_before_within_and_between),
    CASE(other_threads_are_refused_but_for_post_and_stop),
    CASE(an_unbound_loop_belongs_to_whom_it_is_bound_by),
    CASE(posts_of_each_thread_come_once_and_in_order),
    CASE(a_post_runs_or_is_refused_while_the_loop_is_destroyed),
    CASE(a_reader_is_called_while_there_is_something_to_read),
    CASE(a_writer_is_called_while_there_is_room),
    CASE(the_descriptor_tells_when_to_tick),
    CASE(a_tick_leaves_the_threads_slack_and_signals_alone),
    CASE(a_hosts_tick_is_one_frame_with_all_its_phases),
    CASE(fixed_steps_run_as_often_as_the_time_asks),
    CASE(a_frame_callback_may_cancel_itself),
    CASE(a_loop_with_a_rate_makes_its_own_frames),
    CASE(background_work_fills_the_frame_and_no_more),
    CASE(background_work_ends_when_it_says_so_or_cancels_itself),
    CASE(a_job_goes_on_in_the_next_frame_after_a_delay_or_not_at_all),
    CASE(a_job_may_wait_for_fixed_steps),
    CASE(a_job_that_is_cancelled_ends),
    CASE(errors_go_to_the_error_callback),
    CASE(what_the_error_callback_queues_runs_in_the_next_round),
    CASE(an_error_that_nobody_handles_ends_the_loop_that_asked_for_it),
    CASE(long_messages_are_cut_at_a_character),
    CASE(the_steady_state_allocates_nothing),
    CASE(the_hosts_signals_are_the_hosts),
};

int main(int argc, char **argv)
{
    for (int number = 1; number < 65; number++)
        sigaction(number, NULL, &signals_before[number]);
    return run_cases(cases, COUNT(cases), argc, argv);
}

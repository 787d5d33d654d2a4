/* What a host may do that it should not, or that nobody expects: the loop says so, or does it, and nothing breaks. usage: hostile [NAME...] */
#define _GNU_SOURCE
#include "cases.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

static void nothing(ms_loop *here, void *data)
{
    (void)here;
    (void)data;
}

static int no_more(ms_loop *here, void *data)
{
    nothing(here, data);
    return 0;
}

static int64_t is_done(ms_loop *here, void *data)
{
    nothing(here, data);
    return MS_JOB_DONE;
}

static void ignores_frame(ms_loop *here, const ms_frame *frame, void *data)
{
    (void)frame;
    nothing(here, data);
}

static void ignores_descriptor(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    (void)descriptor;
    (void)ready;
    nothing(here, data);
}

static ms_loop *made(const ms_options *options)
{
    ms_loop *other;
    EQUAL(MS_OK, ms_loop_create(options, &other));
    return other;
}

static void close_both(const int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

static int entries(const char *folder)
{
    int found = 0;
    DIR *directory = opendir(folder);
    CHECK(directory != NULL);
    while (readdir(directory))
        found++;
    closedir(directory);
    return found;
}

/* ---- destroying the loop where it hurts ---- */

static void destroys(ms_loop *here, void *data)
{
    (void)data;
    EQUAL(MS_OK, ms_loop_destroy(here));
    REFUSED(MS_E_HANDLE, ms_loop_destroy(here));
}

static void destroys_when_readable(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    (void)descriptor;
    (void)ready;
    destroys(here, data);
}

static int destroys_in_background(ms_loop *here, void *data)
{
    destroys(here, data);
    return 1;
}

static int64_t destroys_in_job(ms_loop *here, void *data)
{
    destroys(here, data);
    return MS_JOB_NEXT_FRAME;
}

static int64_t destroys_and_fails(ms_loop *here, void *data)
{
    destroys(here, data);
    return MS_JOB_FAILED;
}

static int destroys_when_asked(ms_loop *here, const char *what, const char *message, void *data)
{
    note(what);
    note(message);
    destroys(here, data);
    EQUAL(0, destroyed); /* not while this runs */
    return 1;
}

static void destroys_with_its_data(void *data)
{
    destroyed++;
    EQUAL(MS_OK, ms_loop_destroy(data));
}

static void a_loop_may_be_destroyed_by_whatever_it_calls(void)
{
    for (int kind = 0; kind < 8; kind++) {
        int pipes[2];
        CHECK(pipe(pipes) == 0 && write(pipes[1], "x", 1) == 1);
        destroyed = 0;
        ms_loop *other = made(NULL);
        EQUAL(MS_OK, ms_call_after(other, SECOND, nothing, NULL, counts_destroyed, NULL));
        switch (kind) {
        case 0: EQUAL(MS_OK, ms_watch(other, pipes[0], MS_READABLE, destroys_when_readable, NULL, counts_destroyed, NULL)); break;
        case 1: EQUAL(MS_OK, ms_call_in_background(other, MS_NEVER, destroys_in_background, NULL, counts_destroyed, NULL)); break;
        case 2: EQUAL(MS_OK, ms_start_job(other, MS_PHASE_UPDATE, NULL, destroys_in_job, NULL, counts_destroyed, NULL)); break;
        case 3: EQUAL(MS_OK, ms_start_job(other, MS_PHASE_UPDATE, "fails, as it has to", destroys_and_fails, NULL, counts_destroyed, NULL)); break;
        case 4: EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, nothing, other, destroys_with_its_data, NULL)); break;
        case 5: EQUAL(MS_OK, ms_call_after(other, 0, nothing, other, destroys_with_its_data, NULL)); break;
        case 6: EQUAL(MS_OK, ms_start_job(other, MS_PHASE_UPDATE, NULL, is_done, other, destroys_with_its_data, NULL)); break;
        default: EQUAL(MS_OK, ms_call_in_background(other, MS_NEVER, no_more, other, destroys_with_its_data, NULL)); break;
        }
        EQUAL(MS_OK, ms_run(other, 0));
        EQUAL(2, destroyed);
        REFUSED(MS_E_HANDLE, ms_run(other, 0));
        close_both(pipes);
    }
}

static void a_loop_may_be_destroyed_by_the_data_of_what_is_cancelled(void)
{
    for (int kind = 0; kind < 6; kind++) {
        int pipes[2];
        ms_handle *handle = NULL;
        CHECK(pipe(pipes) == 0);
        destroyed = 0;
        ms_loop *other = made(NULL);
        EQUAL(MS_OK, ms_call_after(other, SECOND, nothing, NULL, counts_destroyed, NULL));
        switch (kind) {
        case 0: EQUAL(MS_OK, ms_watch(other, pipes[0], MS_READABLE, ignores_descriptor, other, destroys_with_its_data, &handle)); break;
        case 1: EQUAL(MS_OK, ms_call_in_background(other, MS_NEVER, no_more, other, destroys_with_its_data, &handle)); break;
        case 2: EQUAL(MS_OK, ms_start_job(other, MS_PHASE_UPDATE, NULL, is_done, other, destroys_with_its_data, &handle)); break;
        case 3: EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, nothing, other, destroys_with_its_data, &handle)); break;
        case 4: EQUAL(MS_OK, ms_call_after(other, 1, nothing, other, destroys_with_its_data, &handle)); break;
        default: EQUAL(MS_OK, ms_call_every(other, 1, nothing, other, destroys_with_its_data, &handle)); break;
        }
        EQUAL(1, ms_cancel(handle));
        EQUAL(2, destroyed);
        REFUSED(MS_E_HANDLE, ms_cancel(handle));
        close_both(pipes);
    }
}

static void destroys_the_outer(ms_loop *inner, void *outer)
{
    destroys(outer, NULL);
    EQUAL(0, destroyed); /* it runs: when its tick is over */
    EQUAL(MS_OK, ms_stop(inner));
}

static void runs_an_inner(ms_loop *outer, void *data)
{
    (void)data;
    ms_loop *inner = made(NULL);
    EQUAL(MS_OK, ms_call_soon(inner, MS_PRIORITY_NORMAL, destroys_the_outer, outer, NULL, NULL));
    EQUAL(MS_OK, ms_run(inner, 0));
    EQUAL(MS_OK, ms_loop_destroy(inner));
}

static void a_loop_may_be_destroyed_by_one_that_runs_inside_it(void)
{
    ms_loop *outer = made(NULL);
    EQUAL(MS_OK, ms_call_soon(outer, MS_PRIORITY_NORMAL, runs_an_inner, NULL, counts_destroyed, NULL));
    EQUAL(MS_OK, ms_call_after(outer, SECOND, nothing, NULL, counts_destroyed, NULL));
    EQUAL(MS_OK, ms_run(outer, 0));
    EQUAL(2, destroyed);
    REFUSED(MS_E_HANDLE, ms_run(outer, 0));
}

/* ---- errors ---- */

static int notes_error(ms_loop *here, const char *what, const char *message, void *data)
{
    nothing(here, data);
    note(what);
    note(message);
    return 1;
}

static int replaces_itself(ms_loop *here, const char *what, const char *message, void *data)
{
    EQUAL(MS_OK, ms_on_error(here, notes_error, NULL, counts_destroyed));
    EQUAL(MS_OK, ms_on_error(here, notes_error, NULL, NULL));
    EQUAL(1, destroyed); /* that of the one that never ran, not that of this one */
    return notes_error(here, what, message, data);
}

static void an_error_callback_may_replace_itself(void)
{
    EQUAL(MS_OK, ms_on_error(loop, replaces_itself, NULL, counts_destroyed));
    EQUAL(MS_OK, ms_report(loop, "a", "b,"));
    EQUAL(2, destroyed);
    EQUAL(MS_OK, ms_report(loop, "c", "d,"));
    SAME("ab,cd,", story);
}

static void an_error_callback_may_destroy_the_loop(void)
{
    ms_loop *other = made(NULL);
    EQUAL(MS_OK, ms_on_error(other, destroys_when_asked, NULL, counts_destroyed));
    EQUAL(MS_OK, ms_report(other, "a", "b,"));
    EQUAL(1, destroyed);
    REFUSED(MS_E_HANDLE, ms_report(other, "a", "b"));
    SAME("ab,", story);
}

static int reports_itself(ms_loop *here, const char *what, const char *message, void *data)
{
    EQUAL(MS_OK, ms_report(here, "the error callback", "fails too, as it has to, and that is logged"));
    return notes_error(here, what, message, data);
}

static void an_error_callback_is_not_asked_about_itself(void)
{
    EQUAL(MS_OK, ms_on_error(loop, reports_itself, NULL, NULL));
    EQUAL(MS_OK, ms_report(loop, "a", "b"));
    SAME("ab", story);
}

static void reports(ms_loop *here, void *data)
{
    EQUAL(MS_OK, ms_report(here, "error", ","));
    note(data);
}

static void reports_and_stops(ms_loop *here, void *data)
{
    EQUAL(MS_OK, ms_stop(here));
    reports(here, data);
}

static void reports_and_destroys(ms_loop *here, void *data)
{
    reports(here, data);
    destroys(here, NULL);
}

static void an_error_is_told_before_anything_else_happens(void)
{
    ms_loop *other = made(NULL);
    EQUAL(MS_OK, ms_on_error(other, notes_error, NULL, NULL));
    EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, reports, "a,", NULL, NULL));
    EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, reports_and_stops, "b,", NULL, NULL));
    EQUAL(MS_OK, ms_run(other, 0));
    EQUAL(MS_OK, ms_call_soon(other, MS_PRIORITY_NORMAL, reports_and_destroys, "c", NULL, NULL));
    EQUAL(MS_OK, ms_run(other, 0));
    SAME("error,a,error,b,error,c", story);
}

/* The library is written in another language than its callers: they do not know its names. */
static void messages_speak_of_c(void)
{
    const ms_options wrong[] = {
        { .size = sizeof(ms_options), .pacing = MS_PACING_FRAME_LOCKED },
        { .size = sizeof(ms_options), .fixed_step_ns = 1000 },
        { .size = sizeof(ms_options), .frame_budget_ns = 1000 },
        { .size = sizeof(ms_options), .frame_rate = 60, .fixed_step_ns = INT64_MAX },
    };
    const char *foreign[] = { "LoopOptions", "Pacing.", "FrameRate", "TickFrame", "CallEvery", "RandomAccess", "Parameter", "Actual value", "source" };
    ms_loop *other;
    ms_handle *watch;
    int pipes[2], files[2] = { open("/proc/self/exe", O_RDONLY | O_CLOEXEC), open("/", O_RDONLY | O_CLOEXEC) };
    CHECK(pipe(pipes) == 0);
    EQUAL(MS_OK, ms_watch(loop, pipes[0], MS_READABLE, ignores_descriptor, NULL, NULL, &watch));
    for (int i = 0; i < 12; i++) {
        switch (i) {
        case 4: REFUSED(MS_E_STATE, ms_tick_frame(loop, 0, MS_NEVER)); break;
        case 5: REFUSED(MS_E_STATE, ms_on_frame(loop, MS_PHASE_UPDATE, 0, ignores_frame, NULL, NULL, NULL)); break;
        case 6:
        case 7: REFUSED(MS_E_SYSTEM, ms_watch(loop, files[i - 6], MS_READABLE, ignores_descriptor, NULL, NULL, NULL)); break;
        case 8: REFUSED(MS_E_SYSTEM, ms_watch(loop, 1000000, MS_READABLE, ignores_descriptor, NULL, NULL, NULL)); break;
        case 9: REFUSED(MS_E_SYSTEM, ms_watch(loop, pipes[0], MS_WRITABLE, ignores_descriptor, NULL, NULL, NULL)); break;
        case 10: close_both(pipes); REFUSED(MS_E_SYSTEM, ms_watch_for(watch, MS_WRITABLE)); break;
        case 11: REFUSED(MS_E_ARGUMENT, ms_call_every(loop, 0, nothing, NULL, NULL, NULL)); break;
        default: REFUSED(MS_E_ARGUMENT, ms_loop_create(&wrong[i], &other)); break;
        }
        for (size_t name = 0; name < COUNT(foreign); name++)
            if (strstr(ms_last_error(), foreign[name])) {
                printf("    %s\n", ms_last_error());
                check_failed();
            }
    }
    EQUAL(1, ms_cancel(watch));
    close_both(files);
}

/* ---- times ---- */

static void every_number_is_a_time(void)
{
    const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, 99, INT64_C(1) << 53, INT64_C(1) << 62, INT64_MAX - 1000, INT64_MAX - 1, INT64_MAX };
    ms_loop *game = made(&(ms_options){ .size = sizeof(ms_options), .pacing = MS_PACING_HOST, .fixed_step_ns = 10 * MS });
    EQUAL(MS_OK, ms_on_frame(game, MS_PHASE_FIXED_UPDATE, 0, ignores_frame, NULL, NULL, NULL));
    for (size_t i = 0; i < COUNT(times); i++) {
        EQUAL(MS_OK, ms_call_after(loop, times[i], nothing, NULL, counts_destroyed, NULL));
        EQUAL(MS_OK, ms_call_at(loop, times[i], nothing, NULL, counts_destroyed, NULL));
        EQUAL(MS_OK, ms_call_in_background(loop, times[i], no_more, NULL, counts_destroyed, NULL));
        ms_handle *every = NULL;
        EQUAL(times[i] > 0 ? MS_OK : MS_E_ARGUMENT, ms_call_every(loop, times[i], nothing, NULL, counts_destroyed, &every));
        CHECK(ms_tick_frame(game, times[i] < 0 ? 0 : times[i], times[COUNT(times) - 1 - i]) >= 0);
        CHECK(ms_tick(loop, times[i] < 2 ? times[i] : 0) >= 0);
        if (every)
            EQUAL(1, ms_cancel(every)); /* the shortest one is always due, and leaves no time for background work */
    }
    int status;
    do
        CHECK((status = ms_tick(loop, 0)) >= 0);
    while (status == MS_TICK_AGAIN || ms_deadline(loop) <= ms_now(loop));
    EQUAL(MS_TICK_AT, status);
    CHECK(destroyed >= 11 + 7 + 6 + 6); /* the background, the periodic ones, and what is due */
    EQUAL(MS_OK, ms_loop_destroy(game));
}

/* ---- descriptors ---- */

static int first[2], second[2];
static ms_handle *watches[2];

static void takes_the_others_place(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    char byte;
    (void)data;
    EQUAL(MS_READABLE, ready);
    CHECK(read(descriptor, &byte, 1) == 1);
    note("x");
    int other = descriptor == first[0] ? second[0] : first[0];
    EQUAL(1, ms_cancel(watches[descriptor == first[0]]));
    CHECK(dup2(descriptor, other) == other); /* the number of what is ready now names something else */
    EQUAL(MS_OK, ms_watch(here, other, MS_READABLE, ignores_descriptor, NULL, NULL, NULL));
}

static void a_watch_that_another_one_cancels_is_not_called_whoever_has_its_number(void)
{
    CHECK(pipe(first) == 0 && pipe(second) == 0);
    EQUAL(MS_OK, ms_watch(loop, first[0], MS_READABLE, takes_the_others_place, NULL, counts_destroyed, &watches[0]));
    EQUAL(MS_OK, ms_watch(loop, second[0], MS_READABLE, takes_the_others_place, NULL, counts_destroyed, &watches[1]));
    CHECK(write(first[1], "x", 1) == 1 && write(second[1], "x", 1) == 1);
    for (int i = 0; i < 3; i++)
        CHECK(ms_tick(loop, 0) >= 0);
    SAME("x", story);
    EQUAL(1, destroyed);
    close_both(first);
    close_both(second);
}

static void notes_readable(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    char byte;
    (void)here;
    EQUAL(MS_READABLE, ready);
    CHECK(read(descriptor, &byte, 1) == 1);
    note(data);
}

static void a_descriptor_that_was_closed_leaves_its_number_to_another_one(void)
{
    CHECK(pipe(first) == 0);
    EQUAL(MS_OK, ms_watch(loop, first[0], MS_READABLE, notes_readable, "no", counts_destroyed, &watches[0]));
    close_both(first); /* behind the loop's back */
    CHECK(pipe(second) == 0);
    EQUAL(first[0], second[0]);
    EQUAL(MS_OK, ms_watch(loop, second[0], MS_READABLE, notes_readable, "yes", counts_destroyed, &watches[1]));
    EQUAL(1, ms_cancel(watches[0]));
    EQUAL(1, destroyed);
    CHECK(write(second[1], "x", 1) == 1);
    CHECK(ms_tick(loop, SECOND) >= 0);
    SAME("yes", story);
    EQUAL(1, ms_cancel(watches[1]));
    close_both(second);
}

static void notes_both(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    char byte;
    nothing(here, data);
    note(ready & MS_WRITABLE ? "w" : "");
    if (ready & MS_READABLE) {
        CHECK(read(descriptor, &byte, 1) == 1);
        note("r");
    }
}

static void one_watch_reads_and_writes(void)
{
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, first) == 0);
    EQUAL(MS_OK, ms_watch(loop, first[0], MS_READABLE | MS_WRITABLE, notes_both, NULL, NULL, &watches[0]));
    CHECK(ms_tick(loop, 0) >= 0);
    CHECK(write(first[1], "x", 1) == 1);
    CHECK(ms_tick(loop, 0) >= 0);
    EQUAL(MS_OK, ms_watch_for(watches[0], MS_READABLE));
    CHECK(ms_tick(loop, 0) >= 0);
    SAME("wwr", story);
    EQUAL(1, ms_cancel(watches[0]));
    close_both(first);
}

static void stops_for_a_signal(ms_loop *here, int descriptor, uint32_t ready, void *data)
{
    struct signalfd_siginfo signal;
    (void)ready;
    (void)data;
    CHECK(read(descriptor, &signal, sizeof signal) == sizeof signal);
    EQUAL(SIGUSR1, signal.ssi_signo);
    note("signal");
    EQUAL(MS_OK, ms_stop(here));
}

/* A handler may call nothing: this is the way to do it. */
static void a_signal_comes_through_a_signalfd(void)
{
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &ours, &before) == 0);
    int descriptor = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    EQUAL(MS_OK, ms_watch(loop, descriptor, MS_READABLE, stops_for_a_signal, NULL, NULL, &watches[0]));
    CHECK(pthread_kill(pthread_self(), SIGUSR1) == 0);
    EQUAL(MS_OK, ms_run(loop, 0));
    SAME("signal", story);
    EQUAL(1, ms_cancel(watches[0]));
    close(descriptor);
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

/* ---- the guest ---- */

static int ten_steps(ms_loop *here, void *data)
{
    (void)here;
    return ++*(long *)data < 10;
}

static int64_t ten_turns(ms_loop *here, void *data)
{
    (void)here;
    return ++*(long *)data < 10 ? MS_JOB_NEXT_FRAME : MS_JOB_DONE;
}

static void ten_times(ms_loop *here, void *data)
{
    if (++*(long *)data < 10)
        EQUAL(MS_OK, ms_call_soon(here, MS_PRIORITY_IDLE, ten_times, data, NULL, NULL));
}

/* One tick for each time that the descriptor is readable is all that a host has to do, so that nothing of the loop's starves the host. */
static void the_descriptor_stays_readable_while_there_is_more_to_do(void)
{
    long background = 0, job = 0, idle = 0;
    struct pollfd poller = { ms_descriptor(loop), POLLIN, 0 };
    EQUAL(MS_OK, ms_call_in_background(loop, MS_NEVER, ten_steps, &background, NULL, NULL));
    EQUAL(MS_OK, ms_start_job(loop, MS_PHASE_UPDATE, NULL, ten_turns, &job, NULL, NULL));
    EQUAL(MS_OK, ms_call_soon(loop, MS_PRIORITY_IDLE, ten_times, &idle, NULL, NULL));
    int result;
    do {
        EQUAL(1, poll(&poller, 1, 10000));
        CHECK((result = ms_tick(loop, 0)) >= 0);
    } while (background < 10 || job < 10 || idle < 10);
    while (result == MS_TICK_AGAIN)
        CHECK((result = ms_tick(loop, 0)) >= 0);
    EQUAL(0, poll(&poller, 1, 0));
}

static void ticks_the_guest(ms_loop *here, int descriptor, uint32_t ready, void *guest)
{
    (void)descriptor;
    EQUAL(MS_READABLE, ready);
    CHECK(ms_tick(guest, 0) >= 0);
    if (story[0])
        EQUAL(MS_OK, ms_stop(here));
}

static void a_loop_may_be_the_guest_of_another_one_but_not_of_itself(void)
{
    ms_loop *guest = made(NULL);
    EQUAL(MS_OK, ms_watch(loop, ms_descriptor(guest), MS_READABLE, ticks_the_guest, guest, NULL, &watches[0]));
    REFUSED(MS_E_SYSTEM, ms_watch(loop, ms_descriptor(loop), MS_READABLE, ticks_the_guest, loop, NULL, NULL));
    CHECK(strstr(ms_last_error(), "wait for itself") != NULL);
    REFUSED(MS_E_SYSTEM, ms_watch(guest, ms_descriptor(loop), MS_READABLE, ticks_the_guest, loop, NULL, NULL));
    EQUAL(MS_OK, ms_call_after(guest, 2 * MS, say, "timer", NULL, NULL));
    EQUAL(MS_OK, ms_run(loop, 0));
    SAME("timer", story);
    EQUAL(1, ms_cancel(watches[0]));
    EQUAL(MS_OK, ms_loop_destroy(guest));
}

/* ---- many ---- */

static void *lives_and_dies(void *data)
{
    for (int i = 0; i < 50; i++) {
        long ran = 0;
        ms_loop *own;
        if (ms_loop_create(NULL, &own) != MS_OK)
            return NULL;
        for (int k = 0; k < 20; k++)
            if (ms_call_after(own, k * 1000, count, &ran, NULL, NULL) != MS_OK || ms_call_soon(own, MS_PRIORITY_NORMAL, count, &ran, NULL, NULL) != MS_OK
                || ms_post(own, count, &ran, NULL) != MS_OK)
                return NULL;
        if (ms_run(own, MS_RUN_UNTIL_IDLE) != MS_OK || ran != 60 || ms_loop_destroy(own) != MS_OK)
            return NULL;
    }
    return data;
}

static void loops_of_many_threads_know_nothing_of_each_other(void)
{
    pthread_t threads[8];
    for (size_t i = 0; i < COUNT(threads); i++)
        CHECK(pthread_create(&threads[i], NULL, lives_and_dies, threads) == 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *result;
        pthread_join(threads[i], &result);
        CHECK(result == threads);
    }
}

static void loops_that_are_destroyed_leave_nothing_open(void)
{
    int descriptors = 0, threads = 0;
    for (int i = 0; i < 1000; i++) {
        ms_loop *other = made(NULL);
        EQUAL(MS_OK, ms_call_after(other, 0, nothing, NULL, NULL, NULL));
        CHECK(ms_descriptor(other) >= 0);
        CHECK(ms_tick(other, 0) >= 0);
        EQUAL(MS_OK, ms_loop_destroy(other));
        if (i == 0) {
            descriptors = entries("/proc/self/fd");
            threads = entries("/proc/self/task");
        }
    }
    EQUAL(descriptors, entries("/proc/self/fd"));
    EQUAL(threads, entries("/proc/self/task"));
}

static void a_loop_that_finds_no_descriptors_takes_none(void)
{
    struct rlimit before, few;
    ms_loop *other;
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    int open_before = entries("/proc/self/fd");
    for (int free_ones = 0; free_ones < 3; free_ones++) { /* a loop needs three */
        few = (struct rlimit){ (rlim_t)(dup(0) + free_ones), before.rlim_max };
        close((int)few.rlim_cur - free_ones);
        CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
        for (int i = 0; i < 50; i++)
            REFUSED(MS_E_SYSTEM, ms_loop_create(NULL, &other));
        CHECK(other == NULL);
        if (free_ones == 0)
            REFUSED(MS_E_SYSTEM, ms_descriptor(loop)); /* which is one more */
        CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
    }
    EQUAL(open_before, entries("/proc/self/fd"));
    EQUAL(MS_OK, ms_loop_create(NULL, &other));
    EQUAL(MS_OK, ms_loop_destroy(other));
    struct pollfd poller = { ms_descriptor(loop), POLLIN, 0 };
    EQUAL(MS_OK, ms_post(loop, say, "heard", NULL));
    EQUAL(1, poll(&poller, 1, 10000));
    CHECK(ms_tick(loop, 0) >= 0);
    SAME("heard", story);
}

/* ---- all of them ---- */

static const struct fact cases[] = {
    CASE(a_loop_may_be_destroyed_by_whatever_it_calls),
    CASE(a_loop_may_be_destroyed_by_the_data_of_what_is_cancelled),
    CASE(a_loop_may_be_destroyed_by_one_that_runs_inside_it),
    CASE(an_error_callback_may_replace_itself),
    CASE(an_error_callback_may_destroy_the_loop),
    CASE(an_error_callback_is_not_asked_about_itself),
    CASE(an_error_is_told_before_anything_else_happens),
    CASE(messages_speak_of_c),
    CASE(every_number_is_a_time),
    CASE(a_watch_that_another_one_cancels_is_not_called_whoever_has_its_number),
    CASE(a_descriptor_that_was_closed_leaves_its_number_to_another_one),
    CASE(one_watch_reads_and_writes),
    CASE(a_signal_comes_through_a_signalfd),
    CASE(the_descriptor_stays_readable_while_there_is_more_to_do),
    CASE(a_loop_may_be_the_guest_of_another_one_but_not_of_itself),
    CASE(loops_of_many_threads_know_nothing_of_each_other),
    CASE(loops_that_are_destroyed_leave_nothing_open),
    CASE(a_loop_that_finds_no_descriptors_takes_none),
};

int main(int argc, char **argv)
{
    return run_cases(cases, COUNT(cases), argc, argv);
}

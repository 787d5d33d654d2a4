/* A host that has used up the library's memory. run.sh gives it little, with DOTNET_GCHeapHardLimit. usage: memory [NAME...] */
#define _GNU_SOURCE
#include "cases.h"

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

static int soon_low(ms_loop *on) { return ms_call_soon(on, MS_PRIORITY_LOW, nothing, NULL, counts_destroyed, NULL); }
static int after(ms_loop *on) { return ms_call_after(on, SECOND * 1000, nothing, NULL, counts_destroyed, NULL); }
static int every(ms_loop *on) { return ms_call_every(on, SECOND * 1000, nothing, NULL, counts_destroyed, NULL); }
static int background(ms_loop *on) { return ms_call_in_background(on, MS_NEVER, no_more, NULL, counts_destroyed, NULL); }
static int job(ms_loop *on) { return ms_start_job(on, MS_PHASE_UPDATE, "job", is_done, NULL, counts_destroyed, NULL); }
static int frame(ms_loop *on) { return ms_on_frame(on, MS_PHASE_UPDATE, 0, ignores_frame, NULL, counts_destroyed, NULL); }
static int post(ms_loop *on) { return ms_post(on, nothing, NULL, counts_destroyed); }

static void fill(int (*schedule)(ms_loop *))
{
    int status, taken = 0, refused = 0;
    ms_loop *full;
    EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .pacing = MS_PACING_HOST }, &full));
    while ((status = schedule(full)) == MS_OK && taken < 10000000)
        taken++;
    EQUAL(MS_E_LIMIT, status);
    for (int i = 0; i < 10; i++)
        refused += schedule(full) != MS_OK;
    EQUAL(0, destroyed); /* what is refused stays the caller's */
    EQUAL(MS_OK, ms_loop_destroy(full));
    EQUAL(taken + 10 - refused, destroyed);
    EQUAL(MS_OK, soon("."));
    CHECK(ms_tick(loop, 0) >= 0);
    SAME(".", story);
}

static void calls_that_find_no_memory_are_refused_and_the_rest_goes_on(void) { fill(soon_low); }
static void timers_that_find_no_memory_are_refused_and_the_rest_goes_on(void) { fill(after); }
static void periodic_timers_that_find_no_memory_are_refused_and_the_rest_goes_on(void) { fill(every); }
static void background_work_that_finds_no_memory_is_refused_and_the_rest_goes_on(void) { fill(background); }
static void jobs_that_find_no_memory_are_refused_and_the_rest_goes_on(void) { fill(job); }
static void frame_callbacks_that_find_no_memory_are_refused_and_the_rest_goes_on(void) { fill(frame); }
static void posts_that_find_no_memory_are_refused_and_the_rest_goes_on(void) { fill(post); }

static const struct fact cases[] = {
    CASE(calls_that_find_no_memory_are_refused_and_the_rest_goes_on),
    CASE(timers_that_find_no_memory_are_refused_and_the_rest_goes_on),
    CASE(periodic_timers_that_find_no_memory_are_refused_and_the_rest_goes_on),
    CASE(background_work_that_finds_no_memory_is_refused_and_the_rest_goes_on),
    CASE(jobs_that_find_no_memory_are_refused_and_the_rest_goes_on),
    CASE(frame_callbacks_that_find_no_memory_are_refused_and_the_rest_goes_on),
    CASE(posts_that_find_no_memory_are_refused_and_the_rest_goes_on),
};

int main(int argc, char **argv)
{
    return run_cases(cases, COUNT(cases), argc, argv);
}

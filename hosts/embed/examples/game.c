/*
 * A bare game loop that owns the frame, and ticks Mainspring once in each: a simulation in fixed steps, an enemy as a job, a level that
 * loads in the time that frames leave, and a thread that posts its result. Ends with 1 when something was not as it has to be.
 */
#define _GNU_SOURCE
#include <mainspring.h>

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { FRAMES = 60, LEVEL_PARTS = 20000, STEPS_A_SECOND = 200 };

static const int64_t frame_ns = 5000000;            /* 200 frames a second, so that the example is short */
static const int64_t step_ns = 1000000000 / STEPS_A_SECOND;

static struct {
    long steps, drawn, enemy_moves, parts_loaded, scores, late;
    int64_t last_step;
} game = { .last_step = -1 };

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void simulate(ms_loop *loop, const ms_frame *frame, void *data)
{
    (void)loop;
    (void)data;
    game.steps += frame->step == game.last_step + 1; /* no number is left out */
    game.last_step = frame->step;
}

static void draw(ms_loop *loop, const ms_frame *frame, void *data)
{
    (void)loop;
    (void)data;
    game.drawn += frame->interpolation >= 0 && frame->interpolation <= 1;
}

/* A coroutine: three moves, one each fixed step, then a rest. */
static int64_t enemy(ms_loop *loop, void *data)
{
    int *moves = data;
    (void)loop;
    game.enemy_moves++;
    return ++*moves % 3 != 0 ? MS_JOB_FIXED_STEP : 20000000;
}

/* Loads as much as there is time for. */
static int load_level(ms_loop *loop, void *data)
{
    (void)data;
    while (game.parts_loaded < LEVEL_PARTS && ms_budget_remaining(loop) > 0)
        for (volatile int work = 0; work < 1000; work++)
            game.parts_loaded += work == 999;
    return game.parts_loaded < LEVEL_PARTS;
}

static void score_saved(ms_loop *loop, void *data)
{
    (void)loop;
    (void)data;
    game.scores++;
}

static void *saves_scores(void *loop)
{
    for (int i = 0; i < 10; i++)
        if (ms_post(loop, score_saved, NULL, NULL) < 0)
            return NULL;
    return loop;
}

static int check(int condition, const char *claim)
{
    printf("  %s %s\n", condition ? "yes:" : "NO: ", claim);
    return condition ? 0 : 1;
}

int main(void)
{
    ms_options options = { .size = sizeof options, .name = "game", .pacing = MS_PACING_HOST, .fixed_step_ns = step_ns };
    ms_loop *loop;
    int moves = 0;
    if (ms_loop_create(&options, &loop) < 0
        || ms_on_frame(loop, MS_PHASE_FIXED_UPDATE, 0, simulate, NULL, NULL, NULL) < 0
        || ms_on_frame(loop, MS_PHASE_RENDER, 0, draw, NULL, NULL, NULL) < 0
        || ms_start_job(loop, MS_PHASE_UPDATE, "enemy", enemy, &moves, NULL, NULL) < 0
        || ms_call_in_background(loop, MS_NEVER, load_level, NULL, NULL, NULL) < 0) {
        fprintf(stderr, "game: %s\n", ms_last_error());
        return 1;
    }

    pthread_t saver;
    if (pthread_create(&saver, NULL, saves_scores, loop) != 0)
        return 1;

    int64_t due = now_ns();
    for (int i = 0; i < FRAMES; i++) {
        int64_t deadline = due + frame_ns;
        int result = ms_tick_frame(loop, frame_ns, deadline - frame_ns / 4); /* the rest of the frame is the host's own */
        if (result < 0) {
            fprintf(stderr, "game: %s\n", ms_last_error());
            return 1;
        }
        game.late += now_ns() > deadline;
        struct timespec until = { deadline / 1000000000, deadline % 1000000000 };
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL); /* a game would wait for the display here */
        due = now_ns() < deadline + frame_ns ? deadline : now_ns(); /* a display does not show again what it has missed */
    }
    void *saved = NULL;
    pthread_join(saver, &saved);
    ms_tick_frame(loop, 0, MS_NEVER);

    printf("%d frames: %ld fixed steps, %ld moves of the enemy, %ld of %d parts of the level, %ld frames late\n",
           FRAMES, game.steps, game.enemy_moves, game.parts_loaded, LEVEL_PARTS, game.late);
    int failed = 0;
    failed += check(game.steps == FRAMES * frame_ns / step_ns, "there was a fixed step for all time that has passed, and each number once");
    failed += check(game.drawn == FRAMES + 1, "every frame was drawn once");
    failed += check(game.enemy_moves >= 4, "the enemy has moved in steps, with rests between them");
    failed += check(game.parts_loaded > 0, "the level was loading in the time that was left");
    failed += check(saved == loop && game.scores == 10, "every result of the other thread has come");
    return ms_loop_destroy(loop) < 0 || failed > 0;
}

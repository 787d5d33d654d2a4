/*
 * What the guests of GLib's and of libuv's loop do, whatever loop they are guests of: timers, posts from another thread, and a pipe. Each is waited
 * for by the descriptor alone, and at the end it is checked that nothing was missed, and that the host was not kept busy.
 */
#ifndef GUEST_H
#define GUEST_H

#include <mainspring.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TIMERS = 50, POSTS = 20, BYTES = 20 };

struct guest {
    ms_loop *loop;
    void (*done)(struct guest *); /* ends the host's loop */
    void *host;
    pthread_t thread;
    int pipe[2];
    int64_t deadlines[TIMERS];
    long timers, early, posts, bytes, wakes;
    int64_t latest;
    int is_idle, idle_wakes;
};

static inline int64_t guest_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline void guest_check(int status)
{
    if (status < 0) {
        fprintf(stderr, "guest: %s: %s\n", ms_status_name(status), ms_last_error());
        exit(1);
    }
}

static struct guest *the_guest;

/* Half a second in which nothing is to happen, and nothing does. */
static void guest_is_over(ms_loop *loop, void *data)
{
    (void)loop;
    (void)data;
    the_guest->is_idle = 0;
    the_guest->done(the_guest);
}

static void guest_progress(void)
{
    if (the_guest->timers == TIMERS && the_guest->posts == POSTS && the_guest->bytes == BYTES && !the_guest->is_idle) {
        the_guest->is_idle = 1;
        guest_check(ms_call_after(the_guest->loop, 500000000, guest_is_over, NULL, NULL, NULL));
    }
}

static void guest_timer(ms_loop *loop, void *data)
{
    int64_t late = guest_now() - *(int64_t *)data;
    (void)loop;
    the_guest->timers++;
    the_guest->early += late < 0;
    the_guest->latest = late > the_guest->latest ? late : the_guest->latest;
    guest_progress();
}

static void guest_post(ms_loop *loop, void *data)
{
    (void)loop;
    (void)data;
    the_guest->posts++;
    guest_progress();
}

static void guest_byte(ms_loop *loop, int descriptor, uint32_t ready, void *data)
{
    char byte;
    (void)loop;
    (void)data;
    if ((ready & MS_READABLE) && read(descriptor, &byte, 1) == 1)
        the_guest->bytes++;
    guest_progress();
}

static void *guest_thread(void *data)
{
    struct guest *guest = data;
    for (int i = 0; i < POSTS; i++) {
        struct timespec pause = { 0, 3000000 };
        nanosleep(&pause, NULL); /* the host sleeps meanwhile, and has to be woken */
        guest_check(ms_post(guest->loop, guest_post, NULL, NULL));
        if (write(guest->pipe[1], "x", 1) != 1)
            exit(1);
    }
    return NULL;
}

static inline void guest_start(struct guest *guest)
{
    the_guest = guest;
    guest_check(ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .name = "guest" }, &guest->loop));
    if (pipe(guest->pipe) != 0)
        exit(1);
    guest_check(ms_watch(guest->loop, guest->pipe[0], MS_READABLE, guest_byte, NULL, NULL, NULL));
    for (int i = 0; i < TIMERS; i++) {
        guest->deadlines[i] = guest_now() + (i * 7919 % 100) * INT64_C(1000000); /* in no order, some at the same time */
        guest_check(ms_call_at(guest->loop, guest->deadlines[i], guest_timer, &guest->deadlines[i], NULL, NULL));
    }
    if (pthread_create(&guest->thread, NULL, guest_thread, guest) != 0)
        exit(1);
}

/* What a host does when the descriptor is readable: one turn. It stays readable while there is more to do, so that the host has its turns, too. */
static inline int guest_tick(struct guest *guest)
{
    guest->wakes++;
    guest->idle_wakes += guest->is_idle;
    int result = ms_tick(guest->loop, 0);
    guest_check(result);
    return result;
}

static int guest_claim(int condition, const char *claim)
{
    printf("  %s %s\n", condition ? "yes:" : "NO: ", claim);
    return condition ? 0 : 1;
}

static inline int guest_end(struct guest *guest, const char *host)
{
    pthread_join(guest->thread, NULL);
    guest_check(ms_loop_destroy(guest->loop));
    close(guest->pipe[0]);
    close(guest->pipe[1]);
    printf("in %s: %ld timers, %ld posts, %ld bytes in %ld wake-ups; the latest timer by %lld us\n", host, guest->timers,
           guest->posts, guest->bytes, guest->wakes, (long long)guest->latest / 1000);
    int failed = 0;
    failed += guest_claim(guest->timers == TIMERS && guest->early == 0, "every timer has run, and none early");
    failed += guest_claim(guest->posts == POSTS && guest->bytes == BYTES, "every post and byte has come");
    failed += guest_claim(guest->wakes <= 3 * (TIMERS + POSTS + BYTES) + 20, "the host was woken for them, and did not poll");
    failed += guest_claim(guest->idle_wakes <= 3, "half a second without anything to do has cost it no wake-up but the one at the end");
    return failed > 0;
}

#endif

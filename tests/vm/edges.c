// The baseline of edge to callback: waits for the edges of a line with epoll and libgpiod 1. usage: edges CHIP LINE EDGES
// It prints "ready" when it holds the line, and at the end the times from the kernel's time stamp to here: p50 and p99 in ns, and how many edges.
#define _GNU_SOURCE
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

static int compare(const void *a, const void *b)
{
    long long left = *(const long long *)a, right = *(const long long *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    struct gpiod_line *line = gpiod_line_get(argv[1], atoi(argv[2]));
    if (!line || gpiod_line_request_both_edges_events(line, "edges") < 0) {
        perror(argv[1]);
        return 1;
    }

    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event interest = { .events = EPOLLIN };
    if (epoll_ctl(poller, EPOLL_CTL_ADD, gpiod_line_event_get_fd(line), &interest) < 0) {
        perror("epoll_ctl");
        return 1;
    }

    long edges = atol(argv[3]);
    long long *times = malloc(edges * sizeof *times);
    puts("ready");
    fflush(stdout);
    for (long i = 0; i < edges; i++) {
        struct epoll_event ready;
        struct gpiod_line_event event;
        struct timespec now;
        if (epoll_wait(poller, &ready, 1, -1) != 1 || gpiod_line_event_read(line, &event) < 0) {
            perror("edge");
            return 1;
        }

        clock_gettime(CLOCK_MONOTONIC, &now);
        times[i] = (now.tv_sec - event.ts.tv_sec) * 1000000000ll + now.tv_nsec - event.ts.tv_nsec;
    }

    qsort(times, edges, sizeof *times, compare);
    printf("%lld %lld %ld\n", times[edges / 2], times[edges * 99 / 100], edges);
    return 0;
}

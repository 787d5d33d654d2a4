// Pulls a line of gpio-sim up and down. usage: toggle PULL-FILE EDGES INTERVAL-US
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int pull = open(argv[1], O_WRONLY);
    if (pull < 0) {
        perror(argv[1]);
        return 1;
    }

    long edges = atol(argv[2]), interval = atol(argv[3]) * 1000;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (long i = 0; i < edges; i++) {
        next.tv_nsec += interval;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        if (i % 2 == 0 ? pwrite(pull, "pull-up", 7, 0) != 7 : pwrite(pull, "pull-down", 9, 0) != 9) {
            perror("pwrite");
            return 1;
        }
    }

    return 0;
}

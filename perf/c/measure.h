// What the C baselines share: the clock, a random number generator that the C# side has too, and result lines.
#ifndef MEASURE_H
#define MEASURE_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static inline int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

// xorshift64*; uniform enough, and without a division. n is at most 2^32.
static uint64_t random_state = 0x9E3779B97F4A7C15;

static inline uint64_t random_below(uint64_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return ((random_state * 0x2545F4914F6CDD1D) >> 32) * n >> 32;
}

// A result: its name and its value, nanoseconds unless the workload says otherwise.
static inline void result(const char *name, double value)
{
    printf("%s %.4f\n", name, value);
    fflush(stdout);
}

static inline int compare_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Percentiles of samples, which are sorted here.
static inline void percentiles(int64_t *samples, long count)
{
    qsort(samples, (size_t)count, sizeof *samples, compare_ns);
    result("p50", (double)samples[count / 2]);
    result("p90", (double)samples[(count - 1) * 9 / 10]);
    result("p99", (double)samples[(count - 1) * 99 / 100]);
    result("p999", (double)samples[(count - 1) * 999 / 1000]);
    result("max", (double)samples[count - 1]);
}

// How late the frames of a run started, and how much later they got in a second: from the median of the first tenth to that of the last.
static inline void frame_results(int64_t *samples, long count, double seconds)
{
    long tenth = count / 10 > 0 ? count / 10 : 1;
    int64_t *ends = malloc(2 * (size_t)tenth * sizeof *ends);
    if (!ends)
        exit(1);
    memcpy(ends, samples, (size_t)tenth * sizeof *ends);
    memcpy(ends + tenth, samples + count - tenth, (size_t)tenth * sizeof *ends);
    qsort(ends, (size_t)tenth, sizeof *ends, compare_ns);
    qsort(ends + tenth, (size_t)tenth, sizeof *ends, compare_ns);
    result("drift", (double)(ends[tenth + tenth / 2] - ends[tenth / 2]) / (seconds * 0.9));
    free(ends);
    percentiles(samples, count);
}

static inline void *must(void *memory)
{
    if (!memory)
    {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}

static inline void check(int ok, const char *call)
{
    if (!ok)
    {
        perror(call);
        exit(1);
    }
}

// The number in argument i, or an end with exit code 2.
static inline long number(int argc, char **argv, int i)
{
    if (i >= argc)
    {
        fprintf(stderr, "%s: argument %d is missing\n", argv[0], i);
        exit(2);
    }
    return atol(argv[i]);
}

#endif

/* A check that fails says where and ends the program: it may stand in a callback, and nothing may jump out of that through the library. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

_Noreturn void check_failed(void);

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            printf("    %s:%d: %s\n", __FILE__, __LINE__, #condition);          \
            check_failed();                                                  \
        }                                                                       \
    } while (0)

#define EQUAL(expected, actual)                                                                       \
    do {                                                                                              \
        int64_t expected_ = (int64_t)(expected), actual_ = (int64_t)(actual);                         \
        if (expected_ != actual_) {                                                                   \
            printf("    %s:%d: %s is %lld, not %lld; the last error is: %s\n", __FILE__, __LINE__, #actual, \
                   (long long)actual_, (long long)expected_, ms_last_error());                        \
            check_failed();                                                                        \
        }                                                                                             \
    } while (0)

/* It fails with this status, and says why. */
#define REFUSED(status, call)                       \
    do {                                            \
        EQUAL(status, call);                        \
        CHECK(ms_last_error()[0] != '\0');          \
    } while (0)

#define SAME(expected, actual)                                                                  \
    do {                                                                                        \
        if (strcmp(expected, actual) != 0) {                                                    \
            printf("    %s:%d: \"%s\", not \"%s\"\n", __FILE__, __LINE__, actual, expected);    \
            check_failed();                                                                  \
        }                                                                                       \
    } while (0)

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

static inline int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

#endif

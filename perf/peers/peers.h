// What the programs in perf/peers share.
#ifndef PEERS_H
#define PEERS_H

#include "../c/measure.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

// Two pairs of descriptors, each { from, to }: what is written to the one's `to` comes out of the other's `from`.
static inline void make_ends(long use_sockets, int ends[4])
{
    int a[2], b[2];
    if (use_sockets)
    {
        check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a) == 0, "socketpair");
        memcpy(ends, (int[]){ a[0], a[0], a[1], a[1] }, 4 * sizeof *ends);
    }
    else
    {
        check(pipe2(a, O_NONBLOCK) == 0 && pipe2(b, O_NONBLOCK) == 0, "pipe2");
        memcpy(ends, (int[]){ a[0], b[1], b[0], a[1] }, 4 * sizeof *ends);
    }
}

static inline int missing(void)
{
    puts("missing 1");
    return 0;
}

static inline int unknown(const char *workload)
{
    fprintf(stderr, "no workload '%s' here\n", workload);
    return 2;
}

#endif

/*
 * Calls that C makes soon and C runs: a ring that is filled and emptied without a step into managed code and out of it for each. The loop knows
 * of batches of them: one entry of its lane stands for one, so that their order among everything else is that of the calls.
 */
#ifndef MAINSPRING_CALLS_H
#define MAINSPRING_CALLS_H

#include "mainspring.h"

struct ms_calls;

/* What a loop does when a call begins a batch: queues an entry for it. In managed code; returns a status. */
typedef int (*ms_calls_begin)(ms_loop *loop);

/* Every call that the ring does not take. In managed code. */
typedef int (*ms_calls_other)(ms_loop *loop, int priority, ms_callback callback, void *data, ms_destroy destroy, ms_handle **handle);

void ms_calls_init(ms_calls_begin begin, ms_calls_other other);
struct ms_calls *ms_calls_create(uint32_t per_batch);
void ms_calls_own(struct ms_calls *calls, ms_loop *loop);
void ms_calls_run(struct ms_calls *calls);
void ms_calls_close(struct ms_calls *calls);
void ms_calls_stop(struct ms_calls *calls);
void ms_calls_destroy(struct ms_calls *calls);

#endif

// timers OUTSTANDING OPERATIONS: cancels a random timer and schedules it anew, 20 to 80 s away. By the wheel, by the heap, and by "records": what Mainspring promises of a timer, in C.
#include "timers.h"

// ---- records: nanoseconds, first come first served, a callback and a state, handles that never mean another timer, and slots whose timers lie together ----

struct record
{
    void *callback, *state;
    union
    {
        int64_t due_ns;
        struct { int32_t next_hole, previous_hole; };
    };
    uint32_t generation, sequence; // generation: odd while pending
};

struct record_slot
{
    int32_t first_hole, count;
    uint32_t next_sequence;
    int32_t places, first_block, last_block;
};

struct handle
{
    void *loop;
    int64_t token;
};

enum { TICK_SHIFT = 20, DIGIT_BITS = 8, RECORD_LEVELS = 6, BLOCK = 32 };

static struct record *records;
static struct record_slot record_slots[RECORD_LEVELS << DIGIT_BITS];
static int32_t *owners, blocks;
static int64_t next_ns = INT64_MAX, cursor;

static void records_make(uint32_t count)
{
    blocks = 1;
    size_t most = count / BLOCK * 2 + (RECORD_LEVELS << DIGIT_BITS) + 1;
    records = must(calloc(most * BLOCK, sizeof *records));
    owners = must(calloc(most, sizeof *owners));
}

static NOINLINE void records_grow(int slot)
{
    int32_t block = blocks++;
    owners[block] = slot;
    for (int32_t place = (block + 1) * BLOCK - 1; place >= block * BLOCK; place--)
    {
        records[place].next_hole = record_slots[slot].first_hole;
        records[record_slots[slot].first_hole].previous_hole = place;
        record_slots[slot].first_hole = place;
    }
}

static NOINLINE struct handle record_add(void *loop, int64_t due_ns, void *callback, void *state)
{
    int64_t tick = due_ns >> TICK_SHIFT;
    int shift = (63 - __builtin_clzll((uint64_t)(tick ^ cursor) | 1)) & ~(DIGIT_BITS - 1);
    int number = (shift << (DIGIT_BITS - 3)) | (uint8_t)(tick >> shift);
    struct record_slot *slot = &record_slots[number];
    if (!slot->first_hole)
        records_grow(number);
    int32_t place = slot->first_hole;
    struct record *record = &records[place];
    slot->first_hole = record->next_hole;
    slot->count++;
    *record = (struct record){ callback, state, { .due_ns = due_ns }, record->generation + 1, slot->next_sequence++ };
    if (due_ns < next_ns)
        next_ns = due_ns;
    return (struct handle){ loop, (int64_t)record->generation << 32 | place };
}

static NOINLINE int record_cancel(struct handle handle)
{
    int32_t place = (int32_t)handle.token;
    struct record *record = &records[place];
    if (record->generation != (uint32_t)(handle.token >> 32))
        return 0;
    struct record_slot *slot = &record_slots[owners[place / BLOCK]];
    record->generation++;
    record->callback = record->state = NULL;
    slot->count--;
    record->next_hole = slot->first_hole;
    records[slot->first_hole].previous_hole = place;
    slot->first_hole = place;
    return 1;
}

static uint32_t due_ms(void)
{
    return 20000 + (uint32_t)random_below(60000);
}

static int64_t due_ns(void)
{
    return 20000000000 + 100 * (int64_t)random_below(600000000);
}

int main(int argc, char **argv)
{
    uint32_t outstanding = (uint32_t)number(argc, argv, 1);
    long operations = number(argc, argv, 2);

    wheel_make(outstanding);
    for (uint32_t i = 0; i < outstanding; i++)
        wheel_add(i, due_ms());
    int64_t start = now_ns();
    for (long i = 0; i < operations; i++)
    {
        uint32_t timer = (uint32_t)random_below(outstanding);
        wheel_remove(timer);
        wheel_add(timer, due_ms());
    }
    result("wheel", (double)(now_ns() - start) / (double)operations);
    free(nodes);

    heap_make(outstanding);
    for (uint32_t i = 0; i < outstanding; i++)
        heap_add(i, due_ns());
    start = now_ns();
    for (long i = 0; i < operations; i++)
    {
        uint32_t timer = (uint32_t)random_below(outstanding);
        heap_remove(timer);
        heap_add(timer, due_ns());
    }
    result("heap", (double)(now_ns() - start) / (double)operations);
    free(heap);
    free(places);

    records_make(outstanding);
    struct handle *handles = must(calloc(outstanding, sizeof *handles));
    for (uint32_t i = 0; i < outstanding; i++)
        handles[i] = record_add(records, due_ns(), handles, NULL);
    for (long i = -3L * outstanding; i < operations; i++)
    {
        if (i == 0)
            start = now_ns();
        struct handle *handle = &handles[random_below(outstanding)];
        check(record_cancel(*handle), "a pending timer");
        *handle = record_add(records, due_ns(), handles, NULL);
    }
    result("records", (double)(now_ns() - start) / (double)operations);
    return 0;
}

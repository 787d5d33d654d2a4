// Two timer queues over timers that are numbers: a hierarchical wheel of 1 ms, and a 4-ary heap of nanoseconds.
#ifndef TIMERS_H
#define TIMERS_H

#include "measure.h"

// ---- the wheel: 4 levels of 64 slots; a slot is a circular list whose head follows the timers ----

enum { LEVELS = 4, SLOT_BITS = 6, SLOTS = 1 << SLOT_BITS };

struct wheel_node
{
    uint32_t next, previous, due_ms;
};

static struct wheel_node *nodes;
static uint32_t slot_base, wheel_now_ms;

static void wheel_make(uint32_t count)
{
    nodes = must(calloc(count + LEVELS * SLOTS, sizeof *nodes));
    slot_base = count;
    wheel_now_ms = 0;
    for (uint32_t i = count; i < count + LEVELS * SLOTS; i++)
        nodes[i].next = nodes[i].previous = i;
}

static inline void wheel_add(uint32_t timer, uint32_t due_ms)
{
    uint32_t away = due_ms - wheel_now_ms, level = 0;
    while (level < LEVELS - 1 && away >> (SLOT_BITS * (level + 1)))
        level++;
    uint32_t slot = slot_base + level * SLOTS + ((due_ms >> (SLOT_BITS * level)) & (SLOTS - 1));
    uint32_t first = nodes[slot].next;
    nodes[timer] = (struct wheel_node){ .next = first, .previous = slot, .due_ms = due_ms };
    nodes[first].previous = timer;
    nodes[slot].next = timer;
}

static inline void wheel_remove(uint32_t timer)
{
    uint32_t next = nodes[timer].next, previous = nodes[timer].previous;
    nodes[next].previous = previous;
    nodes[previous].next = next;
}

static inline uint32_t wheel_take_slot(uint32_t level)
{
    uint32_t slot = slot_base + level * SLOTS + ((wheel_now_ms >> (SLOT_BITS * level)) & (SLOTS - 1));
    uint32_t first = nodes[slot].next;
    nodes[nodes[slot].previous].next = slot_base + LEVELS * SLOTS; // the end of the list that was taken
    nodes[slot].next = nodes[slot].previous = slot;
    return first == slot ? slot_base + LEVELS * SLOTS : first;
}

// One millisecond passes.
static inline void wheel_tick(void (*fire)(uint32_t))
{
    uint32_t end = slot_base + LEVELS * SLOTS;
    wheel_now_ms++;
    for (uint32_t level = 1; level < LEVELS && (wheel_now_ms & ((1u << (SLOT_BITS * level)) - 1)) == 0; level++)
        for (uint32_t i = wheel_take_slot(level), next; i != end; i = next)
        {
            next = nodes[i].next;
            wheel_add(i, nodes[i].due_ms);
        }
    for (uint32_t i = wheel_take_slot(0), next; i != end; i = next)
    {
        next = nodes[i].next;
        fire(i);
    }
}

// ---- the heap: with each timer's place in it, so that it can be removed ----

struct heap_entry
{
    int64_t due_ns;
    uint32_t timer;
};

static struct heap_entry *heap;
static uint32_t *places, heap_count;

static void heap_make(uint32_t count)
{
    heap = must(calloc(count, sizeof *heap));
    places = must(calloc(count, sizeof *places));
    heap_count = 0;
}

static inline void heap_settle(uint32_t place, struct heap_entry entry)
{
    heap[place] = entry;
    places[entry.timer] = place;
}

static inline void heap_up(uint32_t place, struct heap_entry entry)
{
    while (place > 0)
    {
        uint32_t parent = (place - 1) / 4;
        if (heap[parent].due_ns <= entry.due_ns)
            break;
        heap_settle(place, heap[parent]);
        place = parent;
    }
    heap_settle(place, entry);
}

static inline void heap_down(uint32_t place, struct heap_entry entry)
{
    for (;;)
    {
        uint32_t child = 4 * place + 1;
        if (child >= heap_count)
            break;
        uint32_t end = child + 4 < heap_count ? child + 4 : heap_count, first = child;
        for (uint32_t i = child + 1; i < end; i++)
            if (heap[i].due_ns < heap[first].due_ns)
                first = i;
        if (heap[first].due_ns >= entry.due_ns)
            break;
        heap_settle(place, heap[first]);
        place = first;
    }
    heap_settle(place, entry);
}

static inline void heap_add(uint32_t timer, int64_t due_ns)
{
    heap_up(heap_count++, (struct heap_entry){ due_ns, timer });
}

static inline void heap_remove(uint32_t timer)
{
    uint32_t place = places[timer];
    struct heap_entry last = heap[--heap_count];
    if (place == heap_count)
        return;
    if (place > 0 && heap[(place - 1) / 4].due_ns > last.due_ns)
        heap_up(place, last);
    else
        heap_down(place, last);
}

#endif

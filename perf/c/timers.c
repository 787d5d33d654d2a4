// timers OUTSTANDING OPERATIONS: cancels a random timer and schedules it anew, 20 to 80 s away.
#include "timers.h"

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
    return 0;
}

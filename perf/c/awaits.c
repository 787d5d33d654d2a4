// awaits METHODS FRAMES: a list of state machines on the heap, each stepped through its function pointer once a frame.
#include <stdlib.h>
#include "measure.h"

struct machine
{
    void (*step)(struct machine *);
    int state;
    long resumed;
};

static NOINLINE void step(struct machine *machine)
{
    if (machine->state == 0)
        machine->resumed++;
}

int main(int argc, char **argv)
{
    long methods = number(argc, argv, 1), frames = number(argc, argv, 2);
    struct machine **list = malloc((size_t)methods * sizeof *list);
    for (long i = 0; i < methods; i++)
    {
        list[i] = calloc(1, sizeof **list);
        list[i]->step = step;
    }
    int64_t start = now_ns();
    for (long frame = 0; frame < frames; frame++)
        for (long i = 0; i < methods; i++)
            list[i]->step(list[i]);
    result("list", (double)(now_ns() - start) / (double)(methods * frames));
    return 0;
}

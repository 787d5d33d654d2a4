/* What the programs of cases share: a loop for each case, the story that its callbacks tell, and running all of them or those that were asked for. */
#ifndef CASES_H
#define CASES_H

#include <mainspring.h>

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static int passed;
static const char *running;

_Noreturn void check_failed(void)
{
    printf("failed: %s; the cases behind it did not run\n%d passed, 1 failed, 0 skipped\n", running, passed);
    _exit(1);
}

static ms_loop *loop; /* each case has one of its own, event-driven */
static char story[256];
static int destroyed;

static inline void note(const char *text)
{
    strncat(story, text, sizeof story - strlen(story) - 1);
}

static inline void say(ms_loop *here, void *data)
{
    (void)here;
    note(data);
}

static inline void count(ms_loop *here, void *data)
{
    (void)here;
    ++*(long *)data;
}

static inline void stop(ms_loop *here, void *data)
{
    (void)data;
    ms_stop(here);
}

static inline void counts_destroyed(void *data)
{
    (void)data;
    destroyed++;
}

static inline int soon(const char *text)
{
    return ms_call_soon(loop, MS_PRIORITY_NORMAL, say, (void *)text, NULL, NULL);
}

#define CASE(name) { #name, name }

struct fact {
    const char *name;
    void (*run)(void);
};

static int is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]))
            return 1;
    return argc < 2;
}

static int run_cases(const struct fact *cases, size_t number, int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    for (size_t i = 0; i < number; i++) {
        if (!is_wanted(cases[i].name, argc, argv))
            continue;
        running = cases[i].name;
        story[0] = '\0';
        destroyed = 0;
        EQUAL(MS_OK, ms_loop_create(&(ms_options){ .size = sizeof(ms_options), .name = running }, &loop));
        cases[i].run();
        EQUAL(MS_OK, ms_loop_destroy(loop));
        passed++;
    }
    printf("%d passed, 0 failed, 0 skipped\n", passed);
    return passed == 0;
}

#endif

/* The smallest program: a timer says hello, and the loop ends when nothing is left to do. */
#include <mainspring.h>
#include <stdio.h>

static void hello(ms_loop *loop, void *data)
{
    (void)loop;
    printf("hello, %s\n", (const char *)data);
}

int main(void)
{
    ms_loop *loop;
    if (ms_loop_create(NULL, &loop) < 0
        || ms_call_after(loop, 10000000, hello, "world", NULL, NULL) < 0
        || ms_run(loop, MS_RUN_UNTIL_IDLE) < 0) {
        fprintf(stderr, "hello: %s\n", ms_last_error());
        return 1;
    }
    return ms_loop_destroy(loop) < 0;
}

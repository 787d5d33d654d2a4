/* The library as a program finds it that loads it at run time, like a plug-in's host or Python's ctypes. usage: loaded LIBRARY */
#include <mainspring.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void hears(ms_loop *loop, void *heard)
{
    (void)loop;
    ++*(int *)heard;
}

/* The address of an object is that of a function here, as POSIX says and ISO C does not. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
}

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "loaded: %s\n", dlerror());
        return 1;
    }

    int (*create)(const ms_options *, ms_loop **), (*soon)(ms_loop *, int, ms_callback, void *, ms_destroy, ms_handle **);
    int (*run)(ms_loop *, uint32_t), (*destroy)(ms_loop *);
    find(library, "ms_loop_create", &create);
    find(library, "ms_call_soon", &soon);
    find(library, "ms_run", &run);
    find(library, "ms_loop_destroy", &destroy);

    ms_loop *loop;
    int heard = 0;
    int failed = create(NULL, &loop) < 0 || soon(loop, MS_PRIORITY_NORMAL, hears, &heard, NULL, NULL) < 0;
    dlclose(library); /* it stays, as the runtime in it does */
    failed = failed || run(loop, MS_RUN_UNTIL_IDLE) < 0 || destroy(loop) < 0 || heard != 1;
    printf("  %s the library can be loaded at run time, and is not unloaded\n", failed ? "NO: " : "yes:");
    return failed;
}

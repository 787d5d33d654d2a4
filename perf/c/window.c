// window COUNT: from a key that is pressed at the display to GLFW's callback, in a program that sleeps in poll(); keys come 0.3 to 0.7 ms apart.
#include "measure.h"
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <X11/Xlib.h>
#include <GLFW/glfw3.h>

// As glfw3native.h has them, which includes Xrandr's header besides.
Display *glfwGetX11Display(void);
Window glfwGetX11Window(GLFWwindow *window);

static _Atomic int64_t sent_ns; // 0: the last one was received
static _Atomic int focused;
static int64_t *samples;
static long count, received;
static Window target;

static void on_key(GLFWwindow *window, int key, int scancode, int action, int mods)
{
    if (action == GLFW_REPEAT || received == count)
        return;
    samples[received++] = now_ns() - sent_ns;
    sent_ns = 0;
}

static void on_focus(GLFWwindow *window, int has_focus)
{
    focused = has_focus;
}

static void *produce(void *unused)
{
    Display *display = XOpenDisplay(NULL);
    void *library = dlopen("libXtst.so.6", RTLD_NOW);
    check(display && library, "XTEST");
    int (*fake_key)(Display *, unsigned, int, unsigned long) = (int (*)(Display *, unsigned, int, unsigned long))dlsym(library, "XTestFakeKeyEvent");
    XSetInputFocus(display, target, RevertToPointerRoot, CurrentTime);
    XFlush(display);
    for (long i = 0; i < count; i++)
    {
        struct timespec pause = to_timespec(300000 + (int64_t)random_below(400000));
        do
            clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        while (sent_ns != 0 || !focused);
        sent_ns = now_ns();
        fake_key(display, 10 + i / 2 % 45, i % 2 == 0, 0);
        XFlush(display);
    }
    return unused;
}

int main(int argc, char **argv)
{
    count = number(argc, argv, 1) / 2 * 2; // whole presses
    samples = must(calloc((size_t)count, sizeof *samples));
    check(glfwInit(), "glfwInit");
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    GLFWwindow *window = glfwCreateWindow(320, 240, "window", NULL, NULL);
    check(window != NULL, "glfwCreateWindow");
    glfwSetKeyCallback(window, on_key);
    glfwSetWindowFocusCallback(window, on_focus);
    Display *display = glfwGetX11Display();
    target = glfwGetX11Window(window);

    pthread_t producer;
    check(pthread_create(&producer, NULL, produce, NULL) == 0, "pthread_create");
    struct pollfd connection = { .fd = ConnectionNumber(display), .events = POLLIN };
    while (received < count)
    {
        if (!XPending(display)) // what Xlib has read already, poll does not show
            poll(&connection, 1, -1);
        glfwPollEvents();
    }
    pthread_join(producer, NULL);
    percentiles(samples, count);
    return 0;
}

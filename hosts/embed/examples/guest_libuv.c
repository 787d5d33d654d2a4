/* The loop as a guest of libuv's: a uv_poll_t on the loop's descriptor. */
#include "guest.h"

#include <uv.h>

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    guest_check(status);
    guest_tick(poll->data);
}

static void done(struct guest *guest)
{
    uv_stop(guest->host);
}

int main(void)
{
    uv_loop_t host;
    uv_poll_t poll;
    guest_check(uv_loop_init(&host));
    struct guest guest = { .host = &host, .done = done };
    guest_start(&guest);

    int descriptor = ms_descriptor(guest.loop);
    guest_check(descriptor);
    guest_check(uv_poll_init(&host, &poll, descriptor));
    poll.data = &guest;
    guest_check(uv_poll_start(&poll, UV_READABLE, on_readable)); /* timers are in the descriptor: no uv_timer_t is needed */

    uv_run(&host, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&poll, NULL);
    uv_run(&host, UV_RUN_DEFAULT);
    guest_check(uv_loop_close(&host));
    return guest_end(&guest, "libuv's loop");
}

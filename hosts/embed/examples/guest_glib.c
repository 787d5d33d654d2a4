/* The loop as a guest of GLib's main loop: a GSource with the loop's descriptor. */
#include "guest.h"

#include <glib.h>

struct mainspring_source {
    GSource base;
    struct guest *guest;
    gpointer tag;
};

/* GLib asks before it sleeps: is there something to do, and if not, for how long may it sleep? The descriptor becomes readable for a timer too, so for ever. */
static gboolean prepare(GSource *source, gint *timeout)
{
    *timeout = -1;
    return ms_deadline(((struct mainspring_source *)source)->guest->loop) <= guest_now();
}

static gboolean check(GSource *source)
{
    return g_source_query_unix_fd(source, ((struct mainspring_source *)source)->tag) != 0;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback;
    (void)data;
    return guest_tick(((struct mainspring_source *)source)->guest) != MS_TICK_STOPPED;
}

static void done(struct guest *guest)
{
    g_main_loop_quit(guest->host);
}

int main(void)
{
    static GSourceFuncs functions = { prepare, check, dispatch, NULL, NULL, NULL };
    GMainLoop *host = g_main_loop_new(NULL, FALSE);
    struct guest guest = { .host = host, .done = done };
    guest_start(&guest);

    GSource *source = g_source_new(&functions, sizeof(struct mainspring_source));
    int descriptor = ms_descriptor(guest.loop);
    guest_check(descriptor);
    ((struct mainspring_source *)source)->guest = &guest;
    ((struct mainspring_source *)source)->tag = g_source_add_unix_fd(source, descriptor, G_IO_IN);
    g_source_attach(source, NULL);

    g_main_loop_run(host);
    g_source_destroy(source);
    g_source_unref(source);
    g_main_loop_unref(host);
    return guest_end(&guest, "GLib's main loop");
}

// echo_libuv CONNECTIONS ROUNDS: what echo.c does, by libuv, which writes at once (uv_try_write). Linked with it where it is installed; otherwise it says so.
#include "measure.h"
#if __has_include(<uv.h>)
#include <sys/resource.h>
#include <uv.h>

enum { message = 64 };

static char buffer[65536];
static uv_loop_t *loop;
static uv_tcp_t listener;
static uv_stream_t **clients;
static long connections, rounds, done, connected;
static int64_t start;

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *into)
{
    (void)handle, (void)size;
    *into = uv_buf_init(buffer, sizeof buffer);
}

// One end of a connection.
struct end
{
    uv_tcp_t tcp;
    uv_write_t request;
    char bytes[message]; // stay until they are written
};

#ifdef BY_REQUEST
static void on_written(uv_write_t *request, int status)
{
    (void)request;
    check(status == 0, "uv_write");
}

static void answer(uv_stream_t *stream)
{
    struct end *end = (struct end *)stream;
    memcpy(end->bytes, buffer, message);
    uv_buf_t bytes = uv_buf_init(end->bytes, message);
    check(uv_write(&end->request, stream, &bytes, 1, on_written) == 0, "uv_write");
}
#else
static void answer(uv_stream_t *stream)
{
    uv_buf_t bytes = uv_buf_init(buffer, message);
    check(uv_try_write(stream, &bytes, 1) == message, "uv_try_write");
}
#endif

static void on_question(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    (void)bytes;
    check(count == message, "uv_read");
    answer(stream);
}

static void on_answer(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    (void)bytes;
    check(count == message, "uv_read");
    if (++done == 0)
        start = now_ns();
    if (done == rounds)
        uv_stop(loop);
    else
        answer(stream);
}

static uv_tcp_t *new_tcp(void)
{
    struct end *end = must(calloc(1, sizeof *end));
    uv_tcp_init(loop, &end->tcp);
    return &end->tcp;
}

static void on_connect(uv_connect_t *request, int status);

static void connect_next(void)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    check(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length) == 0, "uv_tcp_getsockname");
    check(uv_tcp_connect(must(malloc(sizeof(uv_connect_t))), new_tcp(), (struct sockaddr *)&address, on_connect) == 0, "uv_tcp_connect");
}

static void on_connect(uv_connect_t *request, int status)
{
    check(status == 0, "connect");
    uv_tcp_nodelay((uv_tcp_t *)request->handle, 1);
    uv_read_start(request->handle, on_alloc, on_answer);
    clients[connected++] = request->handle;
    free(request);
    if (connected < connections)
        connect_next();
    else // messages would go to and fro meanwhile
        for (long i = 0; i < connections; i++)
            answer(clients[i]);
}

static void on_connection(uv_stream_t *server, int status)
{
    check(status == 0, "listen");
    uv_tcp_t *tcp = new_tcp();
    check(uv_accept(server, (uv_stream_t *)tcp) == 0, "uv_accept");
    uv_tcp_nodelay(tcp, 1);
    uv_read_start((uv_stream_t *)tcp, on_alloc, on_question);
}

int main(int argc, char **argv)
{
    connections = number(argc, argv, 1), rounds = number(argc, argv, 2);
    struct rlimit files;
    check(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
    files.rlim_cur = files.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");
    loop = uv_default_loop();
    clients = must(calloc((size_t)connections, sizeof *clients));
    done = -rounds / 10; // warm
    struct sockaddr_in address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listener);
    check(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) == 0, "uv_tcp_bind");
    check(uv_listen((uv_stream_t *)&listener, 512, on_connection) == 0, "uv_listen");
    connect_next();
    uv_run(loop, UV_RUN_DEFAULT);
#ifdef BY_REQUEST
    result("libuv_write", (double)(now_ns() - start) / (double)rounds);
#else
    result("libuv", (double)(now_ns() - start) / (double)rounds);
#endif
    return 0;
}
#else
int main(void)
{
    puts("missing 1");
    return 0;
}
#endif

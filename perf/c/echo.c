// echo CONNECTIONS ROUNDS: a message goes to and fro on each of so many TCP connections, both ends in one epoll, each change told once; nanoseconds per round trip.
#include "measure.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { message = 64 };

struct end
{
    int socket, is_client;
};

static void add(int epoll, struct end *end)
{
    int on = 1;
    check(setsockopt(end->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "setsockopt");
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = end };
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, end->socket, &event) == 0, "epoll_ctl");
}

int main(int argc, char **argv)
{
    long connections = number(argc, argv, 1), rounds = number(argc, argv, 2);
    struct rlimit files;
    check(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
    files.rlim_cur = files.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    check(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 512) == 0, "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");

    int epoll = epoll_create1(0);
    struct end *ends = calloc((size_t)(2 * connections), sizeof *ends);
    for (long i = 0; i < connections; i++)
    {
        struct end *client = &ends[2 * i], *server = client + 1;
        *client = (struct end){ socket(AF_INET, SOCK_STREAM, 0), 1 };
        check(connect(client->socket, (struct sockaddr *)&address, length) == 0, "connect");
        *server = (struct end){ accept4(listener, NULL, NULL, SOCK_NONBLOCK), 0 };
        check(server->socket >= 0, "accept4");
        add(epoll, client);
        add(epoll, server);
    }

    static char buffer[65536];
    for (long i = 0; i < connections; i++)
    {
        check(send(ends[2 * i].socket, buffer, message, MSG_NOSIGNAL) == message, "send");
    }

    long done = -rounds / 10; // warm
    int64_t start = 0;
    while (done < rounds)
    {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < ready; i++)
        {
            struct end *end = events[i].data.ptr;
            ssize_t count = recv(end->socket, buffer, sizeof buffer, MSG_DONTWAIT);
            check(count == message, "recv");
            if (end->is_client && ++done == 0)
            {
                start = now_ns();
            }

            check(send(end->socket, buffer, message, MSG_NOSIGNAL | MSG_DONTWAIT) == message, "send");
        }
    }

    result("echo", (double)(now_ns() - start) / (double)rounds);
    return 0;
}

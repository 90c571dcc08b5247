/* The least that a server can do: for each update, one `send` of the same frame to every client.
 * `floor FD`: the listening socket. POST /publish?rounds=N makes N updates. Any text frame is a
 * subscription. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 20000 };

static int clients[CLIENTS_MAX], client_count;
static char is_client[1 << 16];

static void send_all(int fd, const char *data, size_t size) {
    while (size) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd waiting = {.fd = fd, .events = POLLOUT};
            poll(&waiting, 1, 1000);
        } else if (sent < 0) {
            return;
        } else {
            data += sent, size -= sent;
        }
    }
}

static size_t frame(char *to, const char *text) {
    size_t size = strlen(text), head = size < 126 ? 2 : 4;
    to[0] = (char)0x81;
    if (size < 126) to[1] = size;
    else to[1] = 126, to[2] = size >> 8, to[3] = size;
    memcpy(to + head, text, size);
    return head + size;
}

static void publish(int count) {
    char text[1024], bytes[1100];
    struct timespec t;
    while (count--) {
        clock_gettime(CLOCK_REALTIME, &t);
        long ts = t.tv_sec * 1000 + t.tv_nsec / 1000000;
        clock_gettime(CLOCK_MONOTONIC, &t);
        snprintf(text, sizeof text, UPDATE, t.tv_sec * 1000000 + t.tv_nsec / 1000, ts);
        size_t size = frame(bytes, text);
        for (int i = 0; i < client_count; i++) send_all(clients[i], bytes, size);
    }
}

static void readable(int fd) {
    static char data[1 << 16];
    ssize_t got = recv(fd, data, sizeof data - 1, 0);
    if (got <= 0) {
        if (got && errno == EAGAIN) return;
        if (is_client[fd])
            for (int i = 0; i < client_count; i++)
                if (clients[i] == fd) clients[i] = clients[--client_count];
        is_client[fd] = 0;
        close(fd);
        return;
    }
    data[got] = 0;
    if (is_client[fd]) {
        char bytes[64];
        send_all(fd, bytes, frame(bytes, "{\"status\":\"ok\"}"));
    } else if (!memcmp(data, "POST /publish?", 14)) {
        publish(atoi(strstr(data, "rounds=") + 7));
        send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38);
    } else {
        static const char upgraded[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                       "Connection: Upgrade\r\n\r\n";
        send_all(fd, upgraded, sizeof upgraded - 1);
        is_client[fd] = 1;
        clients[client_count++] = fd;
    }
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    int listening = atoi(arguments[1]), one = 1, epoll_fd = epoll_create1(0);
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listening};
    listen(listening, 4096);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listening, &event);
    event.data.fd = 0; /* standard input ends with the process that started this one */
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (!fd) return 0;
            if (fd != listening) {
                readable(fd);
                continue;
            }
            fd = accept(listening, NULL, NULL);
            if (fd < 0 || fd >= (int)sizeof is_client) continue;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            fcntl(fd, F_SETFL, O_NONBLOCK);
            event.data.fd = fd;
            epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
        }
    }
}

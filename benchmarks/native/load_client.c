/* Many WebSocket clients that count what they receive. Commands are lines on standard input.
 * Each is answered by one line:
 *
 *   open PORT COUNT AT_ONCE    so many clients more, that many handshakes at a time; a thousand of each
 *                              address, from 127.0.0.2 on
 *   send CLIENT TEXT           sends a text frame (\r and \n are escapes); has no answer line
 *   binary CLIENT HEX          sends a binary frame; has no answer line
 *   await replies|updates N S  until so many were received in all, or S seconds passed
 *   stall CLIENT               does not read it any more
 *   tolerate                   a client that the server closes is no error from now on
 *   nap MICROSECONDS           sleeps so long after each look at the sockets: a client that waits for
 *                              each frame is woken by each send, at the server's cost
 *   reset                      counts from zero
 *   stats                      replies updates bytes p50_us p99_us max_us cpu_s
 *
 * An argument is the text that marks a reply, another the one that marks an update. Where both are
 * empty, each frame counts as one of both. The third argument is a part of the handshake's head. The
 * digits after "time": in an update, or "volume": in one without, are when it was made, in
 * microseconds of the monotonic clock. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 20000, CLIENTS_OF_AN_ADDRESS = 1000, READ_MAX = 1 << 18, LATENCY_MAX_US = 1 << 22, CARRY = 64 };

typedef struct {
    int fd, upgraded, stalled, carried;
    char *rest; /* an incomplete frame */
    size_t rest_size;
    char carry[CARRY]; /* the end of the payload before, in which a mark may begin */
} Client;

static Client clients[CLIENTS_MAX];
static int client_count, upgraded_count, opening_port, to_open, at_once, nap_us, tolerant;
static const char *reply_mark, *update_mark, *own_head;
static size_t reply_size, update_size;
static uint64_t replies, updates, bytes;
static uint32_t latencies[LATENCY_MAX_US];
static uint64_t latency_count;
static char buffer[READ_MAX * 2];
static int epoll_fd;

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void fail(const char *what) {
    printf("error %s: %s\n", what, strerror(errno));
    fflush(stdout);
    exit(1);
}

static void send_all(int fd, const char *data, size_t size) {
    while (size) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) { usleep(100); continue; }
        if (sent < 0) fail("send");
        data += sent, size -= sent;
    }
}

/* Masked with zeros, which costs nothing. */
static void send_frame(int fd, int opcode, const char *text, size_t size) {
    char head[14] = {(char)(0x80 | opcode)};
    size_t at = 2;
    if (size < 126) head[1] = 0x80 | size;
    else head[1] = (char)(0x80 | 126), head[2] = size >> 8, head[3] = size, at = 4;
    char *frame = alloca(at + 4 + size);
    memcpy(frame, head, at);
    memset(frame + at, 0, 4);
    memcpy(frame + at + 4, text, size);
    send_all(fd, frame, at + 4 + size);
}

static void connect_one(void) {
    static const char handshake[] =
        "GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n";
    Client *client = &clients[client_count];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(opening_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct sockaddr_in own = {.sin_family = AF_INET};
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + client_count / CLIENTS_OF_AN_ADDRESS);
    int one = 1;
    memset(client, 0, sizeof *client);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(client->fd, (struct sockaddr *)&own, sizeof own)) fail("bind");
    if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = client_count};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
    send_all(client->fd, handshake, sizeof handshake - 1);
    send_all(client->fd, own_head, strlen(own_head));
    send_all(client->fd, "\r\n", 2);
    client_count++, to_open--;
}

static void open_more(void) {
    while (to_open && client_count - upgraded_count < at_once) connect_one();
}

static void mark_latency(const char *from, const char *end, int64_t now) {
    const char *digits = memmem(from, end - from, "\"time\":", 7);
    if (!digits) digits = memmem(from, end - from, "\"volume\":", 9);
    if (!digits) return;
    int64_t made = 0;
    for (digits = strchr(digits, ':') + 1; digits < end && *digits >= '0' && *digits <= '9'; digits++) made = made * 10 + *digits - '0';
    int64_t took = now - made;
    if (took < 0) return;
    latencies[took < LATENCY_MAX_US ? took : LATENCY_MAX_US - 1]++;
    latency_count++;
}

static int count_marks(const char *text, const char *end, const char *mark, size_t size) {
    int count = 0;
    while ((text = memmem(text, end - text, mark, size))) count++, text += size;
    return count;
}

/* A mark may lie across two frames: some peers cut messages where their buffers end. */
static int count_across(Client *client, const char *text, size_t size, const char *mark, size_t mark_size) {
    char seam[2 * CARRY];
    int before = client->carried < (int)mark_size - 1 ? client->carried : (int)mark_size - 1;
    size_t after = size < mark_size - 1 ? size : mark_size - 1;
    memcpy(seam, client->carry + client->carried - before, before);
    memcpy(seam + before, text, after);
    return count_marks(seam, seam + before + after, mark, mark_size);
}

static void on_message(Client *client, const char *text, size_t size, int64_t now) {
    const char *end = text + size, *at = text;
    if (!update_size) {
        updates++, replies++;
        return;
    }
    if (client->carried) {
        updates += count_across(client, text, size, update_mark, update_size);
        replies += count_across(client, text, size, reply_mark, reply_size);
    }
    while ((at = memmem(at, end - at, update_mark, update_size))) {
        if (updates++ % 8 == 0) mark_latency(at, end, now);
        at += update_size;
    }
    replies += count_marks(text, end, reply_mark, reply_size);
    client->carried = size < CARRY ? (int)size : CARRY;
    memcpy(client->carry, end - client->carried, client->carried);
}

static void forget(Client *client) {
    close(client->fd);
    client->fd = -1;
}

/* How much of it was whole frames. */
static size_t read_frames(Client *client, char *data, size_t size, int64_t now) {
    size_t at = 0;
    if (!client->upgraded) {
        char *end = memmem(data, size, "\r\n\r\n", 4);
        if (!end) return 0;
        if (memcmp(data, "HTTP/1.1 101", 12)) errno = EPROTO, fail("handshake");
        client->upgraded = 1, upgraded_count++;
        at = end + 4 - data;
        open_more();
    }
    while (size - at >= 2) {
        unsigned char *frame = (unsigned char *)data + at;
        uint64_t length = frame[1], head = 2;
        if (length == 126) {
            if (size - at < 4) break;
            length = frame[2] << 8 | frame[3], head = 4;
        } else if (length == 127) {
            if (size - at < 10) break;
            length = 0, head = 10;
            for (int i = 2; i < 10; i++) length = length << 8 | frame[i];
        }
        if (size - at < head + length) break;
        int opcode = frame[0] & 15;
        if (opcode <= 2) on_message(client, (char *)frame + head, length, now);
        else if (opcode == 9) send_frame(client->fd, 10, (char *)frame + head, length);
        else if (opcode == 8 && tolerant) {
            forget(client);
            return size;
        } else if (opcode == 8) {
            printf("error closed by the server: %.*s\n", (int)length - 2, (char *)frame + head + 2);
            fflush(stdout);
            exit(1);
        }
        at += head + length;
    }
    return at;
}

static void readable(Client *client) {
    memcpy(buffer, client->rest, client->rest_size);
    ssize_t got = recv(client->fd, buffer + client->rest_size, READ_MAX, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 && tolerant) {
        forget(client);
        return;
    }
    if (got <= 0) errno = got ? errno : ECONNRESET, fail("recv");
    bytes += got;
    size_t size = client->rest_size + got, used = read_frames(client, buffer, size, now_us());
    client->rest_size = size - used;
    if (client->rest_size > READ_MAX) errno = EMSGSIZE, fail("frame");
    free(client->rest);
    client->rest = client->rest_size ? memcpy(malloc(client->rest_size), buffer + used, client->rest_size) : NULL;
}

static int64_t percentile(double share) {
    uint64_t wanted = latency_count * share, seen = 0;
    for (int us = 0; us < LATENCY_MAX_US; us++)
        if ((seen += latencies[us]) > wanted || seen == latency_count) return us;
    return 0;
}

static double cpu_s(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* What is waited for before the next command is read. */
static uint64_t *awaited, target, opened;
static int64_t deadline;

static void command(char *line) {
    int client, port, count;
    double seconds;
    char what[16];
    if (sscanf(line, "open %d %d %d", &port, &count, &at_once) == 3) {
        if (client_count + count > CLIENTS_MAX) errno = EMFILE, fail("open");
        opening_port = port, to_open = count;
        awaited = &opened, target = client_count + count, deadline = now_us() + 60000000;
        open_more();
    } else if (sscanf(line, "send %d", &client) == 1) {
        char *text = strchr(line + 5, ' ') + 1, *to = text;
        for (char *from = text; *from; from++)
            if (*from == '\\' && (from[1] == 'r' || from[1] == 'n')) *to++ = *++from == 'r' ? '\r' : '\n';
            else *to++ = *from;
        if (clients[client].fd >= 0) send_frame(clients[client].fd, 1, text, to - text);
    } else if (sscanf(line, "binary %d", &client) == 1) {
        char *hex = strchr(line + 7, ' ') + 1;
        size_t size = strlen(hex) / 2;
        for (size_t i = 0; i < size; i++) {
            unsigned byte;
            sscanf(hex + 2 * i, "%2x", &byte), hex[i] = byte;
        }
        if (clients[client].fd >= 0) send_frame(clients[client].fd, 2, hex, size);
    } else if (sscanf(line, "await %15s %lu %lf", what, &target, &seconds) == 3) {
        awaited = *what == 'r' ? &replies : &updates, deadline = now_us() + seconds * 1e6;
    } else if (sscanf(line, "stall %d", &client) == 1) {
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, clients[client].fd, NULL);
        puts("ok");
    } else if (sscanf(line, "nap %d", &nap_us) == 1) {
        puts("ok");
    } else if (!strcmp(line, "tolerate")) {
        tolerant = 1;
        puts("ok");
    } else if (!strcmp(line, "reset")) {
        replies = updates = bytes = latency_count = 0;
        memset(latencies, 0, sizeof latencies);
        puts("ok");
    } else if (!strcmp(line, "stats")) {
        printf("%lu %lu %lu %ld %ld %ld %f\n", replies, updates, bytes, percentile(.5), percentile(.99),
               percentile(1), cpu_s());
    } else {
        errno = EINVAL, fail(line);
    }
    fflush(stdout);
}

int main(int count, char **arguments) {
    static char lines[1 << 20];
    size_t lines_size = 0;
    struct epoll_event events[1024], input = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    if (count != 4) return 2;
    reply_mark = arguments[1], reply_size = strlen(reply_mark);
    update_mark = arguments[2], update_size = strlen(update_mark), own_head = arguments[3];
    epoll_fd = epoll_create1(0);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &input);
    for (;;) {
        if (nap_us) usleep(nap_us);
        int ready = epoll_wait(epoll_fd, events, 1024, awaited ? 20 : -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 != UINT32_MAX) {
                readable(&clients[events[i].data.u32]);
            } else if (!awaited) {
                ssize_t got = read(0, lines + lines_size, sizeof lines - lines_size - 1);
                if (got <= 0) return 0;
                lines_size += got;
            }
        }
        opened = upgraded_count;
        if (awaited && *awaited >= target) printf("ok\n"), fflush(stdout), awaited = NULL;
        if (awaited && now_us() > deadline) {
            printf("error timeout: %lu of %lu\n", *awaited, target);
            fflush(stdout);
            return 1;
        }
        char *line = lines, *end;
        while (!awaited && (end = memchr(line, '\n', lines + lines_size - line))) {
            *end = 0;
            command(line);
            line = end + 1;
        }
        lines_size -= line - lines;
        memmove(lines, line, lines_size);
    }
}

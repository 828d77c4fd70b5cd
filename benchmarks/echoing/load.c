/* Sends many calls' probe packets to one port, and says how long the answers took. Every call sends evenly; when within
 * a period each of them does is by chance, as calls are, so that packets bunch up.
 *
 * load PORT SECONDS CALLS ECHOED_AT < packets
 *
 * The packets are the calls' templates, PACKET bytes each. Into each that is sent go its number (4 bytes, at 0) and the
 * time (8 bytes, at 4), which the answer brings back at ECHOED_AT. Here all calls begin at once, as they don't in life:
 * the times of their first FIRST_ROUNDS packets are left out, their losses aren't. Arrivals are stamped by the kernel.
 * Prints one line: sent, answered, the 50th, 99th and 99.9th percentile and the longest round trip in us, and the 99th
 * percentile of how late packets were sent, in us. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PACKET = 172, PACKETS_S = 50, SOCKETS = 16, MOST_US = 1000000, ROOM = 32, FIRST_ROUNDS = 15 };
static const int64_t PERIOD_NS = 1000000000 / PACKETS_S, LAST_ANSWERS_NS = 500000000;

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void note(uint32_t *counts, int64_t ns) {
    int64_t us = ns / 1000;
    counts[us < 0 ? 0 : us >= MOST_US ? MOST_US - 1 : us]++;
}

static int percentile(const uint32_t *counts, double share) {
    uint64_t all = 0, seen = 0;
    for (int us = 0; us < MOST_US; us++) all += counts[us];
    for (int us = 0; us < MOST_US; us++)
        if ((seen += counts[us]) >= share * all && seen) return us;
    return 0;
}

static int earlier(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t take(int fd, int echoed_at, uint32_t *trips) {
    static uint8_t data[ROOM][2048], control[ROOM][64];
    static struct mmsghdr headers[ROOM];
    static struct iovec buffers[ROOM];
    for (int i = 0; i < ROOM; i++) {
        buffers[i] = (struct iovec){data[i], sizeof data[i]};
        headers[i].msg_hdr = (struct msghdr){.msg_iov = &buffers[i], .msg_iovlen = 1, .msg_control = control[i],
                                             .msg_controllen = sizeof control[i]};
    }
    int taken = recvmmsg(fd, headers, ROOM, MSG_DONTWAIT, NULL);
    for (int i = 0; i < taken; i++) {
        struct cmsghdr *told = CMSG_FIRSTHDR(&headers[i].msg_hdr);
        struct timespec arrived;
        int64_t sent_ns;
        memcpy(&arrived, CMSG_DATA(told), sizeof arrived);
        memcpy(&sent_ns, data[i] + echoed_at, sizeof sent_ns);
        uint32_t number;
        memcpy(&number, data[i] + echoed_at - sizeof number, sizeof number);
        if (ntohl(number) >= FIRST_ROUNDS) note(trips, arrived.tv_sec * 1000000000LL + arrived.tv_nsec - sent_ns);
    }
    return taken > 0 ? taken : 0;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    int port = atoi(argv[1]), calls = atoi(argv[3]), echoed_at = atoi(argv[4]), on = 1, room = 1 << 23;
    uint64_t wanted = (uint64_t)(atof(argv[2]) * PACKETS_S * calls), sent = 0, answered = 0;
    uint8_t *packets = malloc((size_t)calls * PACKET);
    uint32_t *trips = calloc(MOST_US, sizeof *trips), *late = calloc(MOST_US, sizeof *late);
    int64_t *phases_ns = malloc((size_t)calls * sizeof *phases_ns);
    if (!packets || !trips || !late || !phases_ns || fread(packets, PACKET, calls, stdin) != (size_t)calls) return 2;
    int fds[SOCKETS], ready = epoll_create1(0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < SOCKETS; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
        setsockopt(fds[i], SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        if (connect(fds[i], (struct sockaddr *)&to, sizeof to)) return 1;
        epoll_ctl(ready, EPOLL_CTL_ADD, fds[i], &(struct epoll_event){.events = EPOLLIN, .data.fd = fds[i]});
    }
    srand(1);
    for (int i = 0; i < calls; i++) phases_ns[i] = (int64_t)(rand() / (RAND_MAX + 1.0) * PERIOD_NS);
    qsort(phases_ns, calls, sizeof *phases_ns, earlier);
    int64_t began_ns = now_ns() + 1000000, now, due_ns;
    int64_t ends_ns = began_ns + (int64_t)(wanted / calls + 1) * PERIOD_NS + LAST_ANSWERS_NS;
    while (sent < wanted || (answered < sent && now_ns() < ends_ns)) {
        while (sent < wanted) {
            due_ns = began_ns + (int64_t)(sent / calls) * PERIOD_NS + phases_ns[sent % calls];
            if ((now = now_ns()) < due_ns) break;
            uint8_t *packet = packets + sent % calls * PACKET;
            uint32_t number = htonl(sent / calls);
            note(late, now - due_ns);
            memcpy(packet, &number, sizeof number);
            memcpy(packet + 4, &now, sizeof now);
            send(fds[sent % calls % SOCKETS], packet, PACKET, 0);
            sent++;
        }
        struct epoll_event events[SOCKETS];
        int n = epoll_wait(ready, events, SOCKETS, 0);
        for (int i = 0; i < n; i++) answered += take(events[i].data.fd, echoed_at, trips);
    }
    printf("%lu %lu %d %d %d %d %d\n", (unsigned long)sent, (unsigned long)answered, percentile(trips, 0.5),
           percentile(trips, 0.99), percentile(trips, 0.999), percentile(trips, 1), percentile(late, 0.99));
    return 0;
}

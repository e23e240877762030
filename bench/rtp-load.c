/*
 * Load for bench/rtp.ts: LEGS sockets on 127.0.0.1, each sending one G.711 sized RTP packet every 20 ms to
 * its port of the relay and reading what comes back.
 *   cc -O2 -o rtp-load rtp-load.c && ./rtp-load SECONDS WARM_SECONDS PAYLOAD < legs
 * One line of input per leg: "OWN_PORT RELAY_PORT". Prints one JSON line when the measured window begins, one
 * when it ends, with transit times as the kernel stamped the arrivals, and one when all that was under
 * way has come, or five seconds later: each with the packets sent and received so far.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_LEGS 8000
#define PERIOD_NS 20000000LL

static int fds[MAX_LEGS], legs;
static uint16_t seqs[MAX_LEGS];
static long long sent, received;
static long long histogram[2001]; /* transit times in steps of 50 microseconds */

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Wall time, which is what the kernel stamps arriving packets with. */
static long long wall_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void open_leg(int own, int relay) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(own), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0) { perror("bind"); exit(2); }
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  at.sin_port = htons(relay);
  if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0) { perror("connect"); exit(2); }
  fds[legs++] = fd;
}

static void drain(int leg, int measuring) {
  uint8_t in[2048], control[128];
  for (;;) {
    struct iovec part = {in, sizeof in};
    struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fds[leg], &head, 0);
    if (n < 0) return;
    received++;
    struct cmsghdr *c = CMSG_FIRSTHDR(&head);
    if (!measuring || n < 20 || !c || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec came;
    long long sent_at;
    memcpy(&came, CMSG_DATA(c), sizeof came);
    memcpy(&sent_at, in + 12, 8);
    long long step = (came.tv_sec * 1000000000LL + came.tv_nsec - sent_at) / 50000;
    histogram[step < 0 ? 0 : step > 2000 ? 2000 : step]++;
  }
}

static void send_one(int leg, int payload) {
  uint8_t out[2048] = {0x80, 0};
  uint16_t seq = htons(seqs[leg]);
  uint32_t stamp = htonl((uint32_t)seqs[leg] * 160), ssrc = htonl(0x1000 + leg);
  long long now = wall_ns();
  seqs[leg]++;
  memcpy(out + 2, &seq, 2);
  memcpy(out + 4, &stamp, 4);
  memcpy(out + 8, &ssrc, 4);
  memcpy(out + 12, &now, 8);
  if (send(fds[leg], out, 12 + payload, 0) > 0) sent++;
}

static double quantile(double q) {
  long long all = 0, sum = 0;
  for (int i = 0; i <= 2000; i++) all += histogram[i];
  for (int i = 0; i <= 2000; i++) if ((sum += histogram[i]) >= q * all) return i * 0.05;
  return 100;
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 5, warm = argc > 2 ? atof(argv[2]) : 1;
  int payload = argc > 3 ? atoi(argv[3]) : 160, own, relay;
  while (legs < MAX_LEGS && scanf("%d %d", &own, &relay) == 2) open_leg(own, relay);
  if (legs == 0 || payload < 8 || payload > 2000) return 2;
  long long start = now_ns(), begin = start + (long long)(warm * 1e9), end = begin + (long long)(seconds * 1e9);
  int measuring = 0;
  for (long long turn = 0;; turn++) {
    int leg = turn % legs;
    long long due = start + (turn / legs) * PERIOD_NS + PERIOD_NS * leg / legs, now = now_ns();
    if (!measuring && now >= begin) {
      measuring = 1;
      printf("{\"at\":\"begin\",\"sent\":%lld,\"received\":%lld}\n", sent, received);
      fflush(stdout);
    }
    if (now >= end) break;
    if (due > now) {
      struct timespec t = {due / 1000000000LL, due % 1000000000LL};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
    drain(leg, measuring);
    send_one(leg, payload);
  }
  printf("{\"at\":\"end\",\"sent\":%lld,\"received\":%lld,\"p50Ms\":%.2f,\"p99Ms\":%.2f}\n", sent, received,
         quantile(0.5), quantile(0.99));
  fflush(stdout);
  struct timespec rest = {0, 250000000};
  for (int turn = 0; turn < 20 && received < sent; turn++) {
    nanosleep(&rest, NULL);
    for (int leg = 0; leg < legs; leg++) drain(leg, 0);
  }
  printf("{\"at\":\"rest\",\"sent\":%lld,\"received\":%lld}\n", sent, received);
  return 0;
}

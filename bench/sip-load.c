// SIP over UDP load in a closed loop: at most `window` units are under way, so that no server is asked for more
// than it answers. With RATE in the environment it also begins no more than so many a second.
// usage: sip-load register|options|message|call server_port window seconds users [limit]
// Users are u0, u1, … with passwords pw0, pw1, … in the domain tandem.test. PORTA and PORTB in the environment
// change its two ports, 6080 for callers and 6070 for those who are called.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
typedef uint32_t u32;
static const u32 K[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
static const int R[64] = {7, 12, 17, 22, 7, 12, 17, 22, 7, 12, 17, 22, 7, 12, 17, 22,
                          5, 9,  14, 20, 5, 9,  14, 20, 5, 9,  14, 20, 5, 9,  14, 20,
                          4, 11, 16, 23, 4, 11, 16, 23, 4, 11, 16, 23, 4, 11, 16, 23,
                          6, 10, 15, 21, 6, 10, 15, 21, 6, 10, 15, 21, 6, 10, 15, 21};

static void blk(u32 *h, const uint8_t *p) {
  u32 w[16];
  memcpy(w, p, 64);
  u32 a = h[0], b = h[1], c = h[2], d = h[3];
  for (int i = 0; i < 64; i++) {
    u32 f;
    int g;
    if (i < 16) {
      f = (b & c) | (~b & d);
      g = i;
    } else if (i < 32) {
      f = (d & b) | (~d & c);
      g = (5 * i + 1) & 15;
    } else if (i < 48) {
      f = b ^ c ^ d;
      g = (3 * i + 5) & 15;
    } else {
      f = c ^ (b | ~d);
      g = (7 * i) & 15;
    }
    u32 t = d;
    d = c;
    c = b;
    u32 x = a + f + K[i] + w[g];
    b = b + ((x << R[i]) | (x >> (32 - R[i])));
    a = t;
  }
  h[0] += a;
  h[1] += b;
  h[2] += c;
  h[3] += d;
}

static void md5hex(const char *s, size_t n, char *out) {
  u32 h[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  size_t i = 0;
  for (; i + 64 <= n; i += 64) blk(h, (const uint8_t *)s + i);
  uint8_t b[128] = {0};
  size_t r = n - i;
  memcpy(b, s + i, r);
  b[r] = 0x80;
  size_t t = r < 56 ? 64 : 128;
  uint64_t bits = n * 8;
  memcpy(b + t - 8, &bits, 8);
  blk(h, b);
  if (t == 128) blk(h, b + 64);
  const uint8_t *o = (uint8_t *)h;
  for (int k = 0; k < 16; k++) {
    out[2 * k] = "0123456789abcdef"[o[k] >> 4];
    out[2 * k + 1] = "0123456789abcdef"[o[k] & 15];
  }
  out[32] = 0;
}

enum { REG, OPT, MSG, CALL };

static int mode, W, users, A, B, portA = 6080, portB = 6070;
static struct sockaddr_in srv;

typedef struct {
  int st;
  unsigned gen;
  int user;
  double t0, tsend;
  int len;
  char msg[1800];
} Slot;

static Slot *sl;
static char (*ha1)[33];
static char ha2[33];
static unsigned long done, fail, retr;
static unsigned nextuser;
static int stopping;
static double rate, tbegin;
static unsigned long begun;

static double now() {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

#define QN 256

static struct {
  int fd;
  int len;
  char b[2000];
} Q[QN];

static int qn;
static unsigned long nsent, nrecv;

static void flushq() {
  static struct mmsghdr m[QN];
  static struct iovec v[QN];
  int i = 0;
  while (i < qn) {
    int j = i;
    int fd = Q[i].fd;
    int c = 0;
    while (j < qn && Q[j].fd == fd) {
      v[c].iov_base = Q[j].b;
      v[c].iov_len = Q[j].len;
      memset(&m[c].msg_hdr, 0, sizeof m[c].msg_hdr);
      m[c].msg_hdr.msg_iov = &v[c];
      m[c].msg_hdr.msg_iovlen = 1;
      c++;
      j++;
    }
    int k = 0;
    while (k < c) {
      int r = sendmmsg(fd, m + k, c - k, 0);
      if (r < 0) {
        if (errno == EAGAIN || errno == ECONNREFUSED) continue;
        perror("sendmmsg");
        exit(1);
      }
      k += r;
    }
    nsent += c;
    i = j;
  }
  qn = 0;
}

static char *qslot(int fd) {
  if (qn == QN) flushq();
  Q[qn].fd = fd;
  return Q[qn].b;
}

static void qpush(int len) {
  Q[qn].len = len;
  qn++;
}

static void xmit(Slot *s) {
  char *b = qslot(A);
  memcpy(b, s->msg, s->len);
  qpush(s->len);
  s->tsend = now();
}

static unsigned br;
static char CID[16];

static void begin(int i) {
  Slot *s = &sl[i];
  if (stopping || (rate > 0 && begun >= rate * (now() - tbegin))) {
    s->st = 0;
    return;
  }
  begun++;
  s->gen++;
  s->st = 1;
  s->user = nextuser++ % users;
  s->t0 = now();
  if (mode == REG)
    s->len = sprintf(
        s->msg,
        "REGISTER sip:tandem.test SIP/2.0\r\nVia: SIP/2.0/UDP "
        "127.0.0.1:%d;branch=z9hG4bK%08x\r\nMax-Forwards: 70\r\nFrom: <sip:u%d@tandem.test>;tag=t%u\r\nTo: "
        "<sip:u%d@tandem.test>\r\nCall-ID: %d-%u@%s\r\nCSeq: 1 REGISTER\r\nContact: "
        "<sip:u%d@127.0.0.1:%d>\r\nExpires: 3600\r\nUser-Agent: sipp\r\nContent-Length: 0\r\n\r\n",
        portA, br++, s->user, s->gen, s->user, i, s->gen, CID, s->user, portB);
  else if (mode == OPT)
    s->len = sprintf(s->msg,
                     "OPTIONS sip:tandem.test SIP/2.0\r\nVia: SIP/2.0/UDP "
                     "127.0.0.1:%d;branch=z9hG4bK%08x\r\nMax-Forwards: 70\r\nFrom: "
                     "<sip:caller@tandem.test>;tag=t%u\r\nTo: <sip:tandem.test>\r\nCall-ID: "
                     "%d-%u@%s\r\nCSeq: 1 OPTIONS\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n",
                     portA, br++, s->gen, i, s->gen, CID);
  else if (mode == MSG)
    s->len = sprintf(s->msg,
                     "MESSAGE sip:u%d@tandem.test SIP/2.0\r\nVia: SIP/2.0/UDP "
                     "127.0.0.1:%d;branch=z9hG4bK%08x\r\nMax-Forwards: 70\r\nFrom: "
                     "<sip:caller@tandem.test>;tag=t%u\r\nTo: <sip:u%d@tandem.test>\r\nCall-ID: "
                     "%d-%u@%s\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: "
                     "60\r\n\r\nHello from the load generator, a message of sixty characters",
                     s->user, portA, br++, s->gen, s->user, i, s->gen, CID);
  else {
    const char *sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 "
                      "RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 "
                      "telephone-event/8000\r\na=sendrecv\r\n";
    s->len = sprintf(s->msg,
                     "INVITE sip:u%d@tandem.test SIP/2.0\r\nVia: SIP/2.0/UDP "
                     "127.0.0.1:%d;branch=z9hG4bK%08x\r\nMax-Forwards: 70\r\nFrom: "
                     "<sip:caller@tandem.test>;tag=t%u\r\nTo: <sip:u%d@tandem.test>\r\nCall-ID: "
                     "%d-%u@%s\r\nCSeq: 1 INVITE\r\nContact: <sip:caller@127.0.0.1:%d>\r\nContent-Type: "
                     "application/sdp\r\nContent-Length: %d\r\n\r\n%s",
                     s->user, portA, br++, s->gen, s->user, i, s->gen, CID, portA, (int)strlen(sdp), sdp);
  }
  xmit(s);
}

#define LATN 200000
static float lat[LATN];
static unsigned long latn;

static void fin(int i) {
  Slot *s = &sl[i];
  lat[latn++ % LATN] = (now() - s->t0) * 1e3;
  done++;
  begin(i);
}

static char *hdr(char *m, const char *name, int n,
                 char **end) { // first header by name (case-insens), returns value
  char *p = strchr(m, '\n');
  while (p) {
    p++;
    if (*p == '\r') return 0;
    if (!strncasecmp(p, name, n) && p[n] == ':') {
      char *v = p + n + 1;
      while (*v == ' ') v++;
      char *e = strchr(v, '\r');
      if (end) *end = e;
      return v;
    }
    p = strchr(p, '\n');
  }
  return 0;
}

static void onA(char *m, int len) {
  m[len] = 0;
  nrecv++;
  if (strncmp(m, "SIP/2.0 ", 8)) return;
  int code = atoi(m + 8);
  if (code < 200) return;
  char *c = hdr(m, "Call-ID", 7, 0);
  if (!c) return;
  int i;
  unsigned g;
  if (sscanf(c, "%d-%u", &i, &g) != 2 || i < 0 || i >= W) return;
  Slot *s = &sl[i];
  if (g != s->gen || !s->st) return;
  char *q = hdr(m, "CSeq", 4, 0);
  int cs = atoi(q);
  if (cs != s->st) return;
  if (mode == REG && code == 401 && s->st == 1) {
    char *e, *a = hdr(m, "WWW-Authenticate", 16, &e);
    if (!a) {
      fail++;
      return;
    }
    *e = 0;
    char *n = strstr(a, "nonce=\"");
    if (!n) {
      fail++;
      return;
    }
    n += 7;
    char *ne = strchr(n, '"');
    int nl = ne - n;
    int qop = strstr(a, "qop=") != 0;
    char t[400], r[33];
    int k;
    if (qop)
      k = sprintf(t, "%s:%.*s:00000001:6b8b4567:auth:%s", ha1[s->user], nl, n, ha2);
    else
      k = sprintf(t, "%s:%.*s:%s", ha1[s->user], nl, n, ha2);
    md5hex(t, k, r);
    s->st = 2;
    s->len =
        sprintf(s->msg,
                "REGISTER sip:tandem.test SIP/2.0\r\nVia: SIP/2.0/UDP "
                "127.0.0.1:%d;branch=z9hG4bK%08x\r\nMax-Forwards: 70\r\nFrom: "
                "<sip:u%d@tandem.test>;tag=t%u\r\nTo: <sip:u%d@tandem.test>\r\nCall-ID: %d-%u@%s\r\nCSeq: 2 "
                "REGISTER\r\nContact: <sip:u%d@127.0.0.1:%d>\r\nAuthorization: Digest "
                "username=\"u%d\",realm=\"tandem.test\",%suri=\"sip:tandem.test\",nonce=\"%.*s\",response=\"%"
                "s\",algorithm=MD5\r\nExpires: 3600\r\nUser-Agent: sipp\r\nContent-Length: 0\r\n\r\n",
                portA, br++, s->user, s->gen, s->user, i, s->gen, CID, s->user, portB, s->user,
                qop ? "cnonce=\"6b8b4567\",nc=00000001,qop=auth," : "", nl, n, r);
    xmit(s);
    return;
  }
  if (code >= 300) {
    if (fail++ < 3) fprintf(stderr, "FAIL %.60s\n", m);
    begin(i);
    return;
  }
  if (mode == CALL && s->st == 1) {
    char rt[600];
    int rn = 0;
    char *rrs[4];
    int rl[4], nr = 0;
    char *p = m, *e;
    char *pp = strchr(m, '\n');
    while (pp && nr < 4) {
      pp++;
      if (*pp == '\r') break;
      if (!strncasecmp(pp, "Record-Route:", 13)) {
        rrs[nr] = pp + 13;
        rl[nr] = strchr(pp, '\r') - (pp + 13);
        nr++;
      }
      pp = strchr(pp, '\n');
    }
    for (int k = nr - 1; k >= 0; k--) rn += sprintf(rt + rn, "Route:%.*s\r\n", rl[k], rrs[k]);
    rt[rn] = 0;
    char *ct = hdr(m, "Contact", 7, &e);
    char *u = strchr(ct, '<') + 1;
    int ul = strchr(u, '>') - u;
    char *to = hdr(m, "To", 2, &e);
    int tl = e - to;
    (void)p;
    char *b = qslot(A);
    int n = sprintf(b,
                    "ACK %.*s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%08x\r\n%sMax-Forwards: "
                    "70\r\nFrom: <sip:caller@tandem.test>;tag=t%u\r\nTo: %.*s\r\nCall-ID: %d-%u@%s\r\nCSeq: "
                    "1 ACK\r\nContent-Length: 0\r\n\r\n",
                    ul, u, portA, br++, rt, s->gen, tl, to, i, s->gen, CID);
    qpush(n);
    s->st = 2;
    s->len =
        sprintf(s->msg,
                "BYE %.*s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%08x\r\n%sMax-Forwards: "
                "70\r\nFrom: <sip:caller@tandem.test>;tag=t%u\r\nTo: %.*s\r\nCall-ID: %d-%u@%s\r\nCSeq: 2 "
                "BYE\r\nContent-Length: 0\r\n\r\n",
                ul, u, portA, br++, rt, s->gen, tl, to, i, s->gen, CID);
    xmit(s);
    return;
  }
  fin(i);
}

static int mkresp(char *o, const char *st, char *m, const char *extra, const char *body) {
  int n = sprintf(o, "SIP/2.0 %s\r\n", st);
  char *p = strchr(m, '\n');
  while (p) {
    p++;
    if (*p == '\r') break;
    char *e = strchr(p, '\r');
    int l = e - p;
    if (!strncasecmp(p, "Via:", 4) || !strncasecmp(p, "Record-Route:", 13) || !strncasecmp(p, "From:", 5) ||
        !strncasecmp(p, "Call-ID:", 8) || !strncasecmp(p, "CSeq:", 5)) {
      memcpy(o + n, p, l);
      n += l;
      o[n++] = '\r';
      o[n++] = '\n';
    } else if (!strncasecmp(p, "To:", 3)) {
      memcpy(o + n, p, l);
      n += l;
      if (!memmem(p, l, ";tag=", 5)) n += sprintf(o + n, ";tag=uas1");
      o[n++] = '\r';
      o[n++] = '\n';
    }
    p = e + 1;
  }
  n += sprintf(o + n, "%sContent-Length: %d\r\n\r\n%s", extra, (int)strlen(body), body);
  return n;
}

static void onB(char *m, int len) {
  m[len] = 0;
  nrecv++;
  char x[200];
  if (!strncmp(m, "MESSAGE ", 8) || !strncmp(m, "BYE ", 4)) {
    char *b = qslot(B);
    qpush(mkresp(b, "200 OK", m, "", ""));
  } else if (!strncmp(m, "INVITE ", 7)) {
    sprintf(x, "Contact: <sip:callee@127.0.0.1:%d>\r\n", portB);
    char *b = qslot(B);
    qpush(mkresp(b, "180 Ringing", m, x, ""));
    sprintf(x, "Contact: <sip:callee@127.0.0.1:%d>\r\nContent-Type: application/sdp\r\n", portB);
    b = qslot(B);
    qpush(mkresp(
        b, "200 OK", m, x,
        "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6002 RTP/AVP 8 "
        "101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"));
  }
}

static int mk(int port) {
  int f = socket(AF_INET, SOCK_DGRAM, 0);
  int z = 4194304;
  setsockopt(f, SOL_SOCKET, SO_RCVBUF, &z, sizeof z);
  setsockopt(f, SOL_SOCKET, SO_SNDBUF, &z, sizeof z);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(f, (void *)&a, sizeof a)) {
    perror("bind");
    exit(1);
  }
  if (connect(f, (void *)&srv, sizeof srv)) {
    perror("connect");
    exit(1);
  }
  fcntl(f, F_SETFL, O_NONBLOCK);
  return f;
}

static int cmpf(const void *a, const void *b) {
  float x = *(float *)a, y = *(float *)b;
  return x < y ? -1 : x > y;
}

int main(int c, char **v) {
  mode = !strcmp(v[1], "register")  ? REG
         : !strcmp(v[1], "options") ? OPT
         : !strcmp(v[1], "message") ? MSG
                                    : CALL;
  sprintf(CID, "%d", getpid());
  br = (unsigned)getpid() * 2654435761u;
  if (getenv("PORTA")) portA = atoi(getenv("PORTA"));
  if (getenv("PORTB")) portB = atoi(getenv("PORTB"));
  if (getenv("RATE")) rate = atof(getenv("RATE"));
  int port = atoi(v[2]);
  W = atoi(v[3]);
  double secs = atof(v[4]);
  users = atoi(v[5]);
  long limit = c > 6 ? atol(v[6]) : 0;
  srv.sin_family = AF_INET;
  srv.sin_port = htons(port);
  srv.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  A = mk(portA);
  B = mk(portB);
  sl = calloc(W, sizeof *sl);
  ha1 = malloc(33L * users);
  char t[100];
  for (int i = 0; i < users; i++) {
    int k = sprintf(t, "u%d:tandem.test:pw%d", i, i);
    md5hex(t, k, ha1[i]);
  }
  md5hex("REGISTER:sip:tandem.test", 24, ha2);
  static char bufs[64][4096];
  static struct mmsghdr mm[64];
  static struct iovec iv[64];
  for (int i = 0; i < 64; i++) {
    iv[i].iov_base = bufs[i];
    iv[i].iov_len = 4000;
    mm[i].msg_hdr.msg_iov = &iv[i];
    mm[i].msg_hdr.msg_iovlen = 1;
  }
  double t0 = now(), tend = t0 + secs, tscan = t0 + 0.1;
  tbegin = t0;
  for (int i = 0; i < W; i++) begin(i);
  flushq();
  struct pollfd pf[2] = {{A, POLLIN}, {B, POLLIN}};
  for (;;) {
    poll(pf, 2, rate > 0 ? 1 : 20);
    for (int k = 0; k < 2; k++)
      if (pf[k].revents) {
        int r = recvmmsg(pf[k].fd, mm, 64, MSG_DONTWAIT, 0);
        for (int i = 0; i < r; i++) (k ? onB : onA)(bufs[i], mm[i].msg_len);
      }
    if (rate > 0)
      for (int i = 0; i < W; i++)
        if (!sl[i].st) begin(i);
    flushq();
    double n = now();
    if (n >= tend || (limit && (long)done >= limit)) break;
    if (n > tscan) {
      tscan = n + 0.1;
      for (int i = 0; i < W; i++)
        if (sl[i].st && n - sl[i].tsend > 0.5) {
          retr++;
          xmit(&sl[i]);
        }
      flushq();
    }
  }
  double el = now() - t0;
  unsigned long d = done;
  stopping = 1;
  double te = now() + 0.7;
  while (now() < te) {
    poll(pf, 2, 50);
    for (int k = 0; k < 2; k++)
      if (pf[k].revents) {
        int r = recvmmsg(pf[k].fd, mm, 64, MSG_DONTWAIT, 0);
        for (int i = 0; i < r; i++) (k ? onB : onA)(bufs[i], mm[i].msg_len);
      }
    flushq();
  }
  struct rusage ru;
  getrusage(RUSAGE_SELF, &ru);
  double cpu = ru.ru_utime.tv_sec + ru.ru_stime.tv_sec + (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) * 1e-6;
  unsigned long ln = latn < LATN ? latn : LATN;
  qsort(lat, ln, 4, cmpf);
  printf("{\"done\":%lu,\"total\":%lu,\"rate\":%.0f,\"fail\":%lu,\"retr\":%lu,\"p50ms\":%.2f,\"p99ms\":%.2f,"
         "\"gen_us\":%.1f,\"sent\":%lu,\"recv\":%lu}\n",
         d, done, d / el, fail, retr, ln ? lat[ln / 2] : 0, ln ? lat[ln * 99 / 100] : 0,
         cpu * 1e6 / (done ? done : 1), nsent, nrecv);
}

/* A store on loopback for bench/scale.py: every key below a prefix is the same object, each answer waits, and each prefix
   refuses more GET a second than S3 does.

   store FILE MILLISECONDS GET_PER_SECOND

   It answers on 127.0.0.1, prints its port, and ends when standard input does; then it prints how many requests it answered and
   refused. The prefix of /bucket/prefix/key is its second part. One thread: a queue of answers by their time, since all wait
   equally long. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 8192, INPUT = 8192, QUEUE = 1 << 16, PREFIXES = 64 };

struct connection {
  int is_open;
  size_t length;
  char input[INPUT];
};
struct answer {
  double due;
  int socket, is_head;
  long start, end;
};
struct prefix {
  char name[64];
  double tokens, filled;
};

static struct connection connections[CONNECTIONS];
static struct answer queue[QUEUE];
static size_t queue_head, queue_tail;
static struct prefix prefixes[PREFIXES];
static char *object;
static long object_size;
static double latency, per_second;
static long answered, refused;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* Whether the prefix of a path may have another request now: a bucket of tokens that holds a tenth of a second. */
static int admits(const char *path) {
  const char *name = strchr(path + 1, '/');
  if (!name || per_second <= 0) return 1;
  size_t length = strcspn(++name, "/ ");
  if (length >= sizeof prefixes[0].name) length = sizeof prefixes[0].name - 1;
  for (int i = 0; i < PREFIXES; i++) {
    struct prefix *p = &prefixes[i];
    double time = now(), most = per_second / 10;
    if (!p->name[0]) {
      memcpy(p->name, name, length);
      p->tokens = most;
      p->filled = time;
    } else if (strncmp(p->name, name, length) || p->name[length]) {
      continue;
    }
    p->tokens += (time - p->filled) * per_second;
    p->filled = time;
    if (p->tokens > most) p->tokens = most;
    if (p->tokens < 1) return 0;
    p->tokens -= 1;
    return 1;
  }
  return 1;
}

static void send_all(int socket, const char *bytes, size_t length) {
  while (length) {
    ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent <= 0) return;
    bytes += sent;
    length -= sent;
  }
}

static void refuse(int socket) {
  static const char body[] = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
  char text[512];
  int length = snprintf(text, sizeof text,
                        "HTTP/1.1 503 Slow Down\r\ncontent-type: application/xml\r\ncontent-length: %zu\r\n\r\n%s",
                        sizeof body - 1, body);
  refused++;
  send_all(socket, text, length);
}

static void accept_request(int socket, char *head) {
  char *path = strchr(head, ' ');
  if (!path) return;
  if (!admits(path + 1)) {
    refuse(socket);
    return;
  }
  struct answer a = {.due = now() + latency, .socket = socket, .start = 0, .end = object_size - 1};
  a.is_head = !strncmp(head, "HEAD", 4);
  char *range = strcasestr(head, "\r\nrange: bytes=");
  if (range && sscanf(range + 15, "%ld-%ld", &a.start, &a.end) && a.end >= object_size) a.end = object_size - 1;
  queue[queue_tail++ % QUEUE] = a;
}

static void respond(struct answer *a) {
  static const char *sent = "Tue, 14 Nov 2023 22:13:20 GMT";
  if (!connections[a->socket % CONNECTIONS].is_open) return;
  char head[512];
  long length = a->end - a->start + 1;
  int n = snprintf(head, sizeof head,
                   "HTTP/1.1 %s\r\ncontent-length: %ld\r\ncontent-range: bytes %ld-%ld/%ld\r\naccept-ranges: bytes\r\n"
                   "etag: \"object\"\r\nlast-modified: %s\r\ncontent-type: application/dicom\r\n\r\n",
                   a->is_head ? "200 OK" : "206 Partial Content", length, a->start, a->end, object_size, sent);
  answered++;
  if (a->is_head) {
    send_all(a->socket, head, n);
    return;
  }
  /* One packet where it is small: the peer wakes once. */
  static char whole[1 << 16];
  if (n + length <= (long)sizeof whole) {
    memcpy(whole, head, n);
    memcpy(whole + n, object + a->start, length);
    send_all(a->socket, whole, n + length);
  } else {
    send_all(a->socket, head, n);
    send_all(a->socket, object + a->start, length);
  }
}

static void read_requests(int socket) {
  struct connection *c = &connections[socket];
  ssize_t count = recv(socket, c->input + c->length, INPUT - 1 - c->length, 0);
  if (count <= 0) {
    if (count < 0 && errno == EAGAIN) return;
    c->is_open = 0;
    close(socket);
    return;
  }
  c->length += count;
  c->input[c->length] = 0;
  char *end;
  while ((end = strstr(c->input, "\r\n\r\n"))) {
    *end = 0;
    accept_request(socket, c->input);
    c->length -= end + 4 - c->input;
    memmove(c->input, end + 4, c->length + 1);
  }
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  FILE *file = fopen(arguments[1], "rb");
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  object_size = ftell(file);
  rewind(file);
  object = malloc(object_size);
  if (fread(object, 1, object_size, file) != (size_t)object_size) return 2;
  latency = atof(arguments[2]) / 1000;
  per_second = atof(arguments[3]);
  struct rlimit files = {CONNECTIONS, CONNECTIONS};
  setrlimit(RLIMIT_NOFILE, &files);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (void *)&address, size) || listen(listener, 4096)) return 2;
  getsockname(listener, (void *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  int events = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[512];
  epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = 0;
  epoll_ctl(events, EPOLL_CTL_ADD, 0, &event);
  for (;;) {
    int wait = -1;
    if (queue_head != queue_tail) {
      double left = queue[queue_head % QUEUE].due - now();
      wait = left > 0 ? (int)(left * 1000) + 1 : 0;
    }
    int many = epoll_wait(events, ready, 512, wait);
    for (int i = 0; i < many; i++) {
      int fd = ready[i].data.fd;
      if (fd == 0) {
        printf("%ld %ld\n", answered, refused);
        return 0;
      }
      if (fd != listener) {
        read_requests(fd);
        continue;
      }
      int client;
      while ((client = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
        if (client >= CONNECTIONS) {
          close(client);
          continue;
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connections[client].is_open = 1;
        connections[client].length = 0;
        event.data.fd = client;
        epoll_ctl(events, EPOLL_CTL_ADD, client, &event);
      }
    }
    while (queue_head != queue_tail && queue[queue_head % QUEUE].due <= now()) respond(&queue[queue_head++ % QUEUE]);
  }
}

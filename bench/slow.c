/* Storage that keeps requests waiting, as a network share does: with LD_PRELOAD each open and each read of a file
   below the folder SLOW_BELOW takes SLOW_MICROSECONDS longer, and each listing of a folder there; without SLOW_BELOW
   everywhere. At the end SLOW_REPORT is written: the most requests that waited at a time, how many there were, and
   for each tenth of a second how many began. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILES 65536
#define TENTHS 600

/* Which open files lie on the slow storage. */
static atomic_char slow[FILES];
static atomic_int waiting, most;
static atomic_long requests, begun[TENTHS];
static const char *below;
static size_t below_length;
static struct timespec delay, start;

__attribute__((constructor)) static void prepare(void) {
    const char *setting = getenv("SLOW_MICROSECONDS");
    delay.tv_nsec = (setting ? atol(setting) : 0) * 1000;
    below = getenv("SLOW_BELOW");
    below_length = below ? strlen(below) : 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
}

static int is_below(const char *path) {
    return below_length == 0 || (strncmp(path, below, below_length) == 0
                                 && (path[below_length] == '/' || path[below_length] == 0));
}

static int is_slow(int file) {
    return below_length == 0 || (file >= 0 && file < FILES && atomic_load(&slow[file]));
}

static void wait_for_storage(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    long tenth = (moment.tv_sec - start.tv_sec) * 10 + (moment.tv_nsec - start.tv_nsec) / 100000000;
    if (tenth >= 0 && tenth < TENTHS)
        atomic_fetch_add(&begun[tenth], 1);
    int now = atomic_fetch_add(&waiting, 1) + 1, before = atomic_load(&most);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {}
    atomic_fetch_add(&requests, 1);
    if (delay.tv_nsec > 0)
        nanosleep(&delay, NULL);
    atomic_fetch_sub(&waiting, 1);
}

static int opened(int file, int is_there) {
    if (file >= 0 && file < FILES)
        atomic_store(&slow[file], is_there);
    return file;
}

#define OPENAT(name)                                                                    \
    int name(int folder, const char *path, int flags, ...) {                            \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        int mode = va_arg(rest, int);                                                   \
        va_end(rest);                                                                   \
        int is_there = path[0] == '/' ? is_below(path) : is_slow(folder);               \
        if (is_there)                                                                   \
            wait_for_storage();                                                         \
        int (*next)(int, const char *, int, int) =                                      \
            (int (*)(int, const char *, int, int))dlsym(RTLD_NEXT, #name);              \
        return opened(next(folder, path, flags, mode), is_there);                       \
    }
#define OPEN(name)                                                                      \
    int name(const char *path, int flags, ...) {                                        \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        int mode = va_arg(rest, int);                                                   \
        va_end(rest);                                                                   \
        int is_there = is_below(path);                                                  \
        if (is_there)                                                                   \
            wait_for_storage();                                                         \
        int (*next)(const char *, int, int) =                                           \
            (int (*)(const char *, int, int))dlsym(RTLD_NEXT, #name);                   \
        return opened(next(path, flags, mode), is_there);                               \
    }
#define PREAD(name)                                                                     \
    ssize_t name(int file, void *buffer, size_t length, off_t offset) {                 \
        if (is_slow(file))                                                              \
            wait_for_storage();                                                         \
        ssize_t (*next)(int, void *, size_t, off_t) =                                   \
            (ssize_t (*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, #name);           \
        return next(file, buffer, length, offset);                                      \
    }
OPENAT(openat)
OPENAT(openat64)
OPEN(open)
OPEN(open64)
PREAD(pread)
PREAD(pread64)

ssize_t read(int file, void *buffer, size_t length) {
    ssize_t (*next)(int, void *, size_t) = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    if (is_slow(file))
        wait_for_storage();
    return next(file, buffer, length);
}

void *opendir(const char *path) {
    void *(*next)(const char *) = (void *(*)(const char *))dlsym(RTLD_NEXT, "opendir");
    if (is_below(path))
        wait_for_storage();
    return next(path);
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("SLOW_REPORT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%d %ld\n", atomic_load(&most), atomic_load(&requests));
        int last = TENTHS;
        while (last > 0 && atomic_load(&begun[last - 1]) == 0)
            last--;
        for (int tenth = 0; tenth < last; tenth++)
            fprintf(file, "%ld ", atomic_load(&begun[tenth]));
        fclose(file);
    }
}

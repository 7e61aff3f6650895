/* Storage that keeps requests waiting, as a network share does: with LD_PRELOAD each open and each read takes
   SLOW_MICROSECONDS longer. At the end SLOW_REPORT is written: the most requests that waited at a time, and how
   many there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_int waiting, most;
static atomic_long requests;

static void wait_for_storage(void) {
    const char *setting = getenv("SLOW_MICROSECONDS");
    struct timespec delay = {0, (setting ? atol(setting) : 0) * 1000};
    int now = atomic_fetch_add(&waiting, 1) + 1, before = atomic_load(&most);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {}
    atomic_fetch_add(&requests, 1);
    if (delay.tv_nsec > 0)
        nanosleep(&delay, NULL);
    atomic_fetch_sub(&waiting, 1);
}

#define OPENAT(name)                                                                    \
    int name(int folder, const char *path, int flags, ...) {                            \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        int mode = va_arg(rest, int);                                                   \
        va_end(rest);                                                                   \
        wait_for_storage();                                                             \
        int (*next)(int, const char *, int, int) =                                      \
            (int (*)(int, const char *, int, int))dlsym(RTLD_NEXT, #name);              \
        return next(folder, path, flags, mode);                                         \
    }
#define OPEN(name)                                                                      \
    int name(const char *path, int flags, ...) {                                        \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        int mode = va_arg(rest, int);                                                   \
        va_end(rest);                                                                   \
        wait_for_storage();                                                             \
        int (*next)(const char *, int, int) =                                           \
            (int (*)(const char *, int, int))dlsym(RTLD_NEXT, #name);                   \
        return next(path, flags, mode);                                                 \
    }
#define PREAD(name)                                                                     \
    ssize_t name(int file, void *buffer, size_t length, off_t offset) {                 \
        wait_for_storage();                                                             \
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
    wait_for_storage();
    return next(file, buffer, length);
}

void *opendir(const char *path) {
    void *(*next)(const char *) = (void *(*)(const char *))dlsym(RTLD_NEXT, "opendir");
    wait_for_storage();
    return next(path);
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("SLOW_REPORT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%d %ld", atomic_load(&most), atomic_load(&requests));
        fclose(file);
    }
}

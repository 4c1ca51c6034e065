/* Stands between a program and its disk (LD_PRELOAD): of every file below one folder it notes what is written,
 * synced, cut, renamed and removed, in order; and it can let such a call fail, as a bad or a full disk does.
 *
 * Read by recorder.py through ctypes. Without t2_begin it does nothing but pass calls on. One thread is enough:
 * a lock keeps the notes whole if there are more.
 *
 * A note: one byte of what, four bytes of file, eight of offset or size, four of length, then so many bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 'o', MADE = 'c', WRITE = 'w', SYNC = 's', CUT = 't', RENAME = 'r', REMOVE = 'u', LINK = 'l', MARK = 'm' };
enum { MOST_FILES = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static unsigned char *notes;
static size_t used, room;

/* A descriptor of a watched file: a number of its own, given anew whenever it is opened. */
static uint32_t file_of[MOST_FILES];
static uint32_t last_file;

static long space = -1;      /* bytes by which files may still grow; -1: as many as they like */
static long calls_until = 0; /* the so-manyth call of the kinds below fails; 0: none */
static int failing_kinds;    /* 1 write, 2 sync, 4 cut, 8 open, 16 rename and remove */
static int failing_with;
static long failing_times;   /* so many calls fail from then on */
static long failed;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static void need(size_t more)
{
    if (used + more <= room) return;
    while (used + more > room) room = room ? room * 2 : 1 << 20;
    notes = realloc(notes, room);
    if (!notes) abort();
}

static void note(char what, uint32_t file, uint64_t offset, const void *body, uint32_t length)
{
    need(17 + (size_t)length);
    unsigned char *at = notes + used;
    at[0] = (unsigned char)what;
    memcpy(at + 1, &file, 4);
    memcpy(at + 5, &offset, 8);
    memcpy(at + 13, &length, 4);
    if (length) memcpy(at + 17, body, length);
    used += 17 + (size_t)length;
}

static int is_watched(const char *path)
{
    if (!root_length || !path || strncmp(path, root, root_length) != 0) return 0;
    if (path[root_length] && path[root_length] != '/') return 0;
    size_t length = strlen(path);
    /* The index of a log lies in memory: nothing of it outlives the machine. */
    return !(length > 4 && strcmp(path + length - 4, "-shm") == 0);
}

static int fails(int kind)
{
    if (!calls_until || !(failing_kinds & kind)) return 0;
    if (calls_until > 1) {
        calls_until--;
        return 0;
    }
    if (failing_times-- <= 0) {
        calls_until = 0;
        return 0;
    }
    failed++;
    errno = failing_with;
    return 1;
}

/* How many of so many bytes find room; the disk takes what it can, and says that it is full at the next call. */
static size_t room_for(int fd, uint64_t offset, size_t length)
{
    struct stat now;
    if (space < 0 || fstat(fd, &now) != 0) return length;
    uint64_t end = offset + length, size = (uint64_t)now.st_size;
    if (end <= size) return length;
    uint64_t grows = end - size;
    if (grows <= (uint64_t)space) {
        space -= (long)grows;
        return length;
    }
    uint64_t less = grows - (uint64_t)space;
    space = 0;
    failed++;
    return less >= length ? 0 : length - less;
}

/* ---------------------------------------------------------------- what the simulation says */

void t2_begin(const char *folder)
{
    pthread_mutex_lock(&lock);
    strncpy(root, folder, sizeof root - 1);
    root_length = strlen(root);
    used = 0;
    pthread_mutex_unlock(&lock);
}

void t2_end(void)
{
    root_length = 0;
}

void t2_forget(void)
{
    used = 0;
}

size_t t2_used(void)
{
    return used;
}

const unsigned char *t2_notes(void)
{
    return notes;
}

void t2_mark(const void *body, uint32_t length)
{
    pthread_mutex_lock(&lock);
    note(MARK, 0, 0, body, length);
    pthread_mutex_unlock(&lock);
}

void t2_space(long bytes)
{
    space = bytes;
}

void t2_fail(int kinds, long after, int with, long times)
{
    failing_kinds = kinds;
    calls_until = after;
    failing_with = with;
    failing_times = times;
}

long t2_failed(void)
{
    long seen = failed;
    failed = 0;
    return seen;
}

/* ---------------------------------------------------------------- files */

static int opened(int fd, const char *path, int flags, int was_there)
{
    if (fd < 0 || fd >= MOST_FILES) return fd;
    pthread_mutex_lock(&lock);
    file_of[fd] = ++last_file;
    note(was_there ? OPEN : MADE, last_file, 0, path, (uint32_t)strlen(path));
    if (was_there && (flags & O_TRUNC)) note(CUT, last_file, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

static int open_with(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode)
{
    struct stat before;
    if (!is_watched(path)) return real(path, flags, mode);
    int was_there = stat(path, &before) == 0;
    if ((flags & (O_CREAT | O_TRUNC)) && fails(8)) return -1;
    return opened(real(path, flags, mode), path, flags, was_there);
}

#define OPEN_LIKE(name) \
    int name(const char *path, int flags, ...) \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        return open_with(real, path, flags, mode); \
    }
OPEN_LIKE(open)
OPEN_LIKE(open64)

static uint32_t watched(int fd)
{
    return fd >= 0 && fd < MOST_FILES && root_length ? file_of[fd] : 0;
}

int close(int fd)
{
    REAL(close);
    if (fd >= 0 && fd < MOST_FILES) file_of[fd] = 0;
    return real(fd);
}

static ssize_t written(int fd, uint64_t offset, const void *body, ssize_t length)
{
    if (length > 0) {
        pthread_mutex_lock(&lock);
        note(WRITE, file_of[fd], offset, body, (uint32_t)length);
        pthread_mutex_unlock(&lock);
    }
    return length;
}

static ssize_t full(void)
{
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *body, size_t length)
{
    REAL(write);
    if (!watched(fd)) return real(fd, body, length);
    if (fails(1)) return -1;
    off_t at = lseek(fd, 0, SEEK_CUR);
    size_t most = room_for(fd, (uint64_t)at, length);
    if (!most && length) return full();
    return written(fd, (uint64_t)at, body, real(fd, body, most));
}

#define PWRITE_LIKE(name) \
    ssize_t name(int fd, const void *body, size_t length, off_t offset) \
    { \
        REAL(name); \
        if (!watched(fd)) return real(fd, body, length, offset); \
        if (fails(1)) return -1; \
        size_t most = room_for(fd, (uint64_t)offset, length); \
        if (!most && length) return full(); \
        return written(fd, (uint64_t)offset, body, real(fd, body, most, offset)); \
    }
PWRITE_LIKE(pwrite)
PWRITE_LIKE(pwrite64)

#define SYNC_LIKE(name) \
    int name(int fd) \
    { \
        REAL(name); \
        if (!watched(fd)) return real(fd); \
        if (fails(2)) return -1; \
        pthread_mutex_lock(&lock); \
        note(SYNC, file_of[fd], 0, NULL, 0); \
        pthread_mutex_unlock(&lock); \
        return 0; \
    }
SYNC_LIKE(fsync)
SYNC_LIKE(fdatasync)

#define CUT_LIKE(name) \
    int name(int fd, off_t size) \
    { \
        REAL(name); \
        if (watched(fd) && fails(4)) return -1; \
        int done = real(fd, size); \
        if (!done && watched(fd)) { \
            pthread_mutex_lock(&lock); \
            note(CUT, file_of[fd], (uint64_t)size, NULL, 0); \
            pthread_mutex_unlock(&lock); \
        } \
        return done; \
    }
CUT_LIKE(ftruncate)
CUT_LIKE(ftruncate64)

static void note_two(char what, const char *from, const char *to)
{
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s\n%s", from, to);
    pthread_mutex_lock(&lock);
    note(what, 0, 0, both, (uint32_t)length);
    pthread_mutex_unlock(&lock);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    if ((is_watched(from) || is_watched(to)) && fails(16)) return -1;
    int done = real(from, to);
    if (!done && (is_watched(from) || is_watched(to))) note_two(RENAME, from, to);
    return done;
}

int link(const char *from, const char *to)
{
    REAL(link);
    if (is_watched(to) && fails(16)) return -1;
    int done = real(from, to);
    if (!done && is_watched(to)) note_two(LINK, from, to);
    return done;
}

int linkat(int here, const char *from, int there, const char *to, int flags)
{
    REAL(linkat);
    if (is_watched(to) && fails(16)) return -1;
    int done = real(here, from, there, to, flags);
    if (!done && is_watched(to)) note_two(LINK, from, to);
    return done;
}

int unlink(const char *path)
{
    REAL(unlink);
    if (is_watched(path) && fails(16)) return -1;
    int done = real(path);
    if (!done && is_watched(path)) {
        pthread_mutex_lock(&lock);
        note(REMOVE, 0, 0, path, (uint32_t)strlen(path));
        pthread_mutex_unlock(&lock);
    }
    return done;
}

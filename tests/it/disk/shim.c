/* Stands between a program and the disk, loaded with LD_PRELOAD: writes down what changes files under one folder, in
 * the order in which it happens, and lets a chosen write or sync fail.
 *
 *   SHIM_ROOT   the folder
 *   SHIM_LOG    the file to write the recording to (see recording.rs for its form)
 *   SHIM_FAULT  "write" or "sync", its number from 1, "EIO", "ENOSPC" or "SHORT", "once" or "on": "sync:3:EIO:once"
 *
 * Files in shared memory (-shm) are left out: SQLite builds them anew after a crash. It is not thread-blind: one lock
 * is held from the call to its line in the recording, so the order written down is the order that happened.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 1024
static char *paths[FILES]; /* by file descriptor; NULL for files that are none of ours */
static char root[1024];
static size_t root_len;
static int log_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char fault_at;      /* 'w' or 's' */
static long fault_number, writes, syncs;
static int fault_errno, fault_short, fault_on;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *), (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    const char *folder = getenv("SHIM_ROOT"), *log = getenv("SHIM_LOG"), *fault = getenv("SHIM_FAULT");
    if (folder) root_len = (size_t)snprintf(root, sizeof root, "%s", folder);
    if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char kind[8], what[8], often[8];
    if (fault && sscanf(fault, "%7[^:]:%ld:%7[^:]:%7s", kind, &fault_number, what, often) == 4) {
        fault_at = kind[0];
        fault_errno = strcmp(what, "EIO") == 0 ? EIO : ENOSPC;
        fault_short = strcmp(what, "SHORT") == 0;
        fault_on = strcmp(often, "on") == 0;
    }
}

static int ours(const char *path) {
    size_t len = strlen(path);
    return root_len && strncmp(path, root, root_len) == 0 && !(len > 4 && strcmp(path + len - 4, "-shm") == 0);
}

static const char *path_of(int fd) { return fd >= 0 && fd < FILES ? paths[fd] : NULL; }

static int is_acknowledgement(const char *path) {
    size_t len = strlen(path);
    return len > 13 && strcmp(path + len - 13, "/acknowledged") == 0;
}

static void note(char op, const char *path, int failed, uint64_t offset, const void *data, size_t len) {
    if (log_fd < 0) return;
    struct __attribute__((packed)) { char op; uint8_t failed; uint16_t path; uint64_t offset; uint32_t len; } head =
        { op, (uint8_t)failed, (uint16_t)strlen(path), offset, (uint32_t)len };
    struct iovec parts[3] = { { &head, sizeof head }, { (void *)path, strlen(path) }, { (void *)data, len } };
    if (writev(log_fd, parts, 3) < 0) abort();
}

/* Must this write ('w') or sync ('s') fail? */
static int fails(char kind) {
    long number = kind == 'w' ? ++writes : ++syncs;
    return kind == fault_at && (fault_on ? number >= fault_number : number == fault_number);
}

static int opened(const char *path, int flags, int mode) {
    if (!ours(path)) return real_open(path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat before;
    int was_there = stat(path, &before) == 0;
    int fd = real_open(path, flags, mode);
    int error = errno;
    if (fd >= 0 && fd < FILES) {
        free(paths[fd]);
        paths[fd] = strdup(path);
        if (!was_there) note('O', path, 0, 0, "", 0);
        if (was_there && (flags & O_TRUNC)) note('T', path, 0, 0, "", 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        int mode = flags & O_CREAT ? va_arg(rest, int) : 0;                                                            \
        va_end(rest);                                                                                                  \
        return opened(path, flags, mode);                                                                              \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (path_of(fd)) {
        free(paths[fd]);
        paths[fd] = NULL;
    }
    pthread_mutex_unlock(&lock);
    return real_close(fd);
}

/* A write at an offset, or where the file stands if that is negative. */
static ssize_t written(int fd, const void *data, size_t len, off_t offset) {
    const char *path = path_of(fd);
    if (!path) return offset < 0 ? real_write(fd, data, len) : real_pwrite(fd, data, len, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    int error = 0, acknowledges = is_acknowledgement(path);
    if (!acknowledges && fails('w')) {
        error = fault_errno;
        if (fault_short && writes == fault_number && len > 1) {
            len /= 2;
            error = 0;
        }
    }
    if (!error) {
        off_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset;
        done = offset < 0 ? real_write(fd, data, len) : real_pwrite(fd, data, len, offset);
        error = errno;
        if (done > 0) note(acknowledges ? 'A' : 'W', path, 0, (uint64_t)at, data, (size_t)done);
    }
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}

ssize_t write(int fd, const void *data, size_t len) { return written(fd, data, len, -1); }
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset) { return written(fd, data, len, offset); }
ssize_t pwrite64(int fd, const void *data, size_t len, off_t offset) { return written(fd, data, len, offset); }

/* A failed sync leaves the disk as a kernel does: what was to be written is not there, and nobody tries again. */
static int synced(int fd, int (*sync)(int)) {
    const char *path = path_of(fd);
    if (!path) return sync(fd);
    pthread_mutex_lock(&lock);
    int failed = fails('s'), error = fault_errno;
    int done = failed ? -1 : sync(fd);
    if (!failed) error = errno;
    note('S', path, done < 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}

int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }

static int truncated(int fd, off_t len) {
    const char *path = path_of(fd);
    if (!path) return real_ftruncate(fd, len);
    pthread_mutex_lock(&lock);
    int done = real_ftruncate(fd, len);
    if (done == 0) note('T', path, 0, (uint64_t)len, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t len) { return truncated(fd, len); }
int ftruncate64(int fd, off_t len) { return truncated(fd, len); }

int rename(const char *from, const char *to) {
    if (!ours(to)) return real_rename(from, to);
    pthread_mutex_lock(&lock);
    int done = real_rename(from, to);
    if (done == 0) note('R', from, 0, 0, to, strlen(to));
    for (int fd = 0; done == 0 && fd < FILES; fd++) {
        if (paths[fd] && strcmp(paths[fd], from) == 0) {
            free(paths[fd]);
            paths[fd] = strdup(to);
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    if (!ours(path)) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int done = real_unlink(path);
    if (done == 0) note('U', path, 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    if (!ours(path)) return real_mkdir(path, mode);
    pthread_mutex_lock(&lock);
    int done = real_mkdir(path, mode);
    if (done == 0) note('M', path, 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

// Preloaded into the program under test: counts every call that opens, changes or syncs something
// below one folder, and kills the process at the n-th. Besides, its wall clock can stand still.
//
// KATO_SHIM_BELOW  the folder; calls elsewhere do not count
// KATO_SHIM_TRACE  a file outside of it: gets one line for each call, before it is made
// KATO_SHIM_AT     n: SIGKILL in place of the n-th call; 0 or missing: never
// KATO_SHIM_HALF   set: if the n-th call writes, half of it is written before the kill
// KATO_SHIM_NOW    milliseconds since 1970 that the wall clock shows
//
// What the C library calls within itself (stdio, the loader) is not seen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char* below_;
static size_t below_length_;
static int trace_fd_ = -1;
static long kill_at_;
static int half_;
static long calls_;
static long long now_ms_ = -1;

__attribute__((constructor)) static void read_environment(void) {
  const char* value = getenv("KATO_SHIM_NOW");
  if (value != NULL) now_ms_ = strtoll(value, NULL, 10);
  value = getenv("KATO_SHIM_AT");
  if (value != NULL) kill_at_ = strtol(value, NULL, 10);
  half_ = getenv("KATO_SHIM_HALF") != NULL;
  below_ = getenv("KATO_SHIM_BELOW");
  if (below_ != NULL) below_length_ = strlen(below_);
  value = getenv("KATO_SHIM_TRACE");
  if (value != NULL) {
    trace_fd_ =
        (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  }
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;)
    pause();
}

static int is_below(const char* path) {
  return below_ != NULL && path != NULL && strncmp(path, below_, below_length_) == 0 &&
         (path[below_length_] == '/' || path[below_length_] == '\0');
}

// Whether this is the call at which to die; `detail` is its path.
static int is_last(const char* name, const char* detail, size_t size) {
  char line[1024];
  ++calls_;
  const int length = snprintf(line, sizeof(line), "%s %zu %s\n", name, size,
                              is_below(detail) ? detail + below_length_ : detail);
  if (trace_fd_ >= 0 && length > 0) {
    (void)!syscall(SYS_write, trace_fd_, line, (size_t)length);
  }
  return calls_ == kill_at_;
}

static void count_path(const char* name, const char* path) {
  const int saved = errno;
  if (is_below(path) && is_last(name, path, 0)) die();
  errno = saved;
}

// True if the call of `size` bytes is to be made by half.
static int count_fd(const char* name, int fd, size_t size) {
  char link[64];
  char path[512];
  const int saved = errno;
  int halve = 0;
  (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  if (length > 0) {
    path[length] = '\0';
    if (is_below(path) && is_last(name, path, size)) {
      if (!half_ || size < 2) die();
      halve = 1;
    }
  }
  errno = saved;
  return halve;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                             \
  int name(const char* path, int flags, ...) { \
    va_list rest;                              \
    va_start(rest, flags);                     \
    const mode_t mode = va_arg(rest, mode_t);  \
    va_end(rest);                              \
    count_path("open", path);                  \
    return REAL(name)(path, flags, mode);      \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                       \
  int name(int folder, const char* path, int flags, ...) { \
    va_list rest;                                          \
    va_start(rest, flags);                                 \
    const mode_t mode = va_arg(rest, mode_t);              \
    va_end(rest);                                          \
    count_path("openat", path);                            \
    return REAL(name)(folder, path, flags, mode);          \
  }
OPENAT(openat)
OPENAT(openat64)

// Only openat2 is called this way.
long syscall(long number, ...) {
  typedef long (*Function)(long, long, long, long, long, long, long);
  static Function real;
  va_list rest;
  va_start(rest, number);
  const long a = va_arg(rest, long);
  const long b = va_arg(rest, long);
  const long c = va_arg(rest, long);
  const long d = va_arg(rest, long);
  const long e = va_arg(rest, long);
  const long f = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_openat2) {
    (void)count_fd("openat2", (int)a, 0);
  }
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "syscall");
  return real(number, a, b, c, d, e, f);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (count_fd("write", fd, size)) {
    (void)!REAL(write)(fd, bytes, size / 2);
    die();
  }
  return REAL(write)(fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (count_fd("writev", fd, count > 0 ? parts[0].iov_len : 0)) {
    (void)!REAL(write)(fd, parts[0].iov_base, parts[0].iov_len / 2);
    die();
  }
  return REAL(writev)(fd, parts, count);
}

#define PWRITE(name)                                                   \
  ssize_t name(int fd, const void* bytes, size_t size, off_t offset) { \
    if (count_fd("pwrite", fd, size)) {                                \
      (void)!REAL(name)(fd, bytes, size / 2, offset);                  \
      die();                                                           \
    }                                                                  \
    return REAL(name)(fd, bytes, size, offset);                        \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define ON_FD(name)               \
  int name(int fd) {              \
    (void)count_fd(#name, fd, 0); \
    return REAL(name)(fd);        \
  }
ON_FD(fsync)
ON_FD(fdatasync)
ON_FD(syncfs)

int ftruncate(int fd, off_t size) {
  (void)count_fd("ftruncate", fd, 0);
  return REAL(ftruncate)(fd, size);
}

int fchmod(int fd, mode_t mode) {
  (void)count_fd("fchmod", fd, 0);
  return REAL(fchmod)(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group) {
  (void)count_fd("fchown", fd, 0);
  return REAL(fchown)(fd, owner, group);
}

int mkdir(const char* path, mode_t mode) {
  count_path("mkdir", path);
  return REAL(mkdir)(path, mode);
}

int unlink(const char* path) {
  count_path("unlink", path);
  return REAL(unlink)(path);
}

int rmdir(const char* path) {
  count_path("rmdir", path);
  return REAL(rmdir)(path);
}

int rename(const char* from, const char* to) {
  count_path("rename", to);
  return REAL(rename)(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) {
  count_path("renameat2", to);
  return REAL(renameat2)(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) {
  count_path("link", to);
  return REAL(link)(from, to);
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  if (clock == CLOCK_REALTIME && now_ms_ >= 0) {
    time->tv_sec = (time_t)(now_ms_ / 1000);
    time->tv_nsec = (long)(now_ms_ % 1000) * 1000000;
    return 0;
  }
  return REAL(clock_gettime)(clock, time);
}

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

static const char* below;
static size_t below_length;
static int trace_fd = -1;
static long kill_at;
static int half;
static long calls;
static long long now_ms = -1;

__attribute__((constructor)) static void read_environment(void) {
  const char* value = getenv("KATO_SHIM_NOW");
  if (value != NULL) now_ms = strtoll(value, NULL, 10);
  value = getenv("KATO_SHIM_AT");
  if (value != NULL) kill_at = strtol(value, NULL, 10);
  half = getenv("KATO_SHIM_HALF") != NULL;
  below = getenv("KATO_SHIM_BELOW");
  if (below != NULL) below_length = strlen(below);
  value = getenv("KATO_SHIM_TRACE");
  if (value != NULL) {
    trace_fd =
        (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  }
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) {
    pause();
  }
}

static int is_below(const char* path) {
  return below != NULL && path != NULL && strncmp(path, below, below_length) == 0 &&
         (path[below_length] == '/' || path[below_length] == '\0');
}

// Whether this is the call at which to die; `detail` is its path.
static int is_last(const char* name, const char* detail, size_t size) {
  char line[1024];
  ++calls;
  const int length = snprintf(line, sizeof(line), "%s %zu %s\n", name, size,
                              is_below(detail) ? detail + below_length : detail);
  if (trace_fd >= 0 && length > 0) {
    (void)!syscall(SYS_write, trace_fd, line, (size_t)length);
  }
  return calls == kill_at;
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
      if (!half || size < 2) die();
      halve = 1;
    }
  }
  errno = saved;
  return halve;
}

// NOLINTNEXTLINE(bugprone-macro-parentheses): names cannot stand in parentheses
#define KATO_REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define KATO_OPEN(name)                        \
  int name(const char* path, int flags, ...) { \
    va_list rest;                              \
    va_start(rest, flags);                     \
    const mode_t mode = va_arg(rest, mode_t);  \
    va_end(rest);                              \
    count_path("open", path);                  \
    return KATO_REAL(name)(path, flags, mode); \
  }
KATO_OPEN(open)
KATO_OPEN(open64)

#define KATO_OPENAT(name)                                  \
  int name(int folder, const char* path, int flags, ...) { \
    va_list rest;                                          \
    va_start(rest, flags);                                 \
    const mode_t mode = va_arg(rest, mode_t);              \
    va_end(rest);                                          \
    count_path("openat", path);                            \
    return KATO_REAL(name)(folder, path, flags, mode);     \
  }
KATO_OPENAT(openat)
KATO_OPENAT(openat64)

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
    (void)!KATO_REAL(write)(fd, bytes, size / 2);
    die();
  }
  return KATO_REAL(write)(fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (count_fd("writev", fd, count > 0 ? parts[0].iov_len : 0)) {
    (void)!KATO_REAL(write)(fd, parts[0].iov_base, parts[0].iov_len / 2);
    die();
  }
  return KATO_REAL(writev)(fd, parts, count);
}

#define KATO_PWRITE(name)                                              \
  ssize_t name(int fd, const void* bytes, size_t size, off_t offset) { \
    if (count_fd("pwrite", fd, size)) {                                \
      (void)!KATO_REAL(name)(fd, bytes, size / 2, offset);             \
      die();                                                           \
    }                                                                  \
    return KATO_REAL(name)(fd, bytes, size, offset);                   \
  }
KATO_PWRITE(pwrite)
KATO_PWRITE(pwrite64)

#define KATO_ON_FD(name)          \
  int name(int fd) {              \
    (void)count_fd(#name, fd, 0); \
    return KATO_REAL(name)(fd);   \
  }
KATO_ON_FD(fsync)
KATO_ON_FD(fdatasync)
KATO_ON_FD(syncfs)

int ftruncate(int fd, off_t size) {
  (void)count_fd("ftruncate", fd, 0);
  return KATO_REAL(ftruncate)(fd, size);
}

int fchmod(int fd, mode_t mode) {
  (void)count_fd("fchmod", fd, 0);
  return KATO_REAL(fchmod)(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group) {
  (void)count_fd("fchown", fd, 0);
  return KATO_REAL(fchown)(fd, owner, group);
}

int mkdir(const char* path, mode_t mode) {
  count_path("mkdir", path);
  return KATO_REAL(mkdir)(path, mode);
}

int unlink(const char* path) {
  count_path("unlink", path);
  return KATO_REAL(unlink)(path);
}

int rmdir(const char* path) {
  count_path("rmdir", path);
  return KATO_REAL(rmdir)(path);
}

int rename(const char* from, const char* to) {
  count_path("rename", to);
  return KATO_REAL(rename)(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) {
  count_path("renameat2", to);
  return KATO_REAL(renameat2)(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) {
  count_path("link", to);
  return KATO_REAL(link)(from, to);
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  if (clock == CLOCK_REALTIME && now_ms >= 0) {
    time->tv_sec = (time_t)(now_ms / 1000);
    time->tv_nsec = (long)(now_ms % 1000) * 1000000;
    return 0;
  }
  return KATO_REAL(clock_gettime)(clock, time);
}

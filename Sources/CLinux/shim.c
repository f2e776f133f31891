#define _GNU_SOURCE
#include "CLinux.h"

#include <sys/resource.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(((struct CLinux_identity *)0)->handle) >= 4 + MAX_HANDLE_SZ, "a file handle must fit");

static int look(int descriptor, const char *path, int flags, int with_handle, struct CLinux_identity *identity) {
  memset(identity, 0, sizeof *identity);
  struct statx status;
  if (statx(descriptor, path, flags | AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS | STATX_BTIME, &status) != 0) return errno;
  identity->device = ((uint64_t)status.stx_dev_major << 32) | status.stx_dev_minor;
  identity->inode = status.stx_ino;
  identity->size = status.stx_size;
  identity->mode = status.stx_mode;
  identity->links = status.stx_nlink;
  identity->change_nanoseconds = status.stx_mtime.tv_sec * 1000000000LL + status.stx_mtime.tv_nsec;
  if (status.stx_mask & STATX_BTIME) identity->birth_nanoseconds = status.stx_btime.tv_sec * 1000000000LL + status.stx_btime.tv_nsec;
  if (!with_handle) return 0;
  union { struct file_handle handle; char room[sizeof(struct file_handle) + MAX_HANDLE_SZ]; } space;
  space.handle.handle_bytes = MAX_HANDLE_SZ;
  int mount;
  int follow = flags & AT_EMPTY_PATH ? AT_EMPTY_PATH : AT_SYMLINK_FOLLOW;
  if (name_to_handle_at(descriptor, path, &space.handle, &mount, follow) == 0) {
    int32_t type = space.handle.handle_type;
    memcpy(identity->handle, &type, 4);
    memcpy(identity->handle + 4, space.handle.f_handle, space.handle.handle_bytes);
    identity->handle_length = 4 + space.handle.handle_bytes;
  }
  return 0;
}
int CLinux_identity_of(int descriptor, struct CLinux_identity *identity) { return look(descriptor, "", AT_EMPTY_PATH, 1, identity); }
int CLinux_identity_at(const char *path, int with_handle, struct CLinux_identity *identity) {
  return look(AT_FDCWD, path, 0, with_handle, identity);
}
int64_t CLinux_read_behind(int descriptor, void *prefix, size_t prefix_length, void *target, size_t count, int64_t offset) {
  struct iovec parts[2] = {{prefix, prefix_length}, {target, count}};
  return preadv(descriptor, parts, 2, offset);
}
uint64_t CLinux_hash(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

int CLinux_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }
int CLinux_openat(int folder, const char *path, int flags, unsigned mode) { return openat(folder, path, flags, mode); }
int CLinux_fcntl(int descriptor, int command, long argument) { return fcntl(descriptor, command, argument); }
int CLinux_errno(void) { return errno; }
void CLinux_set_errno(int value) { errno = value; }
const char *CLinux_error_text(int number) {
  static _Thread_local char text[256];
  return strerror_r(number, text, sizeof text);
}
int CLinux_is_regular(unsigned mode) { return S_ISREG(mode); }
int CLinux_is_folder(unsigned mode) { return S_ISDIR(mode); }
int CLinux_is_link(unsigned mode) { return S_ISLNK(mode); }
int CLinux_exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int CLinux_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
int CLinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}
uint64_t CLinux_epoll_token(const struct epoll_event *event) { return event->data.u64; }
uint32_t CLinux_epoll_events(const struct epoll_event *event) { return event->events; }
FILE *CLinux_stderr(void) { return stderr; }
FILE *CLinux_stdout(void) { return stdout; }
void CLinux_ignore_signal(int number) { signal(number, SIG_IGN); }

static void fill(sigset_t *set, uint64_t bits) {
  sigemptyset(set);
  for (int number = 1; number < 64; number++)
    if (bits & (1ULL << number)) sigaddset(set, number);
}
void CLinux_block_signals(uint64_t bits) {
  sigset_t set;
  fill(&set, bits);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}
int CLinux_signal_descriptor(uint64_t bits) {
  sigset_t set;
  fill(&set, bits);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int64_t CLinux_cpu_microseconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}
int64_t CLinux_maximum_resident_kilobytes(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}
int64_t CLinux_raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return (int64_t)limit.rlim_cur;
}

void CLinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
int CLinux_accept(int listener, struct sockaddr *address, socklen_t *length) {
  return accept4(listener, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
const void *CLinux_last_byte(const void *bytes, int value, size_t count) { return memrchr(bytes, value, count); }
int64_t CLinux_seek_data(int descriptor, int64_t offset) { return lseek(descriptor, offset, SEEK_DATA); }

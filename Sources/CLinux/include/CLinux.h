// What Swift's Glibc module does not show of Linux, or cannot import (variadics, flexible arrays, GNU extensions).
// Each function says why it is here. No policy: no retries, no logging.
#ifndef CLINUX_H
#define CLINUX_H

// Without _GNU_SOURCE: with it the system's own types differ from those of Swift's Glibc module. GNU extensions are wrapped in shim.c.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <dirent.h>
#include <glob.h>
#include <time.h>
#include <unistd.h>

// What makes two opens the same file. handle_length is 0 where the file system gives no handle.
struct CLinux_identity {
  uint64_t device;
  uint64_t inode;
  int64_t birth_nanoseconds;  // 0 when unknown
  int64_t change_nanoseconds; // of the content
  uint64_t size;
  uint32_t mode;
  uint32_t links;             // how many names it has
  uint32_t handle_length;     // bytes used of handle, type included
  uint8_t handle[132];        // handle_type (4 bytes) then f_handle: struct file_handle ends in a flexible array
};

// statx and name_to_handle_at of an open descriptor. Returns 0 or an errno.
int CLinux_identity_of(int descriptor, struct CLinux_identity *identity);
// The same of a path, links followed, without opening it; the handle only when asked for. Returns 0 or an errno.
int CLinux_identity_at(const char *path, int with_handle, struct CLinux_identity *identity);
// preadv: first into prefix, then into target, in one look at the file.
int64_t CLinux_read_behind(int descriptor, void *prefix, size_t prefix_length, void *target, size_t count, int64_t offset);
// XXH3 of xxhash.h, whose inline form is macros.
uint64_t CLinux_hash(const void *bytes, size_t count);

// Variadic in C: open(2), fcntl(2), ioctl(2) are not importable. Each returns the value or -1 with errno set.
int CLinux_open(const char *path, int flags, unsigned mode);
int CLinux_openat(int folder, const char *path, int flags, unsigned mode);
int CLinux_fcntl(int descriptor, int command, long argument);

// A macro with a cast in C.
int CLinux_errno(void);
void CLinux_set_errno(int value);
// Thread-safe text of an errno, in a thread-local buffer.
const char *CLinux_error_text(int number);
// S_IS* are macros.
int CLinux_is_regular(unsigned mode);
int CLinux_is_folder(unsigned mode);
int CLinux_is_link(unsigned mode);
// WIF* are macros.
int CLinux_exit_status(int status);  // -1 unless it exited by itself
int CLinux_term_signal(int status);  // 0 unless a signal ended it
// EPOLL events unpacked: the union is packed on x86-64.
int CLinux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
uint64_t CLinux_epoll_token(const struct epoll_event *event);
uint32_t CLinux_epoll_events(const struct epoll_event *event);
// The standard streams are macros that Swift 6 refuses as global variables.
FILE *CLinux_stderr(void);
FILE *CLinux_stdout(void);
// SIG_IGN is a cast macro. Blocks the signals given as bits (1 << number) in the calling thread.
void CLinux_ignore_signal(int number);
void CLinux_block_signals(uint64_t bits);
int CLinux_signal_descriptor(uint64_t bits);

// GNU extensions: pthread_setname_np of the calling thread (15 bytes at most), accept4 with close-on-exec and non-blocking.
void CLinux_name_thread(const char *name);
int CLinux_accept(int listener, struct sockaddr *address, socklen_t *length);
// The last byte of that value, or NULL.
const void *CLinux_last_byte(const void *bytes, int value, size_t count);
// SEEK_DATA: the first byte behind offset that is no hole, -1 with errno ENXIO when only a hole follows.
int64_t CLinux_seek_data(int descriptor, int64_t offset);

// <sys/resource.h> has an enum that differs between this module and Glibc's.
int64_t CLinux_cpu_microseconds(void);
int64_t CLinux_maximum_resident_kilobytes(void);
int64_t CLinux_raise_file_limit(void);  // the soft limit of open files, raised to the hard one

#endif

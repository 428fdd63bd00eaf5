/* SPDX-License-Identifier: MIT */
/*
** The pipes that have been read stand in a table of fixed size, without a lock, because a child of
** fork() would inherit a lock as it was.  Each is a hash of the numbers of its device and file, and
** of the time at which it was made where the system tells that: a named pipe that was removed may leave
** its number to another one.  A place in the table goes from 0 to a hash once, and to RELEASED when
** nothing was read.
**
**     | hash | hash | RELEASED | hash | 0 | 0 | ...
**
** When the table is full, the places are used anew from its beginning.  A pipe that is forgotten so has
** no bytes left, which is an error of its own in the reader.
*/
#define _GNU_SOURCE /* statx() */

#include "file/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/chars.h"
#include "base/hash.h"

#define PLACES   1024
#define FREE     0
#define RELEASED 1
#define WAIT_MS  50 /* after which it is asked whether to stop */

static atomic_uint_least64_t place[PLACES];
static atomic_uint next_place; /* to be used anew */

int pipe_descriptor(const char *path) {
  static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
  if (!strcmp(path, "-") || !strcmp(path, "/dev/stdin")) return 0;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    size_t n = strlen(folders[i]), digits = 0;
    int number = 0;
    if (strncmp(path, folders[i], n) != 0) continue;
    for (; char_is_digit(path[n + digits]) && digits < 6; digits++) number = number * 10 + (path[n + digits] - '0');
    if (digits && !path[n + digits]) return number;
  }
  return -1;
}

enum err_code pipe_examine(const char *path, int number, struct stat *st, struct err *e) {
  if (fstat(number, st)) return err_set(e, ERR_ARGUMENT, 0, "'%s' is not open: %s", path, strerror(errno));
  if (S_ISREG(st->st_mode) || pipe_is(st) || (S_ISDIR(st->st_mode) && path[0] != '-')) return ERR_NONE;
  if (!isatty(number)) return err_set(e, ERR_ARGUMENT, 0, "'%s' is neither a file nor a pipe", path);
  return err_set(e, ERR_ARGUMENT, 0,
                 "'%s' is a terminal; write a command in front that brings the logs: zcat FILE | sqlite3 …", path);
}

/* The time at which a named pipe was made, or 0 if it is not known. */
static uint64_t birth(int fd) {
#if defined(__linux__) && defined(STATX_BTIME)
  struct statx st;
  if (!statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &st) && st.stx_mask & STATX_BTIME)
    return (uint64_t)st.stx_btime.tv_sec << 30 ^ st.stx_btime.tv_nsec;
#endif
  (void)fd;
  return 0;
}

static enum err_code was_read(struct err *e) {
  return err_set(e, ERR_ARGUMENT, 0,
                 "is a pipe, which can be read only once, and this program has read it; " PIPE_ADVICE);
}

enum err_code pipe_claim(int fd, const struct stat *st, uint64_t *claim, struct err *e) {
  uint64_t hash = hash_mix(hash_mix((uint64_t)st->st_dev, (uint64_t)st->st_ino), birth(fd));
  if (hash <= RELEASED) hash = RELEASED + 1;
  *claim = hash;
  for (unsigned i = 0; i < PLACES; i++) {
    uint_least64_t found = FREE;
    if (atomic_compare_exchange_strong(&place[i], &found, hash)) return ERR_NONE;
    if (found == hash) return was_read(e);
  }
  atomic_store(&place[atomic_fetch_add(&next_place, 1) % PLACES], hash);
  return ERR_NONE;
}

void pipe_release(uint64_t claim) {
  for (unsigned i = 0; i < PLACES; i++) {
    uint_least64_t expected = claim;
    if (atomic_compare_exchange_strong(&place[i], &expected, RELEASED)) return;
  }
}

enum err_code pipe_wait(int fd, const struct stop *stop, struct err *e) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  for (;;) {
    int rc = poll(&p, 1, WAIT_MS);
    if (rc > 0) return ERR_NONE;
    if (rc < 0 && errno != EINTR && errno != EAGAIN) return err_system(e, "can't be read", errno);
    if (stop_check(stop, e)) return e->code;
  }
}

/* SPDX-License-Identifier: MIT */
/*
** The buffer holds a part of the file; p and n tell which bytes of it have not been taken yet:
**
**     buffer   |  taken  |  not taken  |  free  |
**                        ^ p           ^ p + n
**
** input_fill() moves the bytes that are left to the beginning of the buffer and reads after them,
** so that a caller can look at several bytes at once wherever they lie in the file.  The last
** INPUT_BACK bytes that were taken move with them, so that they can be given back afterwards.
**
** Files are not mapped into memory, because a file that shrinks while it is mapped kills the
** process with SIGBUS, and reading costs little compared with splitting lines.
*/
#include "file/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "file/pipe.h"

enum err_code input_init(struct input *in, struct err *e) {
  memset(in, 0, sizeof *in);
  in->fd = -1;
  in->buffer = mem_alloc(INPUT_BACK + INPUT_BUFFER);
  return in->buffer ? ERR_NONE : err_nomem(e);
}

void input_clear(struct input *in) {
  input_close(in);
  mem_free(in->buffer);
  memset(in, 0, sizeof *in);
  in->fd = -1;
}

void input_close(struct input *in) {
  if (in->is_pipe && !in->total && !in->at_eof) pipe_release(in->claim);
  if (in->fd >= 0) close(in->fd);
  in->fd = -1;
  in->is_pipe = 0;
  in->pull = NULL;
}

/* Opens the path, or makes another descriptor of what the process has open.  -1 with errno set. */
static int open_path(struct input *in, const char *path, const struct root_guard *guard) {
  int number = pipe_descriptor(path);
  in->is_shared = number >= 0;
  if (in->is_shared) return fcntl(number, F_DUPFD_CLOEXEC, 0);
  /*
  ** O_NONBLOCK keeps open() from waiting for a writer when the path is a pipe.  It has no effect
  ** on regular files.
  */
  return root_guard_open(guard, path, O_RDONLY | O_NONBLOCK);
}

static enum err_code open_file(struct input *in, const char *path, const struct root_guard *guard, int takes_pipe,
                               struct err *e) {
  struct stat st;
  in->fd = open_path(in, path, guard);
  if (in->fd < 0) return err_system(e, "can't be opened", errno);
  if (fstat(in->fd, &st)) return err_system(e, "can't be read", errno);
  if (S_ISDIR(st.st_mode)) return err_set(e, ERR_IO, 0, "is a folder whose files can't be listed");
  if (takes_pipe && pipe_is(&st)) {
    in->is_pipe = !pipe_claim(in->fd, &st, &in->claim, e);
    in->size = 0;
    return e->code;
  }
  if (!S_ISREG(st.st_mode)) return err_set(e, ERR_IO, 0, "is neither a regular file nor a pipe");
  in->size = st.st_size > 0 ? (uint64_t)st.st_size : 0; /* files of /proc have the size 0 */
  return ERR_NONE;
}

/* The next byte to be read from the file is number `at`, and none is in the buffer. */
static void empty(struct input *in, uint64_t at) {
  memset(in->buffer, 0, INPUT_BACK);
  in->p = in->buffer + INPUT_BACK;
  in->n = in->rest = 0;
  in->at_eof = 0;
  in->total = at;
}

static enum err_code open_guarded(struct input *in, const char *path, const struct root_guard *guard, int takes_pipe,
                                  struct err *e) {
  char resolved[PATH_MAX];
  const char *use;
  input_close(in);
  empty(in, 0);
  if (root_guard_path(guard, pipe_system_path(path), resolved, &use, e)) return e->code;
  if (open_file(in, path, guard, takes_pipe, e)) input_close(in);
  return e->code;
}

enum err_code input_open(struct input *in, const char *path, const struct root_guard *guard, struct err *e) {
  return open_guarded(in, path, guard, 0, e);
}

enum err_code input_open_pipe(struct input *in, const char *path, const struct root_guard *guard, struct err *e) {
  return open_guarded(in, path, guard, 1, e);
}

void input_open_memory(struct input *in, const void *p, size_t n) {
  input_close(in);
  in->at_eof = !n;
  in->p = p;
  in->n = 0;
  in->rest = n;
  in->total = n;
}

void input_open_stream(struct input *in, ssize_t (*pull)(void *from, char *p, size_t n, struct err *e), void *from) {
  input_close(in);
  empty(in, 0);
  in->pull = pull;
  in->from = from;
}

/* Makes more of the bytes in memory available, behind those that are.  Returns 0, or -1 with *e set. */
static int show_more(struct input *in, struct err *e) {
  size_t n = in->rest < INPUT_BUFFER ? in->rest : INPUT_BUFFER;
  if (n && stop_check(&in->stop, e)) return -1;
  in->n += n;
  in->rest -= n;
  in->at_eof = !in->rest;
  return 0;
}

/*
** The file has ended.  Was it cut after it had been opened?  What the kernel makes up, such as the
** files of /sys, may say a size that it never has.
*/
static int is_shorter(const struct input *in) {
  struct stat st;
  return in->total < in->size && !fstat(in->fd, &st) && (uint64_t)st.st_size < in->size;
}

/* Reads once.  A named pipe is open without waiting, and may have lost its bytes to another reader. */
static ssize_t read_once(struct input *in, void *p, size_t n) {
  if (in->is_shared && !in->is_pipe)
    return pread(in->fd, p, n, (off_t)atomic_load_explicit(&in->total, memory_order_relaxed));
  return read(in->fd, p, n);
}

static ssize_t read_file(struct input *in, void *p, size_t n, struct err *e) {
  ssize_t got;
  do {
    if (in->is_pipe && pipe_wait(in->fd, &in->stop, e)) return -1;
    got = read_once(in, p, n);
  } while (got < 0 && (errno == EINTR || (in->is_pipe && errno == EAGAIN)));
  if (got < 0) err_system(e, "can't be read", errno);
  if (got == 0 && is_shorter(in))
    return err_set(e, ERR_IO, 0, "has become shorter while it was read; query it again when it doesn't change"), -1;
  return got;
}

ssize_t input_read(struct input *in, void *p, size_t n, struct err *e) {
  if (in->at_eof) return 0;
  if (stop_check(&in->stop, e)) return -1;
  ssize_t got = in->pull ? in->pull(in->from, p, n, e) : read_file(in, p, n, e);
  if (got == 0) in->at_eof = 1;
  if (got > 0) atomic_fetch_add_explicit(&in->total, (uint64_t)got, memory_order_relaxed);
  return got;
}

/* Reads until n >= want, and at most until n is `most`. */
static int fill(struct input *in, size_t want, size_t most, struct err *e) {
  if (in->n >= want) return 0;
  if (in->fd < 0 && !in->pull) return show_more(in, e); /* which needs no buffer */
  unsigned char *front = in->buffer + INPUT_BACK;
  memmove(in->buffer, in->p - INPUT_BACK, INPUT_BACK + in->n);
  in->p = front;
  while (in->n < want && !in->at_eof) {
    ssize_t got = input_read(in, front + in->n, most - in->n, e);
    if (got < 0) return -1;
    in->n += (size_t)got;
  }
  return 0;
}

int input_fill(struct input *in, size_t want, struct err *e) { return fill(in, want, INPUT_BUFFER, e); }

int input_peek(struct input *in, size_t want, struct err *e) { return fill(in, want, want, e); }

uint64_t input_tell(const struct input *in) { return in->total - in->rest - in->n; }

int input_seek(struct input *in, uint64_t at, struct err *e) {
  if (in->fd < 0) {
    size_t back = (size_t)(input_tell(in) - at);
    in->p -= back;
    in->rest += in->n + back;
    in->n = 0;
    in->at_eof = !in->rest;
    return 0;
  }
  if (!in->is_shared && lseek(in->fd, (off_t)at, SEEK_SET) < 0) return err_system(e, "can't be read", errno), -1;
  empty(in, at);
  return 0;
}

uint64_t input_size(const struct input *in) { return in->fd < 0 ? in->total : in->size; }

enum err_code input_read_at(struct input *in, uint64_t at, void *p, size_t n, struct err *e) {
  unsigned char *to = p;
  if (stop_check(&in->stop, e)) return e->code;
  if (in->fd < 0) {
    const unsigned char *from = in->p - input_tell(in);
    if (at > in->total || n > in->total - at) return err_set(e, ERR_IO, 0, "is shorter than it was");
    memcpy(p, from + at, n);
    return ERR_NONE;
  }
  while (n) {
    ssize_t got;
    do got = pread(in->fd, to, n, (off_t)at);
    while (got < 0 && errno == EINTR);
    if (got < 0) return err_system(e, "can't be read", errno);
    if (got == 0)
      return err_set(e, ERR_IO, 0, "has become shorter while it was read; query it again when it doesn't change");
    atomic_fetch_add_explicit(&in->total, (uint64_t)got, memory_order_relaxed);
    to += got;
    at += (uint64_t)got;
    n -= (size_t)got;
  }
  return ERR_NONE;
}

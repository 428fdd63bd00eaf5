/* SPDX-License-Identifier: MIT */
/*
** Reads the bytes of a file as they are on the disk, through a buffer in which they can be
** examined before they are taken.
**
** Call order: input_init() once; for each file input_open(), then input_fill() and direct reads
** of p and n, and input_close(); input_clear() at the end.  A caller takes bytes by increasing p
** and decreasing n, and can give the last INPUT_BACK bytes that it took back in the same way.  The struct owns the file descriptor and the buffer, which is kept from file
** to file.  One thread at a time may use it.
**
** Whoever calls these functions may go through gigabytes without handing a byte on, such as zeros
** behind gzip data.  Therefore each read of the file asks `stop`, and fails with ERR_INTERRUPT.  Bytes
** in memory become available INPUT_BUFFER at a time, as those of a file do, and it is asked each time.
*/
#ifndef FILE_INPUT_H
#define FILE_INPUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "file/root_guard.h"
#include "base/err.h"
#include "base/stop.h"

#define INPUT_BUFFER (128 * 1024) /* bytes that are read from a file at once */
#define INPUT_BACK   8            /* bytes that were taken and can be given back */

struct input {
  int fd;                                                        /* -1 when no file is open */
  ssize_t (*pull)(void *from, char *p, size_t n, struct err *e); /* brings the bytes, instead of a file; or NULL */
  void *from;                                                    /* of pull; not owned */
  int at_eof;                                                    /* there are no more bytes than p and n */
  unsigned char *buffer;                                         /* INPUT_BACK + INPUT_BUFFER bytes */
  const unsigned char *p; /* the n bytes that have been read and not been taken */
  size_t n;
  int is_pipe;                 /* what is open can be read only once */
  int is_shared;               /* the file is open elsewhere, so that its position must not be changed */
  uint64_t claim;              /* of a pipe */
  size_t rest;                 /* of bytes in memory, those behind them */
  uint64_t size;               /* of the file when it was opened */
  struct stop stop;            /* asked before each read of the file; set by the owner after input_init() */
  atomic_uint_least64_t total; /* bytes of this file that have been read so far; any thread may look at it */
};

enum err_code input_init(struct input *in, struct err *e); /* ERR_NOMEM; call input_clear() in any case */

/*
** Closes the file and frees the buffer.  The struct must be initialised again before its next
** use.
*/
void input_clear(struct input *in);

/*
** Opens a regular file, which may be one that the process has open (pipe_descriptor()): it is read from its
** beginning.  Returns ERR_IO or ERR_EXHAUSTED when it cannot be opened, ERR_IO when it
** is not a regular file, because a query may read its files more than once and a pipe can be read
** only once, and ERR_ARGUMENT when it lies outside of the root.  After an error no file is open.
*/
enum err_code input_open(struct input *in, const char *path, const struct root_guard *guard, struct err *e);

/*
** Opens standard input, a pipe or a socket (pipe.h) instead.  Its end is that of the file, and reading waits
** for bytes; `stop` is asked meanwhile.  ERR_ARGUMENT when it was read before, or lies outside of the root.
*/
enum err_code input_open_pipe(struct input *in, const char *path, const struct root_guard *guard, struct err *e);

/* Closes the file, if one is open.  The buffer is kept. */
void input_close(struct input *in);

/*
** Presents n bytes in memory as the file, instead of input_open().  They must stay valid until
** the next input_open() or input_clear().
*/
void input_open_memory(struct input *in, const void *p, size_t n);

/*
** Presents what another reader brings as the file, instead of input_open().  pull returns the number of
** bytes that it has written to p, at most n, or 0 at the end, or -1 with *e set, and then again.
*/
void input_open_stream(struct input *in, ssize_t (*pull)(void *from, char *p, size_t n, struct err *e), void *from);

/*
** Reads until n >= want (at most INPUT_BUFFER) or the file ends.  Returns 0, or -1 with ERR_IO,
** ERR_EXHAUSTED or ERR_INTERRUPT.  At the end of the file n may be less than want.
*/
int input_fill(struct input *in, size_t want, struct err *e);

/* The same, but reads no byte more than that. */
int input_peek(struct input *in, size_t want, struct err *e);

/* Can input_seek() go back in what is open? */
static inline int input_can_seek(const struct input *in) { return !in->pull && !in->is_pipe; }

/* Returns the number of bytes of the file that lie before p. */
uint64_t input_tell(const struct input *in);

/* Goes back to where input_tell() was `at`, if that can be done.  Returns 0, or -1 with ERR_IO. */
int input_seek(struct input *in, uint64_t at, struct err *e);

/*
** Reads up to n bytes directly to p, without the buffer, which must be empty.  Returns the number
** of bytes, 0 at the end of the file, or -1 with ERR_IO, ERR_EXHAUSTED or ERR_INTERRUPT.  A file
** that ends before the size that it had when it was opened is ERR_IO, because the rest of its
** records is missing.
*/
ssize_t input_read(struct input *in, void *p, size_t n, struct err *e);

/* Returns the number of bytes that the file has: those of the disk when it was opened, or those in memory. */
uint64_t input_size(const struct input *in);

/*
** Reads exactly n bytes from byte `at` of the file to p, for files that are not read from one end to
** the other.  Neither the buffer nor the other functions may be used for this file afterwards.  ERR_IO,
** also when the file has become shorter, ERR_EXHAUSTED or ERR_INTERRUPT.
*/
enum err_code input_read_at(struct input *in, uint64_t at, void *p, size_t n, struct err *e);

#endif

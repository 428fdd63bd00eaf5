/* SPDX-License-Identifier: MIT */
/*
** A file's bytes as they lie on the disk, through a buffer that can be looked at before it is taken.
**
** input_init() once; input_open(), input_fill() and reads of p and n for each file; input_close(); input_clear() at the
** end.  The struct owns the descriptor and the buffer, which is kept from file to file.  One thread.
*/
#ifndef FILE_INPUT_H
#define FILE_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "file/root_guard.h"
#include "base/err.h"

#define INPUT_BUFFER (128 * 1024) /* bytes of a file read at once */

struct input {
  int fd;                 /* -1 between files */
  int at_eof;             /* read() has returned 0 */
  unsigned char *buffer;  /* INPUT_BUFFER bytes */
  const unsigned char *p; /* bytes that have been read and not been taken */
  size_t n;
  uint64_t total; /* bytes read from the file so far */
};

enum err_code input_init(struct input *in, struct err *e); /* ERR_NOMEM; input_clear() is due all the same */
void input_clear(struct input *in);

/*
** Opens a regular file.  ERR_IO when it can't be opened or is no regular file (a query may read its files more than
** once, which a pipe doesn't allow), ERR_ARGUMENT when it lies outside the root.
*/
enum err_code input_open(struct input *in, const char *path, const struct root_guard *guard, struct err *e);
void input_close(struct input *in);

/* Instead: n bytes that lie in memory, which must stay until the next input_open(). */
void input_open_memory(struct input *in, const void *p, size_t n);

/* Reads until n >= want (<= INPUT_BUFFER) or the file ends.  0, or -1 with ERR_IO. */
int input_fill(struct input *in, size_t want, struct err *e);

/* Reads up to n bytes past the buffer, which must be empty, to p.  0 at the end, -1 with ERR_IO. */
ssize_t input_read(struct input *in, void *p, size_t n, struct err *e);

#endif

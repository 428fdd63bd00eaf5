/* SPDX-License-Identifier: MIT */
/*
** Reads gzip files (RFC 1952).  A file may have any number of members, one after the other, as
** AWS and `cat a.gz b.gz` produce them.  Zero bytes after the last member are padding and are
** ignored.  inflate.h inflates; headers, checksums and lengths are checked here.
**
** Call order: gzip_start() for each file, gzip_read() until it returns less than was asked for,
** gzip_clear() at the end.  The struct must be all zero at first.  It owns the state of inflating,
** which is kept from file to file.  One thread at a time may use it.
*/
#ifndef FILE_GZIP_H
#define FILE_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "file/inflate.h"
#include "file/input.h"

struct gzip {
  const struct inflate_kind *kind; /* what inflates; NULL for what is built in */
  const char *name;                /* of the data, in errors; not owned; NULL: "the gzip data" */
  void *state;                     /* of `kind` */
  void *reference;                 /* of zlib, if it has had to decide */
  int by_reference;                /* zlib inflates the rest of this file */
  struct inflate_io io;            /* where the current call of gzip_read() is */
  int in_member;                   /* a member has begun, and its data have not ended */
  uint32_t crc;                    /* of the member's uncompressed bytes so far, or of its header */
  uint64_t length;                 /* number of the member's uncompressed bytes so far */
  uint64_t data_at;                /* where in the file the member's data begin */
  struct {                         /* of the member, what earlier calls have delivered */
    uint64_t length;
    uint32_t crc;
    unsigned char *out; /* where in this call what follows begins */
  } delivered;
};

/* Prepares for a new file.  Returns ERR_NOMEM when there is no memory. */
enum err_code gzip_start(struct gzip *g, struct err *e);

/* Frees the state of inflating.  The struct may be all zero. */
void gzip_clear(struct gzip *g);

/*
** Writes n (> 0) uncompressed bytes to p and returns n.  Returns less at the end
** of the file, and less with *e set on an error: ERR_IO, ERR_NOMEM, or ERR_DAMAGED when the data
** are cut off, corrupt, or followed by something else.  All bytes before the damage are delivered
** first.
*/
size_t gzip_read(struct gzip *g, struct input *in, char *p, size_t n, struct err *e);

#endif

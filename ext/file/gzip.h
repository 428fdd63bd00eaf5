/* SPDX-License-Identifier: MIT */
/*
** Gzip files (RFC 1952): any number of members one behind the other, as AWS and `cat a.gz b.gz` make them, and perhaps
** zero bytes behind the last, which are padding.  zlib inflates; headers, checksums and lengths are looked at here.
**
** gzip_start() for each file, gzip_read() until it returns less than it was asked for, gzip_clear() at the end.  The
** struct owns zlib's state, which is kept from file to file.  One thread.
*/
#ifndef FILE_GZIP_H
#define FILE_GZIP_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "base/err.h"
#include "file/input.h"

#define GZIP_READ_MAX (1u << 30) /* bytes in one call: zlib counts in unsigned int */

struct gzip {
  z_stream z;
  int is_ready;    /* z has been initialised */
  int in_member;   /* a member has begun and not ended */
  uint32_t crc;    /* of the member's text so far, or of its header */
  uint32_t length; /* of the member's text so far, modulo 2^32 */
};

enum err_code gzip_start(struct gzip *g, struct err *e); /* ERR_NOMEM */
void gzip_clear(struct gzip *g);                         /* of a struct that is all zero, too */

/*
** Puts n (1 to GZIP_READ_MAX) bytes of text at p, or fewer at the file's end and before an error, which is then set:
** ERR_IO, ERR_NOMEM, or ERR_DAMAGED for data that is cut off, corrupt, or followed by something else.
*/
size_t gzip_read(struct gzip *g, struct input *in, char *p, size_t n, struct err *e);

#endif

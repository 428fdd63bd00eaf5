/* SPDX-License-Identifier: MIT */
/*
** Inflates raw deflate data (RFC 1951), piece by piece, behind an interface that libraries
** implement.  gzip.c reads the headers and checksums around the data.
**
** zlib is the reference, and always there.  ISA-L is faster, and the Makefile builds it in where it
** is installed.  It takes some bytes more than it needs, tells little about damage, and what it
** has written before the damage may be more or less than with zlib.  Therefore gzip.c lets zlib
** decide wherever another library has failed.
**
** Call order: start() before the data of each member, then run() until it returns something else
** than INFLATE_MORE; clear() at the end.  The state belongs to the library.  It is NULL at first,
** comes from mem_alloc(), and is kept from member to member.  One thread at a time may use it.
*/
#ifndef FILE_INFLATE_H
#define FILE_INFLATE_H

#include <stddef.h>

#include "base/err.h"

/* What run() reads and writes.  It moves the pointers, and counts down. */
struct inflate_io {
  const unsigned char *in;
  size_t n_in; /* bytes at `in` */
  unsigned char *out;
  size_t n_out;    /* bytes of room at `out` */
  const char *why; /* what INFLATE_FAILED found; constant */
};

enum inflate_result {
  INFLATE_MORE, /* goes on, with more input or more room */
  INFLATE_END,  /* the data have ended; the bytes behind them are at `in`, up to INPUT_BACK of them before the call's */
  INFLATE_FAILED, /* the data are corrupt; zlib has written what comes before the damage, others perhaps not */
  INFLATE_NOMEM,  /* no memory */
};

struct inflate_kind {
  const char *name;                                    /* with its version */
  enum err_code (*start)(void **state, struct err *e); /* ERR_NOMEM; the next data are at their beginning */
  enum inflate_result (*run)(void *state, struct inflate_io *io);
  void (*clear)(void **state); /* frees the state, if there is one */
};

extern const struct inflate_kind inflate_zlib;
extern const struct inflate_kind inflate_isal; /* only where the Makefile has found ISA-L */

/* Returns what the Makefile has chosen. */
const struct inflate_kind *inflate_built_in(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
** Takes base64 and gzip off a value that a stream has handed over, until the text is there.
**
** unwrap_init() once, unwrap() for each value, unwrap_clear() at the end.  The struct keeps its buffers from value to
** value.  What comes out of all its values together is bounded, until the owner counts anew.  One thread, the one in
** which stop() is called.
*/
#ifndef FILE_UNWRAP_H
#define FILE_UNWRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "file/gzip.h"
#include "file/input.h"

#define UNWRAP_MAX_BYTES (UINT64_C(256) << 20) /* decoded and inflated, all values and layers together */
#define UNWRAP_LAYERS    4                     /* of base64 and gzip, one within the other */

struct unwrap {
  struct input input;
  struct gzip gzip;
  uint64_t made;              /* bytes that have come out; the owner sets it to 0 to count anew */
  int (*stop)(void *context); /* asked now and then; nonzero ends it with ERR_INTERRUPT; may be NULL */
  void *context;
};

enum unwrap_form {
  UNWRAP_GUESS,  /* as the bytes look */
  UNWRAP_BASE64, /* base64, of whatever it be */
};

/* What was within. */
struct unwrapped {
  const char *p; /* the value's own bytes, or owned */
  size_t n;
  char *owned; /* or NULL */
};

enum err_code unwrap_init(struct unwrap *u, struct err *e); /* ERR_NOMEM; unwrap_clear() is due all the same */
void unwrap_clear(struct unwrap *u);

/*
** Unwraps n bytes at p, which must stay for as long as *out; unwrapped_free() is due in any case.  Text that could be
** base64 is taken for it when gzip, JSON or lines come out.  ERR_DAMAGED and ERR_FORMAT for what is cut off or corrupt:
** *out is then what could be read before.  ERR_ARGUMENT when there is more than the limits allow; ERR_NOMEM;
** ERR_INTERRUPT.
*/
enum err_code unwrap(struct unwrap *u, const char *p, size_t n, enum unwrap_form form, struct unwrapped *out,
                     struct err *e);
void unwrapped_free(struct unwrapped *u);

#endif

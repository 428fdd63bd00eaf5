/* SPDX-License-Identifier: MIT */
/*
** Removes the layers of base64 and gzip from a value that a stream has delivered, until the text
** is there.
**
** Call order: unwrap_init() once; unwrap_begin() for what a stream has delivered, then unwrap() for
** each value in it, and unwrapped_free() for each result; unwrap_clear() at the end.  The struct keeps its buffers from value to value.  The output of
** all values together is limited, until the next unwrap_begin().  One thread at a time may use
** it; `stop` is asked in that thread.
*/
#ifndef FILE_UNWRAP_H
#define FILE_UNWRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "file/input.h"
#include "file/layer.h"

#define UNWRAP_MAX_BYTES (UINT64_C(256) << 20) /* of output, all values and layers together */
#define UNWRAP_LAYERS    4                     /* of base64 and gzip, one inside the other */

/*
** Output may also be UNWRAP_FREE bytes and UNWRAP_RATIO times what was delivered.  Deflate makes at
** most 1032 bytes of one, so that only gzip within gzip can make more, and such a value would cost
** seconds for each hundred bytes.
*/
#define UNWRAP_FREE  (UINT64_C(1) << 20)
#define UNWRAP_RATIO 1032

struct unwrap {
  struct input input;
  struct layer layer[2]; /* the present one, and the one around it */
  struct err damage;     /* why nothing follows what has been unwrapped so far; ERR_NONE: it is whole */
  const char *rest;      /* of what is damaged, the rest_n bytes that have not been read */
  size_t rest_n;
  uint64_t made;    /* bytes of output since unwrap_begin() */
  uint64_t limit;   /* of these */
  struct stop stop; /* asked often; set by the owner after unwrap_init() */
};

enum unwrap_form {
  UNWRAP_GUESS,  /* the bytes decide */
  UNWRAP_BASE64, /* the value is base64, whatever it contains */
};

/* The content of a value. */
struct unwrapped {
  const char *p; /* n bytes: those of the value itself, or `owned` */
  size_t n;
  char *owned; /* freed by unwrapped_free(); may be NULL */
};

enum err_code unwrap_init(struct unwrap *u, struct err *e); /* ERR_NOMEM; call unwrap_clear() in any case */

/* n bytes have been delivered, and their values come next. */
void unwrap_begin(struct unwrap *u, size_t n);

/* Frees the buffers. */
void unwrap_clear(struct unwrap *u);

/*
** Unwraps the n bytes at p, which must stay valid as long as *out is used.  unwrapped_free() must
** be called in any case.  Layers are found as in a file (layer.h), and damage in them is what it is
** there.
**
** Returns ERR_DAMAGED for a layer that is cut off or corrupt; *out is then what could be read before the
** damage.  Returns ERR_FORMAT for what is not the base64 that UNWRAP_BASE64 says it is.  Returns ERR_ARGUMENT when a limit is exceeded; ERR_NOMEM;
** ERR_INTERRUPT.
*/
enum err_code unwrap(struct unwrap *u, const char *p, size_t n, enum unwrap_form form, struct unwrapped *out,
                     struct err *e);

/* Frees what unwrap() has returned; *u is all zero afterwards. */
void unwrapped_free(struct unwrapped *u);

#endif

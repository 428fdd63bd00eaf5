/* SPDX-License-Identifier: MIT */
/*
** One layer of gzip or base64 around the bytes of a file, which is removed while they are read.
**
**     input of the layer around it -> gzip, or base64 -> out, an input again
**
** Call order: a struct that is all zero; for each file layer_start(), then reads from `out`;
** layer_clear() at the end.  Buffers are kept from file to file.  One thread at a time may use it.
*/
#ifndef FILE_LAYER_H
#define FILE_LAYER_H

#include "base/base64_stream.h"
#include "base/err.h"
#include "base/stop.h"
#include "file/gzip.h"
#include "file/guess_base64.h"
#include "file/input.h"

enum layer_kind { LAYER_GZIP, LAYER_BASE64 };

struct layer {
  enum layer_kind kind;
  const struct stop *stop; /* asked for each piece of `out`; not owned */
  struct input *from;      /* the encoded bytes; not owned */
  struct gzip gzip;
  struct base64_stream base64;
  struct err later; /* an error that follows bytes not yet delivered */
  const char *name; /* "the gzip data within the base64 data", in errors: a constant, or full_name */
  char full_name[ERR_TEXT];
  struct input out; /* the decoded bytes */
};

/*
** Is there a layer around the bytes of `in`, by the first of them?  Reads what is needed to find out.
** Errors of reading are left to whoever reads on, and come again.
*/
int layer_find(struct input *in, enum layer_kind *kind, struct base64_form *form);

/*
** Begins a layer that was found.  within: the layer around it, or NULL.  ERR_NOMEM; layer_clear() is due
** all the same.
**
** Reading from `out` fails with ERR_DAMAGED, and a text that names the layer, where the data are cut
** off, corrupt, or followed by something else, and with the errors of what is around it.  All bytes
** before the damage are delivered first.
*/
enum err_code layer_start(struct layer *l, enum layer_kind kind, const struct base64_form *form, struct input *from,
                          const struct layer *within, const struct stop *stop, struct err *e);

/* Frees the buffers. */
void layer_clear(struct layer *l);

#endif

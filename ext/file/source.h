/* SPDX-License-Identifier: MIT */
/*
** Reads the uncompressed bytes of a file, which is plain, gzip or base64, or has several such layers, one
** inside the other.  The first bytes of the file and of each layer decide which; its name does not
** matter.
**
**     input (the file) -> up to UNWRAP_LAYERS layers of gzip and base64 -> source
**
** Call order: source_init() once; for each file source_open(), source_read() until it returns 0
** or less, source_close(); source_clear() at the end.  Buffers are kept from file to file.  One
** thread at a time may use a source.  The end of a file, a truncated file and a corrupt file are
** different results; see source_read().
*/
#ifndef FILE_SOURCE_H
#define FILE_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "file/root_guard.h"
#include "base/err.h"
#include "file/input.h"
#include "file/layer.h"
#include "file/unwrap.h"

/* What the first bytes of a file say that it is. flowlogs_files shows the names. */
enum source_kind {
  SOURCE_PLAIN, /* text, or anything that is not recognised */
  SOURCE_GZIP,
  SOURCE_BASE64,
  SOURCE_EMPTY, /* no bytes at all */
  SOURCE_PARQUET,
  SOURCE_ZSTD,
  SOURCE_BZIP2,
  SOURCE_XZ,
  SOURCE_ZIP,
  SOURCE_UTF16,
  SOURCE_KIND_COUNT
};

/* Returns the name of a kind: "plain", "gzip" and so on.  The text is constant. */
const char *source_kind_name(enum source_kind kind);

/* Returns the kind of a file that begins with the n bytes at p. n is 0 only for an empty file. */
enum source_kind source_magic(const void *p, size_t n);

#define SOURCE_KINDS 64 /* bytes of the text of source_kinds() */

struct source {
  struct input input;
  enum source_kind kind;             /* what is around all else, or is the file itself; valid after source_open() */
  unsigned nlayers;                  /* that are removed */
  struct layer layer[UNWRAP_LAYERS]; /* from the outermost on */
  struct input *text;                /* the bytes without the layers: that of the last one, or `input` */
};

/* Writes which layers are removed, from the outermost on, as "base64+gzip"; or what the file is, if there are none. */
void source_kinds(const struct source *s, char out[SOURCE_KINDS]);

enum err_code source_init(struct source *s, struct err *e); /* ERR_NOMEM; call source_clear() in any case */

/* Closes the file and frees the buffers. */
void source_clear(struct source *s);

/*
** Opens a file and reads its first bytes.  Returns the errors of input_open(), ERR_IO or
** ERR_NOMEM, and ERR_FORMAT for a file with more than UNWRAP_LAYERS layers; nothing is open then.
*/
enum err_code source_open(struct source *s, const char *path, const struct root_guard *guard, struct err *e);

/* The same for a pipe, as input_open_pipe() opens it. */
enum err_code source_open_pipe(struct source *s, const char *path, const struct root_guard *guard, struct err *e);

/* Closes the file.  The buffers are kept. */
void source_close(struct source *s);

/*
** Presents n bytes of text in memory instead of a file, without looking for layers.  They must stay valid
** until source_close().
*/
void source_open_memory(struct source *s, const char *p, size_t n);

/*
** Writes up to n (> 0) uncompressed bytes to p and returns their number, or 0 at the end.
** Returns -1 with *e set on an error: ERR_IO, ERR_NOMEM, ERR_INTERRUPT, or ERR_DAMAGED for gzip or base64
** that is cut off, corrupt, or followed by something else.  All bytes before the damage have been
** delivered by then.
*/
ssize_t source_read(struct source *s, char *p, size_t n, struct err *e);

#endif

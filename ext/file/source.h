/* SPDX-License-Identifier: MIT */
/*
** A file's bytes as they were before compression: plain or gzip, told apart by their first bytes, never by the name.
**
**     input (the file) -> gzip, or nothing -> source
**
** Call order: source_init() once; then for each file source_open(), source_read() until it returns 0 or less,
** source_close(); at the end source_clear().  Buffers are kept from file to file.  One source belongs to one thread.
** End, truncation and corruption are told apart: see source_read().
*/
#ifndef FILE_SOURCE_H
#define FILE_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "file/root_guard.h"
#include "base/err.h"
#include "file/gzip.h"
#include "file/input.h"

/* What a file's first bytes say it is.  The names are what flowlogs_files shows. */
enum source_kind {
  SOURCE_PLAIN, /* text, or anything that isn't known to be something else */
  SOURCE_GZIP,
  SOURCE_EMPTY, /* no bytes at all */
  SOURCE_PARQUET,
  SOURCE_ZSTD,
  SOURCE_BZIP2,
  SOURCE_XZ,
  SOURCE_ZIP,
  SOURCE_UTF16,
  SOURCE_KIND_COUNT
};

/* "plain", "gzip", ... */
const char *source_kind_name(enum source_kind kind);

/* The kind that n first bytes show. */
enum source_kind source_magic(const void *p, size_t n);

struct source {
  struct input input;
  struct gzip gzip;
  enum source_kind kind; /* valid after source_open() */
  struct err later;      /* found after bytes that have to be delivered first */
};

enum err_code source_init(struct source *s, struct err *e); /* ERR_NOMEM; source_clear() is due all the same */
void source_clear(struct source *s);

/*
** Opens a file and looks at its first bytes.  Errors as of input_open(); ERR_NOMEM.
*/
enum err_code source_open(struct source *s, const char *path, const struct root_guard *guard, struct err *e);
void source_close(struct source *s);

/* Instead: a text that lies in memory, and must stay until source_close(). */
void source_open_memory(struct source *s, const char *p, size_t n);

/*
** Puts up to n (> 0) decompressed bytes at p.  Returns how many; 0 at the end; -1 on an error, *e then says which:
** ERR_IO, ERR_NOMEM, or ERR_DAMAGED for gzip data that is cut off, corrupt, or followed by something else.  All
** bytes before the damage have been delivered by then.
*/
ssize_t source_read(struct source *s, char *p, size_t n, struct err *e);

#endif

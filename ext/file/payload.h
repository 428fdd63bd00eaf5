/* SPDX-License-Identifier: MIT */
/*
** Lines that were handed over and not read from files, as what a scan takes for files: one for each name, which is
** where the lines came from, the log stream say.  Lines of one name follow one another in the order in which they were
** added, so that name and line number tell a record.
**
** Call order: payload_init(), payload_add_line() and payload_add_text() as often as need be, payload_files(),
** payload_clear().  The files point into the payload.  One thread until payload_files(); then it is only read.
*/
#ifndef FILE_PAYLOAD_H
#define FILE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "file/discover.h"
#include "base/err.h"

#define PAYLOAD_MAX_STREAMS 65536                 /* names in one payload */
#define PAYLOAD_MAX_BYTES   (UINT64_C(256) << 20) /* text in one payload */
#define PAYLOAD_HEADS       1024                  /* places of the hash table */
#define PAYLOAD_END         UINT32_MAX

struct payload {
  struct payload_stream {
    char *name; /* ends with NUL */
    char *text; /* n bytes of whole lines, the last one ends with LF too */
    size_t n, cap;
    uint64_t lines;
    uint32_t next; /* stream of the same hash, or PAYLOAD_END */
  } * stream;
  size_t n, cap;
  uint64_t bytes; /* of text */
  uint32_t head[PAYLOAD_HEADS];
};

void payload_init(struct payload *p);
void payload_clear(struct payload *p); /* of a struct that is all zero, too */

/*
** Adds a line, which may be blank but has no LF; *line becomes its number, 1-based.  ERR_NOMEM; ERR_ARGUMENT beyond the
** limits.
*/
enum err_code payload_add_line(struct payload *p, const char *name, const char *text, size_t n, uint64_t *line,
                               struct err *e);

/* Adds a text of any number of lines. */
enum err_code payload_add_text(struct payload *p, const char *name, const char *text, size_t n, struct err *e);

/* Fills the empty list.  ERR_NOMEM. */
enum err_code payload_files(const struct payload *p, struct files *files, struct err *e);

#endif

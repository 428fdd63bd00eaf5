/* SPDX-License-Identifier: MIT */
/*
** Collects lines that were given as values, and presents them to a scan as if they were files.
**
** There is one such file for each name, and the name says where the lines came from: it is a log
** stream, for example.  Lines of the same name are kept in the order in which they were added, so
** name and line number identify a record.
**
** Call order: payload_init(); payload_add_line() and payload_add_text() any number of times;
** payload_files(); payload_clear() when the files are no longer used, because they point into the
** payload.  One thread may fill it.  After payload_files() it is only read, by any number of
** threads.
*/
#ifndef FILE_PAYLOAD_H
#define FILE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "file/discover.h"
#include "base/err.h"

#define PAYLOAD_MAX_STREAMS 65536                 /* streams of one payload */
#define PAYLOAD_MAX_BYTES   (UINT64_C(256) << 20) /* bytes of text of one payload */
#define PAYLOAD_HEADS       1024                  /* size of the hash table */
#define PAYLOAD_END         UINT32_MAX

struct payload {
  struct payload_stream {
    char *name; /* ends with NUL; owned */
    char *text; /* n bytes, whole lines that each end with LF; owned */
    size_t n, cap;
    uint64_t lines;
    uint64_t header;           /* the caller's: the header that the lines have, or 0 */
    struct file_origin origin; /* owned */
    uint32_t next;             /* number of the next stream of the same hash, or PAYLOAD_END */
  } * stream;
  size_t n, cap;
  uint64_t bytes;               /* of the texts of all streams */
  uint32_t head[PAYLOAD_HEADS]; /* number of the first stream of a hash, or PAYLOAD_END */
};

/* Makes an empty payload, which owns no memory. */
void payload_init(struct payload *p);

/* Frees all streams; the payload is empty afterwards.  The struct may be all zero. */
void payload_clear(struct payload *p);

/*
** Adds a line to the stream of that name.  The line may be empty, but must not contain an LF.
** *line becomes its 1-based number.  Returns ERR_NOMEM, or ERR_ARGUMENT when a limit is exceeded.
*/
enum err_code payload_add_line(struct payload *p, const char *name, const char *text, size_t n, uint64_t *line,
                               struct err *e);

/* What is known of a line besides its text. */
struct payload_event {
  const char *group, *stream; /* group_n and stream_n bytes; NULL: not known */
  size_t group_n, stream_n;
  int64_t time; /* milliseconds since 1970, or FILE_NO_TIME */
};

/*
** The last line of the stream of that name is this event's.  The names are those of the stream's first
** event.  Errors are those of payload_add_line().
*/
enum err_code payload_set_event(struct payload *p, const char *name, const struct payload_event *event, struct err *e);

/*
** The lines that come next in the stream of that name have this header, a number that is not 0.
** Returns 1 if the lines before them have another one, or there are none; 0 if they have the same;
** -1 with *e set as payload_add_line() does.
*/
int payload_set_header(struct payload *p, const char *name, uint64_t header, struct err *e);

/*
** Adds a text of any number of lines to the stream of that name.  An empty text adds nothing.
** Errors are those of payload_add_line().
*/
enum err_code payload_add_text(struct payload *p, const char *name, const char *text, size_t n, struct err *e);

/*
** Fills the empty list with one file for each stream, in the order in which the streams were
** added.  Returns ERR_NOMEM.
*/
enum err_code payload_files(const struct payload *p, struct files *files, struct err *e);

#endif

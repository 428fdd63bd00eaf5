/* SPDX-License-Identifier: MIT */
/*
** What CloudWatch knows of a record besides its line: the log group, the log stream, and the time of
** the event.
**
** Containers have them beside each line (container/block.h), and so have the lines of a payload
** (file_origin in file/files.h).  Files that CloudWatch exports have the time in front of each line,
** and the log stream in their path (file/export_name.h).  All are columns of a batch, and texts there:
**
**     log_group    '/vpc/flow'
**     log_stream   'eni-1235b8ca123456789-all'
**     event_time   '2018-09-22 20:28:14.000', UTC
**
** Call order: envelope_begin() for each file; envelope_bind() after each projection_init();
** envelope_store() for each row, behind record_store().  One thread at a time may use it.
*/
#ifndef SCAN_ENVELOPE_H
#define SCAN_ENVELOPE_H

#include "container/block.h"
#include "file/files.h"
#include "record/batch.h"
#include "record/layout.h"

struct envelope {
  int is_wanted;             /* the batch has one of the columns, and the lines have a value for it */
  int has_prefix;            /* the time is the first token of the line */
  const struct block *block; /* of a container; NULL for lines */
  const char *file_group;    /* file_group_n bytes: the log group of all lines, or NULL; not owned */
  const char *file_stream;   /* file_stream_n bytes: their log stream */
  size_t file_group_n, file_stream_n;
  const int64_t *time; /* of lines 1 to ntimes, in milliseconds, or FILE_NO_TIME; not owned */
  size_t ntimes;
  uint32_t stream;      /* the stream whose names are the cells below; BLOCK_NO_TEXT: none is */
  uint64_t group, name; /* cells in the batch */
};

/* Begins a file.  path: NULL for a text in memory.  origin: what is known of such a text, or NULL.  Both must stay. */
void envelope_begin(struct envelope *v, const char *path, const struct file_origin *origin);

/* Sets *v, and b->has[] of the three columns, for the rows that come next.  block: NULL for lines. */
void envelope_bind(struct envelope *v, const struct layout *l, const struct block *block, struct batch *b);

/*
** Adds the values to the last row of the batch, whose line this is.  place: that of the line in the
** block, or NULL.  ERR_NOMEM.
*/
enum err_code envelope_store(struct envelope *v, const struct line *line, const struct block_place *place,
                             struct batch *b, struct err *e);

#endif

/* SPDX-License-Identifier: MIT */
/*
** What CloudWatch knows of a record besides its line: the log group, the log stream, and the time of
** the event.
**
** Containers have them beside each line (container/block.h).  Files that CloudWatch exports have the
** time in front of each line, and the log stream in their path (file/export_name.h).  All are columns of a batch, and texts there:
**
**     log_group    '/vpc/flow'
**     log_stream   'eni-1235b8ca123456789-all'
**     event_time   '2018-09-22 20:28:14.000', UTC
**
** Call order: envelope_begin() for each file; envelope_bind() after each projection_init(); envelope_store() for each row, behind
** record_store().  One thread at a time may use it.
*/
#ifndef SCAN_ENVELOPE_H
#define SCAN_ENVELOPE_H

#include "container/block.h"
#include "record/batch.h"
#include "record/layout.h"

struct envelope {
  int is_wanted;             /* the batch has one of the columns, and the lines have a value for it */
  int has_prefix;            /* the time is the first token of the line */
  const struct block *block; /* of a container; NULL for lines */
  const char *path_stream;   /* path_stream_n bytes: the log stream that the path says, or NULL; not owned */
  size_t path_stream_n;
  uint32_t stream;      /* the stream whose names are the cells below; BLOCK_NO_TEXT: none is */
  uint64_t group, name; /* cells in the batch */
};

/* Begins a file.  path: as long as the file is read, or NULL for a text in memory. */
void envelope_begin(struct envelope *v, const char *path);

/* Sets *v, and b->has[] of the three columns, for the rows that come next.  block: NULL for lines. */
void envelope_bind(struct envelope *v, const struct layout *l, const struct block *block, struct batch *b);

/*
** Adds the values to the last row of the batch, whose line this is.  place: that of the line in the
** block, or NULL.  ERR_NOMEM.
*/
enum err_code envelope_store(struct envelope *v, const struct line *line, const struct block_place *place,
                             struct batch *b, struct err *e);

#endif

/* SPDX-License-Identifier: MIT */
/*
** A record: one line's tokens, held against the layout of its file and put into a batch.
**
** record_check() looks at the whole line, whatever the query wants, so that whether a line counts never depends on
** the columns that a query names.  record_store() then reads the wanted fields alone.  Both read whole words and want
** TOKENS_BLOCK readable bytes after the text.  Any thread.
*/
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "record/batch.h"
#include "record/layout.h"
#include "record/tokens.h"

#define RECORD_MAX_BYTES (64 * 1024) /* of a line without its LF; a longer one is no record */

/* The first control byte of a line, tab and CR apart, or NULL: text has none, damaged files do. */
const char *record_control_byte(const char *p, size_t n);

/* Could it be an IPv4 or IPv6 address, by its letters and length? */
int record_is_address(const char *p, size_t n);

#define RECORD_FITS  (-1)
#define RECORD_COUNT (-2) /* the number of tokens is wrong */

/* RECORD_FITS, RECORD_COUNT, or the number of the first token that its field can't have. */
int record_check(const struct layout *l, const struct line *line);

/* Is record_check() of a line of the window RECORD_FITS?  The same answer, faster for nearly all lines. */
int record_line_fits(const struct layout *l, const struct tokens *t, const struct line *line);

/* Says in words what record_check() found in this line. */
void record_explain(const struct layout *l, int result, const struct line *line, char *out, size_t out_n);

/* What to take from a line: made once for a layout and the wanted columns. */
struct projection {
  uint32_t nitems;
  struct projection_item {
    uint16_t token;
    uint8_t column; /* enum field */
    uint8_t is_int;
  } item[FIELD_COUNT];
  uint8_t raw;   /* the line itself is wanted */
  uint8_t extra; /* the unknown fields are wanted, and the layout has some */
};

/* Sets *p, and in the batch which columns have values. */
void projection_init(struct projection *p, const struct layout *l, struct batch *b);

/* Adds a row.  The line has passed record_check().  ERR_NOMEM. */
enum err_code record_store(const struct projection *p, const struct layout *l, const struct line *line, struct batch *b,
                           struct err *e);

#endif

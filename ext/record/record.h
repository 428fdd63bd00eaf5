/* SPDX-License-Identifier: MIT */
/*
** A record: the tokens of one line, compared with the layout of its file, and put into a batch.
**
** Call order for each line: record_line_fits() or record_check(); if the line fits,
** record_store(); if it does not, record_explain().  The check looks at the whole line, whatever
** columns the query names, so that it never depends on the query whether a line counts.
** record_store() then reads the wanted fields alone.
**
** All functions read whole words, so that TOKENS_BLOCK readable bytes must follow the text.  They
** keep no state: any thread may call them, with a batch that belongs to it.
*/
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/number.h"
#include "record/batch.h"
#include "record/layout.h"
#include "record/tokens.h"

#define RECORD_MAX_BYTES (64 * 1024) /* of a line without its LF; a longer line is no record */

#define RECORD_NAMES_TEXT 1088 /* of the names and the time that scan/envelope.h adds to a row, at most */

/*
** The first control character, tab and CR apart, or NULL.  AWS writes none, but damaged files have
** some, and files that want to do something to the terminal of who looks at them.
*/
const char *record_control(const char *p, size_t n);

/*
** The first control character, as above; if there is none, the first byte that is not UTF-8; otherwise
** NULL.  Hosts and exports could not take over a text with either.
*/
const char *record_odd_byte(const char *p, size_t n);

/*
** Could it be an IPv4 or IPv6 address, by its letters and its length?  Not everything that could
** be one is one.
*/
int record_is_address(const char *p, size_t n);

/*
** Is it a time as CloudWatch's export puts it before a line: ISO 8601 in UTC, or 13 digits of
** milliseconds?
*/
int record_is_prefix(const char *p, size_t n);

/*
** Can a field of this kind have the value?  16 bytes must be readable behind it.  1 or 0; a missing
** value, '-', is one that every field but KIND_PREFIX can have.
*/
int record_value_fits(enum kind kind, const char *p, size_t n);

#define RECORD_FITS  (-1)
#define RECORD_COUNT (-2) /* the line has more or fewer tokens than the layout */

/*
** RECORD_FITS, RECORD_COUNT, or the number of the first token found whose field cannot have that
** value.
*/
int record_check(const struct layout *l, const struct line *line);

/*
** Is record_check() RECORD_FITS?  The same answer, found faster for nearly all lines; t is what
** the line comes from.
*/
int record_line_fits(const struct layout *l, const struct tokens *t, const struct line *line);

/*
** Writes in words what record_check() found in this line, with the offending token cut to 40
** bytes.  result is not RECORD_FITS.
*/
void record_explain(const struct layout *l, int result, const struct line *line, char out[ERR_TEXT]);

#define RECORD_SHOWN 60 /* bytes of a line that record_show() shows */

/*
** Writes the beginning of a text for a message: `most` bytes at most, and "..." if that is not all.
** No character is cut, and bytes that are not UTF-8 and control characters, which could disturb a
** terminal, become '?'.  out has most + 4 bytes.
*/
void record_show(const char *p, size_t n, size_t most, char *out);

#define RECORD_NONE UINT64_MAX /* a number that is missing */

/*
** The number at a token of a line that has passed the check; RECORD_NONE where it is '-', or the
** token is LAYOUT_ABSENT.
*/
static inline uint64_t record_number(const struct line *line, int32_t token) {
  size_t n;
  if (token == LAYOUT_ABSENT) return RECORD_NONE;
  const char *p = token_text(line, (uint32_t)token, &n);
  return n == 1 && *p == '-' ? RECORD_NONE : number_value(p, n);
}

/*
** What to take from a line: made for a layout, the wanted columns and a batch.
*/
struct projection {
  uint32_t nitems;
  struct projection_item {
    uint16_t token;
    uint8_t column; /* enum field */
    uint8_t is_int; /* the cell is the number; otherwise it is the text */
  } item[FIELD_COUNT];
  uint32_t nconstants;
  struct projection_constant {
    uint8_t column; /* enum field, which the layout lacks and the path gives */
    uint64_t cell;  /* its text in the batch */
  } constant[PATH_FIELDS];
  uint8_t raw;       /* the line itself is wanted */
  uint8_t extra;     /* the unknown fields are wanted, and the layout has some */
  uint8_t has_more;  /* one of these, of the constants, or of the next */
  uint32_t nmissing; /* columns that the batch has and the layout lacks */
  uint8_t missing[COLUMN_COUNT];
};

/*
** Sets *p for the rows that this batch gets next, and b->has[] for each column of the batch.  path:
** what the path of the file gives.  ERR_NOMEM.
*/
enum err_code projection_init(struct projection *p, const struct layout *l, const struct path_fields *path,
                              struct batch *b, struct err *e);

/*
** Makes the rows of another layout that the batch already has, and those to come, fit each other:
** a column that only some of them have is NULL in the others.  To be called after
** projection_init() where the batch is not empty; had[] is b->has[] as it was before.
*/
void projection_continue(struct projection *p, struct batch *b, const uint8_t had[COLUMN_COUNT]);

/*
** Adds a row.  The line has passed the check, with the layout that p was made for.  ERR_NOMEM: the
** batch has the rows that it had before.
*/
enum err_code record_store(const struct projection *p, const struct layout *l, const struct line *line, struct batch *b,
                           struct err *e);

#endif

/* SPDX-License-Identifier: MIT */
/*
** CSV: the console's `timestamp,message`, results of Logs Insights, and tables whose columns are
** fields of flow logs, as Athena and our own export write them.
**
**     timestamp,message                     2 123456789010 eni-1 10.0.0.1 ...
**     1714521600000,2 123456789010 ...
**
**     "srcaddr","bytes"                     srcaddr bytes             a header, BLOCK_HEADER
**     "10.0.0.1","840"                      10.0.0.1 840
**
** A row that cannot be used is a bad line, and reading goes on behind it.  Where quotes are
** damaged, nobody knows where the row ends: then its first line alone is bad, and the next row
** begins with the next line.  A row is at most as long as the feed.  Rows are numbered by the
** line in which they begin.
*/
#include <string.h>

#include "base/calendar.h"
#include "base/chars.h"
#include "base/mem.h"
#include "container/csv_fields.h"
#include "container/event_time.h"
#include "container/kinds.h"
#include "container/pieces.h"

struct csv {
  struct csv_columns columns, other; /* those of the present rows, and of a row that may be a header */
  struct csv_row row;
  int has_header;
  int is_long; /* the bytes at hand belong to a line that does not fit into the feed */
};

/*
** A quick look at the first line: one with blanks and no separators is no header.  Nearly all
** flow logs begin so.
*/
static int may_be_header(const char *p, size_t n) {
  const char *lf = memchr(p, '\n', n), *end = lf ? lf : p + n;
  size_t line_n = (size_t)(end - p);
  return !memchr(p, ' ', line_n) || memchr(p, '\t', line_n) || pieces_find(p, end, ',', ';') < end;
}

static int csv_is(const char *p, size_t n, int is_all) {
  struct csv_columns columns;
  struct csv_row row;
  struct err unused = {0};
  return may_be_header(p, n < CSV_HEADER ? n : CSV_HEADER) &&
         csv_columns_find(&columns, &row, p, n, is_all, &unused) != 0;
}

static enum err_code csv_start(struct container *c, struct err *e) {
  struct csv *s = c->state[c->slot];
  if (!s) s = c->state[c->slot] = mem_alloc(sizeof *s);
  if (!s) return err_nomem(e);
  s->has_header = s->is_long = 0;
  return ERR_NONE;
}

/* The rows that follow have other columns. */
static void begin_rows(struct container *c, struct csv *s) {
  int had_fields = s->has_header && s->columns.role[CSV_MESSAGE] == CSV_ABSENT;
  s->columns = s->other;
  s->has_header = 1;
  c->form = s->columns.form;
  if (s->columns.role[CSV_MESSAGE] != CSV_ABSENT) {
    if (had_fields) block_end_names(&c->block);
    return;
  }
  memcpy(block_begin_line(&c->block), s->columns.line, s->columns.line_n);
  block_end_line(&c->block, s->columns.line_n, BLOCK_HEADER, BLOCK_NO_TIME);
}

/* Takes the bytes up to `end`, which are so many lines. */
static void take(struct container *c, const char *end, uint32_t nlines) {
  c->feed.p = end;
  c->number += nlines;
}

static void skip_mark(struct feed *f) {
  while (f->end - f->p >= 3 && !memcmp(f->p, "\xef\xbb\xbf", 3)) f->p += 3;
}

/* Takes the header, and the white space in front of it, as container_find() does. */
static enum container_result begin(struct container *c, struct csv *s, struct err *e) {
  struct feed *f = &c->feed;
  feed_more(f);
  skip_mark(f);
  for (; f->p < f->end && char_is_space(*f->p); f->p++) c->number += *f->p == '\n';
  int is_all = f->at_end && !f->failed.code;
  int found = csv_columns_find(&s->other, &s->row, f->p, (size_t)(f->end - f->p), is_all, e);
  if (!found) err_set(e, ERR_FORMAT, 0, "is CSV whose header names no columns of a flow log");
  if (found <= 0) {
    c->form = found ? s->other.form : c->form;
    e->line = c->number + 1;
    return CONTAINER_BROKEN;
  }
  begin_rows(c, s);
  take(c, s->row.end, 1);
  return CONTAINER_MORE;
}

/* The row at hand cannot be used: shows its first line, and goes on at `end`. */
static void refuse(struct container *c, const char *end, uint32_t nlines, const char *why) {
  const char *p = c->feed.p, *line_end = pieces_find(p, end, '\n', '\n');
  block_add_bad(&c->block, p, (size_t)(line_end - p), c->number + 1, why);
  take(c, end, nlines);
}

/* What the name of a log group is behind: Logs Insights writes ACCOUNT:GROUP. */
static size_t account_in_front(const char *p, size_t n) {
  int digits;
  return n > 13 && p[12] == ':' && calendar_digits(p, 6, &digits) && calendar_digits(p + 6, 6, &digits) ? 13 : 0;
}

/* The value of a role, or NULL if there is none. */
static const struct csv_value *value_of(const struct csv *s, enum csv_role role) {
  int32_t column = s->columns.role[role];
  return column == CSV_ABSENT || !s->row.value[column].n ? NULL : &s->row.value[column];
}

static void set_stream(struct container *c, const struct csv *s) {
  const struct csv_value *group = value_of(s, CSV_GROUP), *stream = value_of(s, CSV_STREAM);
  size_t skip = group ? account_in_front(group->p, group->n) : 0;
  block_set_stream(&c->block, group ? group->p + skip : NULL, group ? group->n - skip : 0, stream ? stream->p : NULL,
                   stream ? stream->n : 0);
}

/* Adds the message of the row.  Returns why it cannot be used, or NULL. */
static const char *add_message(struct container *c, const struct csv *s, int64_t time) {
  struct csv_value message = s->row.value[s->columns.role[CSV_MESSAGE]];
  while (message.n && (message.p[message.n - 1] == '\n' || message.p[message.n - 1] == '\r')) message.n--;
  if (message.n > BLOCK_LINE) return "has a message that is too long for a record";
  if (!message.n) return "has no message";
  if (message.has_breaks && memchr(message.p, '\n', message.n))
    return "has a message of several lines; a record is one line";
  size_t n = csv_value_copy(&message, block_begin_line(&c->block));
  block_end_line(&c->block, n, c->number + 1, time);
  return NULL;
}

static const char *add_fields(struct container *c, const struct csv *s, int64_t time) {
  size_t n = csv_fields_put(&s->columns, &s->row, block_begin_line(&c->block));
  if (!n) return "has values that are too long for one record";
  block_end_line(&c->block, n, c->number + 1, time);
  return NULL;
}

/* Has the row nothing but separators, as spreadsheets write empty rows? */
static int is_blank(const struct csv_row *row) {
  if (row->nvalues > CSV_COLUMNS) return 0;
  for (uint32_t i = 0; i < row->nvalues; i++)
    if (row->value[i].n) return 0;
  return 1;
}

/* Adds the row at hand, which has been divided, as a line. */
static void add_row(struct container *c, const struct csv *s) {
  char text[ERR_TEXT];
  const char *why = text;
  if (s->row.nvalues != s->columns.n) {
    err_print(text, "has %u columns, but the header has %u", (unsigned)s->row.nvalues, (unsigned)s->columns.n);
  } else {
    const struct csv_value *time = value_of(s, CSV_EVENT_TIME);
    int64_t ms = time ? event_time(time->p, time->n) : BLOCK_NO_TIME;
    if (s->columns.role[CSV_STREAM] != CSV_ABSENT || s->columns.role[CSV_GROUP] != CSV_ABSENT) set_stream(c, s);
    why = (s->columns.role[CSV_MESSAGE] == CSV_ABSENT ? add_fields : add_message)(c, s, ms);
  }
  if (why) refuse(c, s->row.end, s->row.nlines, why);
  else take(c, s->row.end, s->row.nlines);
}

/*
** The row at hand may be a header, because another file was appended.  Returns 1 if it is, and
** has been taken; 0 if it is not; -1 if it cannot be used, with an error unless there are lines
** before it.
*/
static int take_header(struct container *c, struct csv *s, struct err *e) {
  struct err why = {0};
  int found = csv_columns_read(&s->other, &s->row, s->columns.separator, &why);
  if (found < 0 && !c->block.nlines) err_set(e, why.code, c->number + 1, "%s", why.text);
  if (found <= 0) return found;
  if (!csv_columns_are_same(&s->other, &s->columns)) begin_rows(c, s);
  take(c, s->row.end, s->row.nlines);
  return 1;
}

/* Passes over the rest of a line that does not fit.  Returns 0 if it needs more bytes. */
static int skip_line(struct container *c, struct csv *s) {
  const char *end = pieces_find(c->feed.p, c->feed.end, '\n', '\n');
  if (end == c->feed.end) {
    c->feed.p = end;
    return 0;
  }
  s->is_long = 0;
  take(c, end + 1, 1);
  return 1;
}

/*
** The row at hand is incomplete or damaged, and no more bytes can be had for it: its first line is
** bad.
*/
static void refuse_line(struct container *c, struct csv *s, enum csv_result result) {
  char why[ERR_TEXT];
  const struct feed *f = &c->feed;
  const char *end = pieces_find(f->p, f->end, '\n', '\n');
  if (result == CSV_DAMAGED) err_print(why, "has a quote within a value in quotes that is not doubled");
  else if (f->at_end) err_print(why, "has a value in quotes that does not end");
  else err_print(why, "is longer than %d bytes, or has a value in quotes that does not end", FEED_BUFFER);
  s->is_long = end == f->end && !f->at_end;
  refuse(c, end == f->end ? end : end + 1, !s->is_long, why);
}

/*
** There is no whole row at hand.  Returns 1 if it has been refused, and 0 if more bytes are to be
** read.
*/
static int pass_over(struct container *c, struct csv *s, enum csv_result result) {
  const struct feed *f = &c->feed;
  int is_final = f->at_end ? !f->failed.code : feed_is_full(f);
  if (result == CSV_DAMAGED) is_final |= pieces_find(f->p, f->end, '\n', '\n') < f->end;
  if (is_final && f->p < f->end) refuse_line(c, s, result);
  return is_final && f->p < f->end;
}

/* All that is at hand has been taken, or more bytes are needed. */
static enum container_result refill(struct container *c, struct err *e) {
  struct feed *f = &c->feed;
  int more = !f->at_end; /* after the last bytes, the rows are divided once more, now that they are the last */
  if (more) feed_more(f);
  if (c->block.nlines) return CONTAINER_BLOCK;
  if (more) return CONTAINER_MORE;
  if (!f->failed.code) return CONTAINER_END;
  err_set(e, f->failed.code, c->number + 1, "%s", f->failed.text);
  return CONTAINER_ERROR;
}

static enum container_result csv_next(struct container *c, struct err *e) {
  struct csv *s = c->state[c->slot];
  struct feed *f = &c->feed;
  if (!s->has_header) {
    enum container_result result = begin(c, s, e);
    if (result != CONTAINER_MORE) return result;
  }
  while (block_has_room(&c->block)) {
    if (s->is_long && !skip_line(c, s)) return refill(c, e);
    if (f->p < f->end && *f->p == '\xef') skip_mark(f);
    if (f->p == f->end) return refill(c, e);
    enum csv_result result = csv_row_split(&s->row, f->p, f->end, f->at_end && !f->failed.code, s->columns.separator);
    if (result != CSV_ROW) {
      if (!pass_over(c, s, result)) return refill(c, e);
      continue;
    }
    if (is_blank(&s->row)) {
      take(c, s->row.end, s->row.nlines);
      continue;
    }
    int found = csv_columns_may_be(&s->row) ? take_header(c, s, e) : 0;
    if (found < 0) return e->code ? CONTAINER_BROKEN : CONTAINER_BLOCK;
    if (!found) add_row(c, s);
  }
  return CONTAINER_BLOCK;
}

const struct container_kind container_csv = {"csv", csv_is, csv_start, csv_next, mem_free};

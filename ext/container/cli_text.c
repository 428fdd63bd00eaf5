/* SPDX-License-Identifier: MIT */
/*
** What the command line of AWS prints for log events with `--output text`.  There are tabs between
** values, and in one of the forms between messages:
**
**     filter-log-events       EVENTS <tab> eventId <tab> ingestionTime <tab> logStreamName <tab> message <tab> timestamp
**     get-log-events          EVENTS <tab> ingestionTime <tab> message <tab> timestamp
**     --query with a list     message <tab> timestamp        a row for each event, in any order
**     --query with a value    message <tab> message ...      a line for each page
**
** Values are sorted by their names.  Rows of other things, such as the tokens of the next page,
** are passed over.  Messages have blanks, and the other values have none.
*/
#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "container/event_time.h"
#include "container/kinds.h"
#include "container/text_lines.h"
#include "record/detect.h"
#include "record/record.h"

enum form {
  FORM_NONE,
  FORM_EVENTS,   /* rows that begin with EVENTS */
  FORM_ROWS,     /* rows with a message and other values */
  FORM_MESSAGES, /* messages, each ended by a tab or the line */
};

struct cli_text {
  struct pieces pieces;
  enum form form;
};

#define CELLS 6 /* of a row at most */

struct cell {
  const char *p;
  size_t n;
};

static int has_blank(const struct cell *cell) { return memchr(cell->p, ' ', cell->n) != NULL; }

/* Divides a row.  Returns the number of its cells, of which those beyond CELLS are not stored. */
static size_t divide(struct cell cell[CELLS], const char *p, size_t n) {
  const char *end = p + n;
  size_t k = 0;
  for (;; p++) {
    const char *tab = pieces_find(p, end, '\t', '\t');
    if (k < CELLS) cell[k] = (struct cell){p, (size_t)(tab - p)};
    k++;
    if (tab == end) return k;
    p = tab;
  }
}

static int is(const struct cell *cell, const char *word) {
  return cell->n == strlen(word) && !memcmp(cell->p, word, cell->n);
}

/* Milliseconds since 1970, of the years 2001 to 2096. */
static int is_time(const struct cell *cell) {
  return cell->n == 13 && *cell->p >= '1' && *cell->p <= '3' && event_time(cell->p, cell->n) != BLOCK_NO_TIME;
}

/* The cells of a row that are used. */
struct row {
  const struct cell *message, *time, *stream; /* NULL: there is none */
};

/* A row that begins with EVENTS. */
static int read_event(struct row *row, const struct cell *cell, size_t n) {
  if (n != 4 && n != 6) return 0;
  row->message = &cell[n - 2];
  row->time = &cell[n - 1];
  row->stream = n == 6 ? &cell[3] : NULL;
  return is_time(row->time);
}

/* A row of a list: one cell is a message, and the first one that can be a time is one. */
static int read_list(struct row *row, const struct cell *cell, size_t n) {
  memset(row, 0, sizeof *row);
  if (n < 2 || n > CELLS - 1) return 0;
  for (size_t i = 0; i < n; i++) {
    if (has_blank(&cell[i])) {
      if (row->message) return 0;
      row->message = &cell[i];
    } else if (is_time(&cell[i])) {
      if (!row->time) row->time = &cell[i];
    } else if (cell[i].n && !char_is_digit(*cell[i].p)) {
      row->stream = &cell[i];
    }
  }
  return row->message && row->time;
}

/* The classes of tokens by which messages of the same format are alike; -1: it is none. */
static int class_of(const char *p, size_t n) {
  if (!n) return -1;
  if (n == 1 && *p == '-') return 0;
  if (record_is_address(p, n)) return 1;
  for (size_t i = 0; i < n; i++)
    if (!char_is_digit(p[i])) return 2;
  return 3;
}

/* Are two cells messages of the same format?  They have numbers, so that they are no header. */
static int are_alike(const struct cell *a, const struct cell *b) {
  const char *p = a->p, *end = p + a->n, *q = b->p, *qend = q + b->n;
  int tokens = 0, numbers = 0;
  for (;; p++, q++) {
    const char *pe = pieces_find(p, end, ' ', ' '), *qe = pieces_find(q, qend, ' ', ' ');
    int x = class_of(p, (size_t)(pe - p)), y = class_of(q, (size_t)(qe - q));
    if (x < 0 || y < 0 || (x != y && x && y)) return 0;
    tokens++;
    numbers += x == 3;
    if (pe == end || qe == qend) return pe == end && qe == qend && tokens >= 3 && numbers;
    p = pe;
    q = qe;
  }
}

/*
** Is a row that of a list?  A time and then a message are a line of a flow log with the time that
** CloudWatch's export puts in front, and are read as one.
*/
static int is_list(const struct row *row, size_t ncells) {
  return (ncells > 2 || row->time > row->message) && are_alike(row->message, row->message);
}

/* The token of a page before or after this one, of which get-log-events prints two in a row. */
static int is_page_token(const struct cell *cell) {
  return cell->n > 2 && (*cell->p == 'b' || *cell->p == 'f') && cell->p[1] == '/';
}

/*
** Looks at a line of n bytes that is not blank.  first: the first message; a page with one message
** alone is a line.  Returns 1 if *form is decided.
*/
static int look_at(const char *p, size_t n, struct cell *first, enum form *form) {
  struct cell cell[CELLS];
  struct row row = {NULL, NULL, NULL};
  size_t k = divide(cell, p, n);
  *form = FORM_NONE;
  if (is(&cell[0], "EVENTS")) {
    if (read_event(&row, cell, k)) *form = FORM_EVENTS;
    return 1;
  }
  if (!first->p && read_list(&row, cell, k)) {
    if (is_list(&row, k)) *form = FORM_ROWS;
    return 1;
  }
  if (is(&cell[0], "SEARCHEDLOGSTREAMS")) return 0;
  if (!has_blank(&cell[0])) return k > 1 && !is_page_token(&cell[0]);
  if (!first->p) *first = cell[0];
  if (!are_alike(first, &cell[0])) return 1;
  if (k == 1) return 0;
  if (are_alike(first, &cell[1])) *form = FORM_MESSAGES;
  return 1;
}

/* The form of a file that begins so: the first line that can tell decides. */
static enum form find_form(const char *p, size_t n, int is_all) {
  const char *end = p + n;
  struct cell first = {NULL, 0};
  enum form form = FORM_NONE;
  if (!memchr(p, '\t', n < BLOCK_LINE ? n : BLOCK_LINE)) return FORM_NONE;
  for (int i = 0; i < DETECT_LINES && p < end; i++) {
    const char *next = pieces_find(p, end, '\n', '\n');
    size_t line_n = (size_t)(next - p);
    if (line_n && p[line_n - 1] == '\r') line_n--;
    if (chars_space(p, line_n) < line_n && look_at(p, line_n, &first, &form)) break;
    p = next + 1;
    if (next == end && !is_all) break;
  }
  return form;
}

static int cli_text_is(const char *p, size_t n, int is_all) { return find_form(p, n, is_all) != FORM_NONE; }

static enum err_code cli_text_start(struct container *c, struct err *e) {
  struct cli_text *s = c->state[c->slot];
  if (!s) s = c->state[c->slot] = mem_alloc(sizeof *s);
  if (!s) return err_nomem(e);
  pieces_start(&s->pieces);
  s->form = FORM_NONE;
  return ERR_NONE;
}

/*
** Is it a row beside the events: the tokens of other pages, the streams that were searched, or
** the word for nothing?
*/
static int is_beside(enum form form, const struct cell *cell, size_t n) {
  if (is(&cell[0], "SEARCHEDLOGSTREAMS") || (n == 1 && is(&cell[0], "None"))) return 1;
  if (form != FORM_EVENTS || is(&cell[0], "EVENTS")) return 0;
  return n <= 2 && !has_blank(&cell[0]) && (n == 1 || !has_blank(&cell[1]));
}

static void take_row(struct container *c, const char *p, size_t n) {
  const struct cli_text *s = c->state[c->slot];
  struct cell cell[CELLS];
  struct row row = {NULL, NULL, NULL};
  size_t k = divide(cell, p, n);
  if (is_beside(s->form, cell, k)) return;
  int is_event = is(&cell[0], "EVENTS");
  if (!(is_event ? read_event : read_list)(&row, cell, k)) {
    block_add_bad(&c->block, p, n, c->number,
                  is_event ? "has other values than an event, whose message has no tabs"
                           : "has no message and no time with tabs between them, as the rows before it");
    return;
  }
  block_set_stream(&c->block, NULL, 0, row.stream ? row.stream->p : NULL, row.stream ? row.stream->n : 0);
  text_lines_add(c, row.message->p, row.message->n, event_time(row.time->p, row.time->n));
}

static void take_message(struct container *c, const char *p, size_t n) {
  const struct cell cell = {p, n};
  if (is(&cell, "None")) c->number--;
  else text_lines_add(c, p, n, BLOCK_NO_TIME);
}

static enum container_result cli_text_next(struct container *c, struct err *e) {
  struct cli_text *s = c->state[c->slot];
  struct feed *f = &c->feed;
  if (s->form == FORM_NONE) {
    feed_more(f);
    if (f->end - f->p >= 3 && !memcmp(f->p, "\xef\xbb\xbf", 3)) f->p += 3;
    size_t blank = chars_space(f->p, (size_t)(f->end - f->p));
    s->form = find_form(f->p + blank, (size_t)(f->end - f->p) - blank, f->at_end && !f->failed.code);
    if (s->form == FORM_NONE) s->form = FORM_ROWS;
  }
  int is_rows = s->form != FORM_MESSAGES;
  return text_lines_next(c, &s->pieces, is_rows ? '\n' : '\t', '\n', is_rows, is_rows ? take_row : take_message, e);
}

const struct container_kind container_cli_text = {"cli text", cli_text_is, cli_text_start, cli_text_next, mem_free};

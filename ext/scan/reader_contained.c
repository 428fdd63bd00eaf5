/* SPDX-License-Identifier: MIT */
/*
** How a reader reads a container, whose lines come in blocks with a place for each of them.
**
**     place    line                       what it is
**     header   srcaddr bytes              names the fields of the lines that follow
**     3        10.0.0.1 840               a record
**     header                              the names hold no longer
**     4        2 123456789010 eni-1 ...   a record
**     5        oops                       cannot be used, and the place says why
**
** A container may hold several logs, of which some are no flow logs, and what cannot be used may
** come before the first record.  Therefore not the first window decides what the file is, but the
** first record or header.  What came before it is a problem.  It is looked for to the end of the
** file, unless CONTAINED_BAD lines hold no message at all: then these are documents of another
** kind, such as those of CloudTrail, of which somebody may have many gigabytes.
**
** The lines of a payload's container are in memory when they come here, without places (r->is_mixed).
*/
#include <string.h>

#include "record/detect.h"
#include "record/marks.h"
#include "scan/reader_parts.h"

#define CONTAINED_BAD (4 * 1024) /* lines without a message that are read to find a record */

/* --- bytes ------------------------------------------------------------------------------------------------------- */

enum err_code reader_begin_container(struct reader *r, struct err *e) {
  struct lines *l = &r->lines;
  r->is_new = 0;
  lines_peek(l);
  const struct container_kind *kind = container_find(l->p, l->n, l->at_end && !l->failed.code);
  if (!kind || (l->at_end && l->failed.code && !l->n)) return ERR_NONE;
  if (container_start(&r->container, kind, l->p, l->n, l->read, l->from, e)) return e->code;
  r->container.feed.at_end = l->at_end;
  r->container.feed.failed = l->failed;
  r->is_contained = 1;
  return ERR_NONE;
}

/* No record was found among the lines that have been read.  What could not be unpacked may have had some. */
enum err_code reader_no_records(struct reader *r, struct batch *b, struct err *e) {
  const struct err *lost = &r->container.lost;
  if (lost->code && !r->unread.likely) {
    r->unread.likely = 1;
    r->unread.line = lost->line;
    err_print(r->unread.why, "%s", lost->text);
  }
  memcpy(r->why, r->unread.why, sizeof r->why);
  return reader_not_a_flow_log(r, b, r->unread.likely, r->unread.line, e);
}

/*
** Nothing more of a container can be read, because of what *why says.  In a file that was found
** in a folder, and of which no record has been seen, that need not concern flow logs, unless it could not
** be unpacked.  Limits of that are no mistake in the query.
*/
static enum err_code broken(struct reader *r, struct batch *b, const struct err *why, struct err *e) {
  enum err_code code = why->code == ERR_ARGUMENT ? ERR_FORMAT : why->code;
  if (r->verdict != VERDICT_OPEN) return reader_file_problem(r, b, code, why->line, why->text, e);
  err_print(r->why, "%s", why->text);
  int likely = r->unread.likely || r->container.lost.code || marks_in_text(r->lines.p, r->lines.n);
  return reader_not_a_flow_log(r, b, likely, why->line, e);
}

enum err_code reader_next_container_block(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  switch (container_next(&r->container, &why)) {
  case CONTAINER_BLOCK:
    r->text = r->container.block.text;
    r->text_n = r->container.block.n;
    r->places = r->container.block.place;
    return ERR_NONE;
  case CONTAINER_MORE: return ERR_NONE;
  case CONTAINER_END:
    if (r->verdict == VERDICT_OPEN && r->unread.n) return reader_no_records(r, b, e);
    r->done = 1;
    if (r->verdict == VERDICT_OPEN) r->verdict = VERDICT_EMPTY;
    return ERR_NONE;
  case CONTAINER_BROKEN: return broken(r, b, &why, e);
  case CONTAINER_ERROR: break;
  }
  return reader_source_failed(r, b, why.code, why.line, why.text, e);
}

/* --- the first record -------------------------------------------------------------------------------------------- */

static const char *why_unusable(const struct reader *r, uint32_t i) {
  return r->places ? block_why(&r->container.block, &r->places[i]) : NULL;
}

static int is_names(const struct reader *r, uint32_t i) { return r->places && r->places[i].number == BLOCK_HEADER; }

/* How many of the first n lines of the window are blank?  In memory they stand for what could not be used. */
static uint32_t count_blank(const struct reader *r, uint32_t n) {
  uint32_t blank = 0;
  for (uint32_t i = 0; i < n && !r->places; i++) blank += reader_window_line(r, i).count == 0;
  return blank;
}

/*
** The first n lines of the window are no records.  at: the line that why is about, or UINT32_MAX.
** Where the container has said of all of them why they cannot be used, that is the reason.
*/
static void note_unread(struct reader *r, uint32_t n, uint32_t at, const char why[ERR_TEXT], int likely) {
  uint32_t bad = 0;
  uint32_t lines = n - count_blank(r, n);
  while (bad < n && why_unusable(r, bad)) bad++;
  if (!lines) return;
  if (!r->unread.n || (likely && !r->unread.likely)) {
    if (bad == n || at >= n) at = 0;
    r->unread.line = reader_number_of(r, at);
    err_print(r->unread.why, "%s", bad == n ? why_unusable(r, 0) : why);
  }
  r->unread.likely |= likely;
  r->unread.messages += lines - bad;
  r->unread.n += lines;
}

/* Flow logs begin, with line `first` of the window: what came before them is a problem. */
static enum err_code report_unread(struct reader *r, struct batch *b, uint32_t first, struct err *e) {
  char why[ERR_TEXT];
  r->verdict = VERDICT_FLOW_LOG;
  r->why[0] = 0;
  if (!r->unread.n) return ERR_NONE;
  while (first + 1 < r->tokens.nlines && is_names(r, first)) first++;
  if (r->unread.n == 1) err_print(why, "%s", r->unread.why);
  else
    err_print(why, "%s; the first record of flow logs is %llu", r->unread.why,
              (unsigned long long)reader_number_of(r, first));
  enum err_code rc = reader_problem(r, b, ERR_LINE, r->unread.line, why, NULL, 0, e);
  r->nproblems += r->unread.n - 1;
  return rc;
}

/* Line `at` of the window is a header, which names the fields, and the lines before it are no records. */
static enum err_code begin_with_names(struct reader *r, struct batch *b, uint32_t at, struct err *e) {
  const struct line line = reader_window_line(r, at);
  r->next = at + 1;
  layout_from_names(&r->layout, &line);
  formats_set(&r->formats, FORMATS_NONE);
  return report_unread(r, b, at, e);
}

enum err_code reader_begin_contained(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  uint8_t unusable[TOKENS_LINES];
  char reason[ERR_TEXT] = "is no flow log";
  uint32_t n = r->tokens.nlines, header = 0;
  int choice;
  while (header < n && !is_names(r, header)) header++;
  if (header == 0) return begin_with_names(r, b, 0, e);
  for (uint32_t i = 0; i < n; i++) unusable[i] = is_names(r, i) || why_unusable(r, i);
  enum detect_result result = detect_contained(&r->tokens, r->formats.formats, header, unusable, r->unread.n,
                                               &r->layout, &choice, reason, &why);
  if (result == DETECT_FLOW_LOG) {
    formats_set(&r->formats, choice);
    return report_unread(r, b, why.line ? (uint32_t)why.line - 1 : 0, e);
  }
  if (result == DETECT_ERROR)
    return reader_file_problem(r, b, ERR_FORMAT, reader_number_of(r, (uint32_t)why.line - 1), why.text, e);
  note_unread(r, header, (uint32_t)why.line - 1, reason, result == DETECT_LIKELY);
  if (header < n) return begin_with_names(r, b, header, e);
  r->next = n;
  return r->unread.messages || r->unread.n < CONTAINED_BAD ? ERR_NONE : reader_no_records(r, b, e);
}

/* --- lines that are no records ----------------------------------------------------------------------------------- */

/* Names hold no longer: the next line is in a format that is to be found out. */
static void end_names(struct reader *r, uint32_t i) {
  int choice = FORMATS_NONE;
  if (i + 1 < r->tokens.nlines) {
    const struct line next = reader_window_line(r, i + 1);
    choice = formats_choose(r->formats.formats, &next);
  }
  if (choice == FORMATS_NONE) choice = 0;
  formats_layout(r->formats.formats, choice, &r->layout);
  formats_set(&r->formats, choice);
}

uint32_t reader_end_of_names(const struct reader *r) {
  uint32_t i = r->next;
  while (i < r->tokens.nlines && r->places[i].number != BLOCK_HEADER) i++;
  return i;
}

int reader_take_other_line(struct reader *r, struct batch *b, uint32_t i, int *changed, struct err *e) {
  const struct block_place *place = &r->places[i];
  const char *why = why_unusable(r, i);
  if (place->number != BLOCK_HEADER && !why) return 0;
  const struct line line = reader_window_line(r, i);
  if (why) {
    reader_problem(r, b, ERR_LINE, place->number, why, line.text + line.start, line.end - line.start, e);
    return 1;
  }
  if (line.count) {
    layout_from_names(&r->layout, &line);
    formats_set(&r->formats, FORMATS_NONE);
  } else {
    end_names(r, i);
  }
  r->is_judged = 0;
  *changed = 1;
  return 1;
}

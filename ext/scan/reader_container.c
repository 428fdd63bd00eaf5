/* SPDX-License-Identifier: MIT */
/*
** The part of a reader that reads containers.
**
** A container may hold records of several log groups, of which only some are flow logs: Firehose, for
** example, writes all that it receives into the same objects.  Therefore messages that are no flow log
** records do not end the search for them, as the first lines of a file do:
**
**     messages of other logs ... | messages of other logs ... | a flow log record ...
**     counted                      counted                      a problem for those before, and the records
**
** Documents that hold no messages, such as those of CloudTrail, do end it.
*/
#include "scan/reader.h"

#include "record/detect.h"
#include "scan/reader_parts.h"

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

/*
** Nothing more of a container can be read, because of what *why says.  In a file that was found in a
** folder, and of which no record has been seen, that need not concern flow logs.
*/
static enum err_code container_broken(struct reader *r, struct batch *b, const struct err *why, struct err *e) {
  if (r->verdict != VERDICT_OPEN) return reader_file_problem(r, b, why->code, why->line, why->text, e);
  err_print(r->why, "%s", why->text);
  return reader_not_a_flow_log(r, b, detect_marks(r->lines.p, r->lines.n), why->line, e);
}

/* The container has ended. */
static enum err_code end(struct reader *r, struct batch *b, struct err *e) {
  r->done = 1;
  if (r->verdict != VERDICT_OPEN) return ERR_NONE;
  if (r->unknown) return reader_not_a_flow_log(r, b, 0, r->first_unknown, e);
  r->verdict = VERDICT_EMPTY;
  return ERR_NONE;
}

enum err_code reader_next_block(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  switch (container_next(&r->container, &why)) {
  case CONTAINER_BLOCK:
    r->text = r->container.block.text;
    r->text_n = r->container.block.n;
    r->places = r->container.block.place;
    return ERR_NONE;
  case CONTAINER_MORE: return ERR_NONE;
  case CONTAINER_END: return end(r, b, e);
  case CONTAINER_BROKEN: return container_broken(r, b, &why, e);
  case CONTAINER_ERROR: break;
  }
  return reader_source_failed(r, b, why.code, why.line, why.text, e);
}

/*
** Finds the first line of the window that is a record, or names the fields of those that follow, and sets
** the layout.  Returns 0 if there is none.
*/
static int find_layout(struct reader *r) {
  struct err unused = {0};
  for (uint32_t i = 0; i < r->tokens.nlines; i++) {
    const struct line line = reader_window_line(r, i);
    if (r->places[i].number == BLOCK_HEADER) {
      layout_from_names(&r->layout, &line);
      formats_set(&r->formats, FORMATS_NONE);
      return 1;
    }
    if (block_why(&r->container.block, &r->places[i])) continue;
    int choice = layout_from_header(&r->layout, &line, 0, &unused) > 0 ? FORMATS_NONE
                                                                       : formats_choose(r->formats.formats, &line);
    if (choice != FORMATS_NONE) formats_layout(r->formats.formats, choice, &r->layout);
    else if (!layout_is_own_header(&r->layout, &line)) continue;
    formats_set(&r->formats, choice);
    return 1;
  }
  return 0;
}

/* Are all lines of the window such that cannot be used? */
static int is_all_bad(const struct reader *r) {
  uint32_t i = 0;
  while (i < r->tokens.nlines && block_why(&r->container.block, &r->places[i])) i++;
  return i == r->tokens.nlines;
}

/*
** Passes over a window without a record, unless its lines look like those of a flow log.  The first such
** window says why the file is no flow log, if the others have no record either.
*/
static enum err_code pass_over(struct reader *r, struct batch *b, struct err *e) {
  char reason[ERR_TEXT] = "has messages that are no records";
  struct err why = {0};
  int choice, is_bad = is_all_bad(r);
  enum detect_result found = detect(&r->tokens, r->formats.formats, 0, &r->layout, &choice, reason, &why);
  int is_likely = found == DETECT_LIKELY || found == DETECT_ERROR;
  if (found == DETECT_ERROR) err_print(reason, "%s", why.text);
  if (is_bad) err_print(reason, "%s", block_why(&r->container.block, r->places));
  if (!r->unknown || is_likely) {
    r->first_unknown = reader_number_of(r, why.line ? (uint32_t)why.line - 1 : 0);
    err_print(r->why, "%s", reason);
  }
  if (is_likely || (is_bad && !r->unknown)) return reader_not_a_flow_log(r, b, is_likely, r->first_unknown, e);
  r->unknown += r->tokens.nlines;
  r->next = r->tokens.nlines;
  return ERR_NONE;
}

enum err_code reader_begin_contained(struct reader *r, struct batch *b, struct err *e) {
  char why[ERR_TEXT];
  if (!find_layout(r)) return pass_over(r, b, e);
  r->verdict = VERDICT_FLOW_LOG;
  r->why[0] = 0;
  if (!r->unknown) return ERR_NONE;
  err_print(why, "is no flow log record, and neither are the %llu messages that follow it",
            (unsigned long long)r->unknown - 1);
  return reader_problem(r, b, ERR_LINE, r->first_unknown, why, NULL, 0, e);
}

/* SPDX-License-Identifier: MIT */
/*
** The work is done in the caller's thread, because the first window of each file is enough: with
** the reader, which decides what a file is in its first window, and a batch without columns, which
** receives rows that nobody looks at.  Of n files, number k of m is file k * (n - 1) / (m - 1), so
** that the first and the last are among them.
*/
#include "scan/header_survey.h"

#include <string.h>

/* Adds the fields of the layouts that were found in the file. */
static void add_fields(const struct reader *r, uint8_t visible[FIELD_COUNT]) {
  for (int f = 0; f < FIELD_COUNT; f++) {
    visible[f] |= reader_layout(r)->token[f] != LAYOUT_ABSENT;
    for (uint32_t i = 0; i < r->formats.formats->n; i++)
      if (r->formats.seen >> i & 1) visible[f] |= r->formats.formats->layout[i].token[f] != LAYOUT_ABSENT;
  }
}

/* Reads a file until the reader knows what it is. */
static enum err_code survey_file(struct reader *r, struct batch *b, const struct file *file,
                                 const struct scan_options *options, struct err *e) {
  enum reader_result rc;
  reader_open_file(r, file);
  do {
    if (stop_check(&options->reader.stop, e)) return e->code;
    batch_reset(b);
    rc = reader_next(r, b, e);
  } while ((rc == READER_MORE || rc == READER_FULL) && r->verdict == VERDICT_OPEN);
  reader_close(r);
  if (rc != READER_ERROR && batch_exhausted(b)) return err_set(e, ERR_EXHAUSTED, 0, "%s: %s", file->path, r->why);
  return rc == READER_ERROR ? e->code : ERR_NONE;
}

enum err_code header_survey(const struct files *files, const struct scan_options *options, uint8_t visible[FIELD_COUNT],
                            struct err *e) {
  static const uint8_t nothing[COLUMN_COUNT];
  struct reader r;
  struct batch b;
  size_t looks = files->n < HEADER_SURVEY_FILES ? files->n : HEADER_SURVEY_FILES;
  memset(visible, 0, FIELD_COUNT);
  reader_init(&r, &options->reader, e);
  batch_init(&b, nothing, e);
  for (size_t i = 0; i < looks && !e->code; i++) {
    size_t k = looks > 1 ? i * (files->n - 1) / (looks - 1) : 0;
    if (survey_file(&r, &b, &files->file[k], options, e) || r.verdict != VERDICT_FLOW_LOG) continue;
    add_fields(&r, visible);
  }
  reader_clear(&r);
  batch_clear(&b);
  return e->code;
}

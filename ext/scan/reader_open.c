/* SPDX-License-Identifier: MIT */
/*
** The life of a reader, and how a file is opened; reader.c reads it.
**
** Opening decides where the bytes come from: from the disk, with another thread in front or not, or
** from memory.  A file that cannot be opened, or is not to be read (refusal.h), is begun all the
** same: reader_next() then brings the problem, so that it keeps its place between the rows.
*/
#include "scan/reader.h"

#include <string.h>

#include "file/object_name.h"

enum err_code reader_init(struct reader *r, const struct reader_options *options, struct err *e) {
  memset(r, 0, sizeof *r);
  r->options = options;
  r->done = 1;
  if (source_init(&r->source, e)) return e->code;
  container_init(&r->container);
  parquet_rows_init(&r->table);
  reader_set_stop(r, &options->stop);
  if (lines_init(&r->lines, e)) return e->code;
  return tokens_init(&r->tokens, LINES_BUFFER + 1, e);
}

void reader_set_stop(struct reader *r, const struct stop *stop) {
  r->source.input.stop = *stop;
  r->container.stop = *stop;
}

void reader_clear(struct reader *r) {
  read_ahead_stop(&r->ahead);
  source_clear(&r->source);
  lines_clear(&r->lines);
  container_clear(&r->container);
  parquet_rows_clear(&r->table);
  tokens_clear(&r->tokens);
}

static ssize_t read_source(void *source, char *p, size_t n, struct err *e) { return source_read(source, p, n, e); }

/* Sets everything but the source for a new file. */
static void begin_file(struct reader *r, enum expectation expectation) {
  r->expectation = expectation;
  r->verdict = VERDICT_OPEN;
  r->why[0] = 0;
  r->refusal = REFUSAL_NONE;
  r->is_other = 0;
  r->line = r->records = r->rows = r->nproblems = 0;
  r->groups = r->groups_skipped = 0;
  r->text_n = 0;
  r->next = r->tokens.nlines = 0;
  r->is_first = 1;
  r->is_new = 1;
  r->is_contained = r->is_mixed = 0;
  r->table.is_flow_log = 0;
  r->places = NULL;
  memset(&r->unread, 0, sizeof r->unread);
  r->is_bound = r->is_judged = 0;
  memset(&r->presence, 0, sizeof r->presence);
  formats_begin(&r->formats, r->options->formats ? r->options->formats : formats_default());
  r->done = 0;
}

/* The source has been opened, or could not be. */
static void begin_lines(struct reader *r, struct err *e) {
  r->source_known = !e->code;
  if (r->source_known && r->options->ahead && !reader_is_table(r)) read_ahead_start(&r->ahead, &r->source, e);
  if (e->code) {
    r->verdict = VERDICT_BAD;
    r->bad = e->code;
    memcpy(r->why, e->text, sizeof r->why);
  }
  if (r->ahead.source) lines_start(&r->lines, read_ahead_read, &r->ahead);
  else lines_start(&r->lines, read_source, &r->source);
}

static void open_path(struct reader *r, const char *path, int is_pipe, enum expectation expectation) {
  struct err e = {0};
  begin_file(r, expectation);
  envelope_begin(&r->envelope, path, NULL);
  path_fields_of(&r->path, path);
  if (is_pipe) source_open_pipe(&r->source, path, r->options->guard, &e);
  else source_open(&r->source, path, r->options->guard, &e);
  begin_lines(r, &e);
}

void reader_open(struct reader *r, const char *path, enum expectation expectation) {
  open_path(r, path, 0, expectation);
}

static void open_memory(struct reader *r, const char *p, size_t n, const struct file_origin *origin,
                        enum expectation expectation) {
  struct err e = {0};
  begin_file(r, expectation);
  envelope_begin(&r->envelope, NULL, origin);
  r->is_new = 0; /* it is lines, whatever they look like */
  r->is_mixed = origin && origin->is_mixed;
  r->path.n = 0;
  source_open_memory(&r->source, p, n);
  begin_lines(r, &e);
}

void reader_open_memory(struct reader *r, const char *p, size_t n, enum expectation expectation) {
  open_memory(r, p, n, NULL, expectation);
}

enum expectation reader_expectation(const struct file *file) {
  struct object_name name;
  object_name_parse(&name, file->path);
  if (name.is_flow_log && !file->text) return EXPECT_DELIVERY;
  return file->named ? EXPECT_FLOW_LOG : EXPECT_NOTHING;
}

/* Begins a file that is not read: a problem, or a file that is passed over. */
static void refuse(struct reader *r, const struct file *file, enum refusal refusal, const char *why) {
  begin_file(r, EXPECT_NOTHING);
  source_open_memory(&r->source, "", 0);
  r->source_known = 0;
  r->path.n = 0;
  r->refusal = refusal;
  r->is_other = refusal == REFUSAL_PARTIAL;
  r->done = r->is_other && !file->named;
  r->verdict = r->done ? VERDICT_OTHER : VERDICT_BAD;
  r->bad = refusal == REFUSAL_UNLISTED ? ERR_IO : ERR_FORMAT;
  err_print(r->why, "%s", why);
}

void reader_open_file(struct reader *r, const struct file *file) {
  enum expectation expectation = reader_expectation(file);
  char why[ERR_TEXT];
  enum refusal refusal = refusal_of(file, r->options->predicate, why);
  if (refusal != REFUSAL_NONE) refuse(r, file, refusal, why);
  else if (file->text) open_memory(r, file->text, (size_t)file->size, file->origin, expectation);
  else open_path(r, file->path, file->is_pipe, expectation);
}

uint64_t reader_bytes(const struct reader *r) { return r->is_contained ? r->container.feed.total : r->lines.total; }

void reader_close(struct reader *r) {
  read_ahead_stop(&r->ahead);
  if (r->table.is_open) {
    r->groups = r->table.group;
    r->groups_skipped = r->table.skipped;
  }
  parquet_rows_close(&r->table);
  source_close(&r->source);
  r->done = 1;
}

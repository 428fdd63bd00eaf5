/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <string.h>

#include "keyname.h"

enum err_code scan_open(struct scan *s, const struct files *files, const uint8_t wanted[COLUMN_COUNT],
                        const struct scan_options *options, struct err *e) {
  memset(s, 0, offsetof(struct scan, reader));
  s->files = files;
  s->options = options;
  enum err_code rc = reader_init(&s->reader, &options->reader, e);
  enum err_code rc2 = batch_init(&s->batch, wanted, e);
  return rc ? rc : rc2;
}

void scan_close(struct scan *s) {
  reader_clear(&s->reader);
  batch_clear(&s->batch);
}

enum expectation scan_expectation(const struct file *file) {
  struct keyname key;
  keyname_parse(&key, file->path);
  return file->named || key.is_flow_log ? EXPECT_FLOW_LOG : EXPECT_NOTHING;
}

/* A file has been read to its end: notes what it was. */
static void end_file(struct scan *s) {
  enum verdict v = s->reader.verdict;
  if (v == VERDICT_OTHER && !s->passed_over++) memcpy(s->why, s->reader.why, sizeof s->why);
  reader_close(&s->reader);
  s->is_open = 0;
}

static enum err_code end_scan(struct scan *s, struct err *e) {
  if (!s->files->n || s->passed_over < s->files->n || s->options->reader.policy == POLICY_COLLECT) return ERR_NONE;
  const char *first = s->files->file[0].path;
  if (s->files->n == 1) return err_set(e, ERR_FORMAT, 0, "the only file found, '%s', %s", first, s->why);
  return err_set(e, ERR_FORMAT, 0, "none of the %zu files found is a flow log; the first, '%s', %s", s->files->n, first,
                 s->why);
}

enum err_code scan_next(struct scan *s, const struct batch **batch, struct err *e) {
  *batch = NULL;
  for (int idle = 0;; idle = 1) { /* SQLite looks itself between two rows; it is to be asked when there are none */
    if (idle && s->options->stop && s->options->stop(s->options->context))
      return err_set(e, ERR_INTERRUPT, 0, "interrupted");
    if (!s->is_open) {
      if (s->next == s->files->n) return end_scan(s, e);
      const struct file *file = &s->files->file[s->next];
      reader_open(&s->reader, file->path, scan_expectation(file));
      s->batch.file = (uint32_t)s->next++;
      s->is_open = 1;
    }
    enum reader_result rc = reader_next(&s->reader, &s->batch, e);
    if (rc == READER_ERROR) return e->code;
    if (rc == READER_END) end_file(s);
    else if (s->batch.nrows || s->batch.nproblems) break;
  }
  *batch = &s->batch;
  return ERR_NONE;
}

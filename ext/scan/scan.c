/* SPDX-License-Identifier: MIT */
/*
** All work goes through the queue, the caller's too where there are no threads: it then takes a file, fills a batch and
** gets it back at once.  So there is one way to read a file, with threads or without.
*/
#include "scan/scan.h"

#include <string.h>

#include "file/object_name.h"
#include "predicate/prune.h"

enum expectation scan_expectation(const struct file *file) {
  struct object_name key;
  object_name_parse(&key, file->path);
  return file->named || key.is_flow_log ? EXPECT_FLOW_LOG : EXPECT_NOTHING;
}

unsigned scan_threads(const struct files *files, int asked) {
  uint64_t bytes = 0;
  if (asked < 0) {
    for (size_t i = 0; i < files->n && bytes < SCAN_SMALL; i++)
      if (files->file[i].size > 0) bytes += (uint64_t)files->file[i].size;
    asked = bytes < SCAN_SMALL ? 0 : (int)threads_cores();
  }
  return (size_t)asked < files->n ? (unsigned)asked : (unsigned)files->n;
}

int scan_reads_ahead(const struct files *files, int asked) {
  return files->n == 1 && (asked > 1 || (asked < 0 && scan_threads(files, asked) && threads_cores() > 1));
}

void scan_add_file(struct scan_counts *c, const struct reader *r) {
  c->read++;
  c->passed_over += r->verdict == VERDICT_OTHER;
  c->bytes_read += r->source.input.total;
  if (r->source_known && r->source.kind == SOURCE_GZIP) c->bytes_inflated += r->lines.total;
  c->records += r->records;
  c->rows += r->rows;
}

enum err_code scan_nothing_found(const struct files *files, const char *why, struct err *e) {
  const char *first = files->file[0].path;
  if (files->n == 1) return err_set(e, ERR_FORMAT, 0, "the only file found, '%s', %s", first, why);
  return err_set(e, ERR_FORMAT, 0, "none of the %zu files found is a flow log; the first, '%s', %s", files->n, first,
                 why);
}

/* --- a worker ---------------------------------------------------------------------------------------------------- */

/* What is no file has a name that says nothing, whatever it looks like. */
static int keeps(const struct predicate *predicate, const struct file *file) {
  return file->text ? predicate_keeps_file(predicate, file->path) : prune_keeps(predicate, file->path);
}

/* Begins the next file that isn't pruned; 0 when there is none, and with pause also behind each that is pruned. */
static int begin_file(struct scan *s, struct scan_worker *w, int pause) {
  while (queue_take(&s->queue, &w->file)) {
    const struct file *file = &s->files->file[w->file];
    w->is_open = !s->options.reader.predicate || keeps(s->options.reader.predicate, file);
    if (w->is_open) {
      if (file->text) reader_open_memory(&w->reader, file->text, (size_t)file->size, scan_expectation(file));
      else reader_open(&w->reader, file->path, scan_expectation(file));
      return 1;
    }
    pthread_mutex_lock(&s->queue.mutex);
    s->counts.pruned++;
    pthread_mutex_unlock(&s->queue.mutex);
    queue_end(&s->queue, w->file, NULL);
    if (pause) return 0; /* the owner has to go on in the queue itself: nobody else makes room */
  }
  return 0;
}

/* Notes what the file was.  spare: a batch that is not needed, or NULL. */
static void end_file(struct scan *s, struct scan_worker *w, struct batch *spare) {
  reader_close(&w->reader);
  pthread_mutex_lock(&s->queue.mutex);
  if (w->reader.verdict == VERDICT_OTHER && w->file == 0) memcpy(s->why, w->reader.why, sizeof s->why);
  scan_add_file(&s->counts, &w->reader);
  pthread_mutex_unlock(&s->queue.mutex);
  w->is_open = 0;
  queue_end(&s->queue, w->file, spare);
}

/*
** Reads on in the worker's file until there is a batch to hand over, the file ends, or the scan is stopped.  pause:
** return between pieces of work, too.  0: no memory.
*/
static int work(struct scan *s, struct scan_worker *w, struct batch *b, int pause) {
  struct err e = {0};
  enum reader_result rc;
  b->file = (uint32_t)w->file;
  do rc = reader_next(&w->reader, b, &e);
  while (rc == READER_MORE && !pause && !queue_is_stopped(&s->queue));
  int has_something = b->nrows || b->nproblems;
  if (rc == READER_ERROR) return 0;
  if (has_something) queue_push(&s->queue, w->file, b);
  if (rc == READER_END) end_file(s, w, has_something ? NULL : b);
  else if (!has_something) queue_recycle(&s->queue, b);
  return 1;
}

/* What a thread does: files, until there are no more. */
static void job(void *scan, unsigned number) {
  struct scan *s = scan;
  struct scan_worker w = {.is_open = 0};
  struct err e = {0};
  struct batch *b;
  (void)number;
  int ok = !reader_init(&w.reader, &s->options.reader, &e);
  while (ok && (w.is_open || begin_file(s, &w, 0))) {
    b = queue_room(&s->queue, w.file);
    ok = b && work(s, &w, b, 0);
    if (b && !ok) queue_recycle(&s->queue, b);
  }
  if (w.is_open) { /* stopped, or no memory: what it read counts */
    reader_close(&w.reader);
    pthread_mutex_lock(&s->queue.mutex);
    scan_add_file(&s->counts, &w.reader);
    pthread_mutex_unlock(&s->queue.mutex);
  }
  reader_clear(&w.reader);
  if (!ok) queue_fail(&s->queue);
}

/* --- the owner --------------------------------------------------------------------------------------------------- */

enum err_code scan_open(struct scan *s, const struct files *files, const uint8_t wanted[COLUMN_COUNT],
                        const struct scan_options *options, struct err *e) {
  memset(s, 0, sizeof *s);
  s->files = files;
  s->options = *options;
  s->counts.files = files->n;
  if (queue_init(&s->queue, files->n, wanted, e)) return e->code;
  s->is_ready = 1;
  s->options.reader.ahead = scan_reads_ahead(files, options->threads);
  s->counts.threads = threads_start(&s->threads, scan_threads(files, options->threads), job, s);
  if (s->threads.n) return ERR_NONE;
  s->own.is_ready = 1;
  return reader_init(&s->own.reader, &s->options.reader, e);
}

void scan_close(struct scan *s, struct scan_counts *counts) {
  if (counts) memset(counts, 0, sizeof *counts);
  if (!s->is_ready) return;
  if (s->batch) queue_recycle(&s->queue, s->batch);
  queue_stop(&s->queue);
  threads_join(&s->threads);
  if (s->own.is_open) reader_close(&s->own.reader);
  if (s->own.is_open) scan_add_file(&s->counts, &s->own.reader);
  if (counts) *counts = s->counts;
  if (s->own.is_ready) reader_clear(&s->own.reader);
  queue_clear(&s->queue);
  s->is_ready = 0;
}

/* Where there are no threads: does a piece of work. */
static enum err_code work_oneself(struct scan *s, struct err *e) {
  if (!s->own.is_open && !begin_file(s, &s->own, 1)) return ERR_NONE;
  struct batch *b = queue_room(&s->queue, s->own.file);
  if (b && work(s, &s->own, b, 1)) return ERR_NONE;
  if (b) queue_recycle(&s->queue, b);
  return err_nomem(e);
}

static enum err_code end_scan(struct scan *s, struct err *e) {
  if (!s->files->n || s->counts.passed_over < s->files->n || s->options.reader.policy == POLICY_COLLECT)
    return ERR_NONE;
  return scan_nothing_found(s->files, s->why, e);
}

enum err_code scan_next(struct scan *s, const struct batch **batch, struct err *e) {
  *batch = NULL;
  if (s->batch) queue_recycle(&s->queue, s->batch);
  s->batch = NULL;
  for (;;) {
    switch (queue_pop(&s->queue, &s->batch, s->threads.n > 0)) {
    case QUEUE_BATCH: *batch = s->batch; return ERR_NONE;
    case QUEUE_END: return end_scan(s, e);
    case QUEUE_ERROR: return err_nomem(e);
    case QUEUE_WAIT: break;
    }
    /* SQLite looks itself between two rows; it is to be asked when there are none */
    if (s->options.stop && s->options.stop(s->options.context)) return err_set(e, ERR_INTERRUPT, 0, "interrupted");
    if (!s->threads.n && work_oneself(s, e)) return e->code;
  }
}

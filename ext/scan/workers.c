/* SPDX-License-Identifier: MIT */
/*
** Dealing out a file is one atomic increment of `next`, after the sink's admit() has said that one
** more file may be read.  Whoever is admitted takes the next file of the list, so it does not matter
** which of the workers that wait is woken, and all files before one that is read are read as well.
**
** A worker's life, in its own thread:
**
**     workers_job()
**       begin_worker()
**       until there is no file left, or the workers are stopped:
**         begin_file()     deals out the next file that is not pruned, and opens it
**         read_on()        reads one window into a batch; at the file's end, end_file() adds to
**                          the counts what the file was, and then tells the sink
**       end_worker()
**
** Where there are no threads, workers_step() does one turn of that loop in the owner's thread.  So
** there is one way to read a file, with threads or without.
**
** The counts of a file are complete before the sink learns of the file's end, so that an owner who
** learns from the sink that all files have ended may look at the counts without the mutex.
*/
#include "scan/workers.h"

#include <string.h>

#include "base/mem.h"

/* --- decisions that depend on the list --------------------------------------------------------------------------- */

unsigned workers_threads(const struct files *files, int asked) {
  uint64_t bytes = 0;
  if (asked < 0) {
    for (size_t i = 0; i < files->n && bytes < SCAN_SMALL; i++) {
      if (files->file[i].size > 0) bytes += (uint64_t)files->file[i].size;
      if (files->file[i].is_pipe) bytes = SCAN_SMALL; /* nobody knows how much comes */
    }
    asked = bytes < SCAN_SMALL ? 0 : (int)threads_cores();
  }
  return (size_t)asked < files->n ? (unsigned)asked : (unsigned)files->n;
}

int workers_read_ahead(const struct files *files, int asked) {
  return files->n == 1 && (asked > 1 || (asked < 0 && workers_threads(files, asked) && threads_cores() > 1));
}

/*
** Why can the file have no records that are wanted, or PRUNE_NONE if it can?  The name of what
** lies in memory says nothing, whatever it looks like.
*/
static enum prune why_unwanted(const struct workers *s, size_t number) {
  const struct predicate *p = s->options.reader.predicate;
  const struct file *file = &s->files->file[number];
  if (!p) return PRUNE_NONE;
  if (file->text) return predicate_keeps_file(p, file->path) ? PRUNE_NONE : PRUNE_FILE;
  enum prune why = prune_reason(p, file->path, s->options.late);
  if (why == PRUNE_NONE && s->options.spared.file && s->options.spared.file[number]) return PRUNE_INDEX;
  return why == PRUNE_FILE && file_may_hide_others(file) ? PRUNE_NONE : why;
}

/* Counts the fields of the files that were spared one after the other and have the same ones. */
static void count_alike(struct workers *s) {
  if (s->alike) presence_count(&s->counts.presence, &s->options.spared.presence[s->alike_place - 1], s->alike);
  s->alike = 0;
}

/* Counts the fields of a file that is spared, as if it had been read. */
static void count_spared(struct workers *s, size_t number) {
  uint32_t place = s->options.spared.file[number];
  const struct presence *of_layout = &s->options.spared.presence[place - 1];
  int asks_path = 0;
  for (int i = 0; i < PATH_FIELDS; i++) asks_path |= of_layout->condition[path_fields_all[i]];
  if (!asks_path) {
    if (s->alike_place != place) count_alike(s);
    s->alike_place = place;
    s->alike++;
    return;
  }
  struct presence found = *of_layout;
  struct path_fields path;
  path_fields_of(&path, s->files->file[number].path);
  for (int i = 0; i < path.n; i++)
    if (found.condition[path.item[i].field]) found.condition[path.item[i].field] = PREDICATE_HAS;
  presence_count(&s->counts.presence, &found, 1);
}

/* --- a worker ---------------------------------------------------------------------------------------------------- */

#define PRUNED_AT_ONCE 64 /* files that the owner prunes before it looks after the sink; below QUEUE_FILES */

enum next_file { NEXT_NONE, NEXT_OPEN, NEXT_PRUNED };

/*
** Opens the next file that is wanted.  Where the owner works, it also returns after some pruned
** files, because only the owner can make room in the sink for more files.
*/
static enum next_file begin_file(struct workers *s, struct worker *w) {
  for (unsigned pruned = 1;; pruned++) {
    if (atomic_load_explicit(&s->next, memory_order_relaxed) >= s->files->n || !s->sink->admit(s->context))
      return NEXT_NONE;
    size_t number = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
    if (number >= s->files->n) return NEXT_NONE;
    const struct file *file = &s->files->file[number];
    enum prune why = why_unwanted(s, number);
    if (why == PRUNE_NONE) {
      w->file = number;
      w->is_open = 1;
      w->bytes = 0;
      reader_open_file(&w->reader, file);
      return NEXT_OPEN;
    }
    pthread_mutex_lock(&s->mutex);
    s->counts.pruned++;
    s->counts.pruned_by[why]++;
    if (why == PRUNE_INDEX) count_spared(s, number);
    pthread_mutex_unlock(&s->mutex);
    progress_add(s->options.progress, 1, file->size > 0 ? (uint64_t)file->size : 0, 0);
    s->sink->end_file(s->context, number, NULL);
    if (w->is_owner && pruned == PRUNED_AT_ONCE) return NEXT_PRUNED;
  }
}

/*
** Adds what has been read of the worker's file since the last call to the progress.  At the end of
** the file that is all of it, whatever was left out, so that the bytes of all files add up.  Those of
** pipes are counted where there is nothing else, since nobody knows how many there will be.
*/
static void count_progress(struct workers *s, struct worker *w, uint64_t records, int is_end) {
  const struct file *file = &s->files->file[w->file];
  uint64_t all = file->size > 0 ? (uint64_t)file->size : 0;
  uint64_t bytes = atomic_load_explicit(&w->reader.source.input.total, memory_order_relaxed);
  if (file->is_pipe && s->options.progress && !s->options.progress->bytes) all = bytes;
  if (is_end || bytes > all) bytes = all; /* a file that grows is counted with its old size */
  if (bytes < w->bytes) bytes = w->bytes;
  progress_add(s->options.progress, is_end ? 1 : 0, bytes - w->bytes, records);
  w->bytes = bytes;
}

/* Counts a download that is not finished, and keeps the path of the first in the list. */
static void count_unfinished(struct scan_counts *c, const struct files *files, size_t number) {
  if (c->unfinished++ && c->first_unfinished < number) return;
  c->first_unfinished = number;
  err_print(c->unfinished_path, "%s", files->file[number].path);
}

/* Closes the file and adds what is known of it to the counts. */
static void count_file(struct workers *s, struct worker *w) {
  struct scan_counts *c = &s->counts;
  const struct reader *r = &w->reader;
  reader_close(&w->reader);
  w->is_open = 0;
  pthread_mutex_lock(&s->mutex);
  if (r->verdict == VERDICT_OTHER && w->file == 0) memcpy(s->why, r->why, sizeof s->why);
  c->read++;
  c->passed_over += r->verdict == VERDICT_OTHER;
  if (r->refusal == REFUSAL_PARTIAL) count_unfinished(c, s->files, w->file);
  c->bytes_read += r->source.input.total;
  if (r->source_known && r->source.nlayers) c->bytes_inflated += reader_bytes(r);
  c->row_groups += r->groups;
  c->row_groups_skipped += r->groups_skipped;
  c->records += r->records;
  c->rows += r->rows;
  presence_count(&c->presence, &r->presence, 1);
  pthread_mutex_unlock(&s->mutex);
}

static void end_file(struct workers *s, struct worker *w) {
  struct batch *spare = w->batch;
  w->batch = NULL;
  count_progress(s, w, 0, 1);
  count_file(s, w);
  s->sink->end_file(s->context, w->file, spare);
}

/*
** Reads a window of the worker's file.  ERR_NOMEM; ERR_INTERRUPT when the owner's question was
** answered so, or the workers were stopped.
*/
static enum err_code read_on(struct workers *s, struct worker *w, struct err *e) {
  if (!w->batch && !(w->batch = s->sink->room(s->context, w)))
    return workers_is_stopped(s) ? err_set(e, ERR_INTERRUPT, 0, "stopped") : err_nomem(e);
  uint64_t records = w->reader.records;
  enum reader_result result = reader_next(&w->reader, w->batch, e);
  if (result == READER_ERROR) return e->code;
  count_progress(s, w, w->reader.records - records, 0);
  int go_on = s->sink->deliver(s->context, w, result);
  if (result == READER_END || !go_on) end_file(s, w);
  return ERR_NONE;
}

static int ask_is_stopped(void *workers) { return workers_is_stopped(workers); }

/* The owner's question must not be asked in other threads, so these look whether they are stopped. */
static enum err_code begin_worker(struct workers *s, struct worker *w, struct err *e) {
  if (reader_init(&w->reader, &s->options.reader, e)) return e->code;
  const struct stop stop = {.ask = ask_is_stopped, .context = s};
  if (!w->is_owner) reader_set_stop(&w->reader, &stop);
  return s->sink->begin(s->context, w, e);
}

/* A file that the worker is at counts as far as it was read. */
static void end_worker(struct workers *s, struct worker *w, int ok) {
  if (w->is_open) count_file(s, w);
  reader_clear(&w->reader);
  s->sink->end(s->context, w, ok);
}

static void workers_job(void *context, unsigned number) {
  struct workers *s = context;
  struct worker *w = &s->worker[number];
  struct err e = {0};
  begin_worker(s, w, &e);
  while (!e.code && !workers_is_stopped(s) && (w->is_open || begin_file(s, w) == NEXT_OPEN)) read_on(s, w, &e);
  end_worker(s, w, e.code != ERR_NOMEM);
}

/* --- the owner --------------------------------------------------------------------------------------------------- */

enum err_code workers_open(struct workers *s, const struct files *files, const struct scan_options *options,
                           const struct sink *sink, void *context, struct err *e) {
  memset(s, 0, sizeof *s);
  s->files = files;
  s->options = *options;
  s->options.reader.ahead = workers_read_ahead(files, options->threads);
  s->sink = sink;
  s->context = context;
  s->counts.files = files->n;
  s->counts.passes = 1;
  if (options->progress) progress_begin(options->progress, files->n, files_bytes(files));
  atomic_init(&s->next, 0);
  atomic_init(&s->stopped, 0);
  if (threads_lock_init(&s->mutex, NULL, NULL, e)) return e->code;
  s->is_ready = 1;
  unsigned threads = workers_threads(files, options->threads);
  s->n = threads ? threads : 1;
  if (!(s->worker = mem_alloc(s->n * sizeof *s->worker))) return err_nomem(e);
  for (unsigned i = 0; i < s->n; i++) {
    struct worker *w = &s->worker[i];
    w->number = i;
    w->is_owner = w->is_open = 0;
    w->batch = NULL;
  }
  return ERR_NONE;
}

enum err_code workers_start(struct workers *s, struct err *e) {
  unsigned threads = workers_threads(s->files, s->options.threads);
  s->counts.threads = threads_start(&s->threads, threads, workers_job, s);
  if (workers_has_threads(s)) return ERR_NONE;
  s->worker->is_owner = s->owner_begun = 1;
  s->options.reader.ahead = 0; /* the owner's question must not be asked in another thread */
  return begin_worker(s, s->worker, e);
}

int workers_step(struct workers *s, struct err *e) {
  struct worker *w = s->worker;
  enum next_file file = w->is_open ? NEXT_OPEN : begin_file(s, w);
  if (file != NEXT_OPEN) return file == NEXT_PRUNED;
  return !read_on(s, w, e);
}

enum err_code workers_poll(const struct workers *s, struct err *e) { return stop_check(&s->options.reader.stop, e); }

enum err_code workers_check_process(const struct workers *s, struct err *e) {
  if (!threads_in_child(&s->threads)) return ERR_NONE;
  return err_set(e, ERR_IO, 0,
                 "this query was begun before fork(), and only the process that began it can read on; open another "
                 "connection in the child");
}

static enum err_code check_absent(struct workers *s, struct err *e) {
  count_alike(s);
  int subject = presence_find_absent(&s->counts.presence);
  if (subject < 0 || s->options.may_lack || s->options.reader.policy != POLICY_FAIL) return ERR_NONE;
  unsigned lack = s->counts.presence.condition[subject].lack;
  const char *name = predicate_subject_name(subject);
  if (lack == 1)
    return err_set(
        e, ERR_FORMAT, 0,
        "no record can meet the condition on %s, because the only file that was read does not have this "
        "field; with AND %s IS NOT NULL (inside the view, if it is in one), or on_error=skip, the answer is no rows",
        name, name);
  return err_set(e, ERR_FORMAT, 0,
                 "no record can meet the condition on %s, because none of the %u files that were read has this field; "
                 "with AND %s IS NOT NULL (inside the view, if it is in one), or on_error=skip, the answer is no rows",
                 name, lack, name);
}

enum err_code workers_check_end(struct workers *s, struct err *e) {
  size_t n = s->files->n;
  if (!n || s->counts.passed_over < n) return check_absent(s, e);
  if (s->options.reader.policy == POLICY_COLLECT || s->options.may_be_others) return ERR_NONE;
  const char *first = s->files->file[0].path;
  if (n == 1) return err_set(e, ERR_FORMAT, 0, "the only file found, '%s', %s", first, s->why);
  return err_set(e, ERR_FORMAT, 0, "none of the %zu files found is a flow log; the first, '%s', %s", n, first, s->why);
}

void workers_stop(struct workers *s) {
  atomic_store_explicit(&s->stopped, 1, memory_order_relaxed);
  s->sink->wake(s->context);
}

void workers_close(struct workers *s, struct scan_counts *counts) {
  if (counts) memset(counts, 0, sizeof *counts);
  if (!s->is_ready) return;
  workers_stop(s);
  threads_join(&s->threads);
  if (s->owner_begun) end_worker(s, s->worker, 1);
  count_alike(s);
  if (counts) *counts = s->counts;
  mem_free(s->worker);
  threads_lock_clear(&s->mutex, NULL, NULL);
  memset(s, 0, sizeof *s);
}

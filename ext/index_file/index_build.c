/* SPDX-License-Identifier: MIT */
/*
** The ids of the files are their numbers in the list of what is to be read, from an id on that the
** first commit of the build takes from the index:
**
**     list      a  b  c  d  e       to be read     b   d   e        number   0   1   2
**               ^     ^             id                                      17  18  19
**               as indexed
**
** A run that a full collector gives may have a part of the values of a file that is still being read.
** Its row is written when it has ended.  If the build ends before, no file has the id.
*/
#include "index_file/index_build.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "index/collector.h"
#include "index_file/checksum.h"
#include "index_file/index_files.h"
#include "index_file/index_runs.h"
#include "scan/refusal.h"
#include "scan/summing_scan.h"
#include "sqlite/report.h"

struct build {
  struct index_db *d;
  const struct index_build_options *options;
  struct index_build_result *out;
  struct files todo;           /* copies of the files to be read; the paths are the list's */
  uint8_t *was_there;          /* for each of these: the index has a row for it */
  struct file_set known;       /* ids of the files that are as indexed */
  struct file_facts *facts;    /* of those to be read */
  struct collector *collector; /* one for each worker */
  unsigned ncollectors;
  int64_t first_id; /* of the files to be read; 0: not taken yet */
  struct index_folder folder;
};

/* --- what is to be done ------------------------------------------------------------------------------------------- */

/* Is the file the index itself?  It may lie among the logs, and each build changes it. */
static int is_index(const struct index_db *d, const struct file *f) {
  struct stat st;
  return !strcmp(file_name(f->path), file_name(d->path)) && !stat(d->path, &st) && st.st_ino == f->ino &&
         st.st_dev == f->dev;
}

int index_build_waits(const struct index_db *d, const struct files *files, int64_t now) {
  int64_t newest = INT64_MIN;
  for (size_t i = 0; i < files->n; i++) {
    const struct file *f = &files->file[i];
    if (f->mtime <= now && f->mtime > newest && !is_index(d, f)) newest = f->mtime;
  }
  return newest != INT64_MIN && now - newest < INDEX_BUILD_QUIET ? (int)(INDEX_BUILD_QUIET - (now - newest)) : 0;
}

/* Of the format, in the table `about`; 0 is what is not there. */
static int64_t format_checksum(const char *format) { return (int64_t)checksum_text(0, format, strlen(format)) + 1; }

int index_build_check_format(struct index_db *d, const char *format, char **pzErr) {
  int64_t checksum = 0;
  int rc = index_db_get_number(d, "format_checksum", &checksum);
  if (rc) return index_db_error(d, rc, pzErr);
  sqlite3_stmt *s = index_db_statement(d, INDEX_GET_ABOUT, &rc);
  if (!rc) rc = sqlite3_bind_text(s, 1, "format", -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_step(s);
  const char *built = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "";
  int has_row = rc == SQLITE_ROW, is_same = built && !strcmp(built, format);
  int is_damaged = !built || checksum != (has_row ? format_checksum(built) : 0);
  if (has_row && !is_damaged && !is_same)
    report_text(
        pzErr,
        "the index '%s' was built with format = '%s', and this query has format = '%s'; both read the files alike "
        "only with the same one",
        d->path, built, format);
  rc = index_db_done(d, INDEX_GET_ABOUT, rc);
  if (rc) return index_db_error(d, rc, pzErr);
  if (is_damaged) return index_db_damaged(d, "its format", pzErr);
  return has_row && !is_same ? SQLITE_ERROR : SQLITE_OK;
}

static int set_format(struct index_db *d, const char *format) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_SET_ABOUT, &rc);
  if (!rc) rc = sqlite3_bind_text(s, 1, "format", -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(s, 2, format, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_step(s);
  rc = index_db_done(d, INDEX_SET_ABOUT, rc);
  return rc ? rc : index_db_set_number(d, "format_checksum", format_checksum(format));
}

/* Was the file modified a moment ago? */
static int is_restless(const struct file *f, int64_t now) {
  return f->mtime <= now && now - f->mtime < INDEX_BUILD_QUIET;
}

/* Adds a file to those that are to be read.  What other files are to it does not matter to its records. */
static int add_todo(struct build *b, const struct file *file, int was_there) {
  struct files *f = &b->todo;
  if (mem_grow(&f->file, &f->cap, f->n + 1, 64, sizeof *f->file)) return SQLITE_NOMEM;
  f->file[f->n] = *file;
  f->file[f->n].twin = NULL;
  f->file[f->n].best_twin = NULL;
  b->was_there[f->n++] = (uint8_t)was_there;
  return SQLITE_OK;
}

/* Compares the list with the index, within a transaction. */
static int compare_rows(struct build *b, const struct files *files, char **pzErr) {
  struct index_files rows;
  struct err e = {0};
  char why[ERR_TEXT];
  int64_t next_id = 0;
  int rc = index_files_load(&rows, b->d, files, pzErr);
  if (!rc) rc = index_db_error(b->d, index_db_get_number(b->d, "next_id", &next_id), pzErr);
  file_set_init(&b->known, 1, next_id > 1 ? (uint64_t)next_id - 1 : 0);
  if (!(b->was_there = mem_alloc(files->n + 1))) rc = SQLITE_NOMEM;
  for (size_t i = 0; i < files->n && !rc; i++) {
    const struct index_entry *row = &rows.entry[i];
    if (row->is_there && file_set_add(&b->known, row->facts.id, &e))
      rc = e.code == ERR_NOMEM ? SQLITE_NOMEM : index_db_damaged(b->d, "an id", pzErr);
    else if (row->is_current) continue;
    else if (is_index(b->d, &files->file[i])) b->out->left++;
    else if (is_restless(&files->file[i], b->options->now)) b->out->left++;
    else if (files->file[i].text || files->file[i].size < 0 || refusal_of(&files->file[i], NULL, why) != REFUSAL_NONE)
      b->out->left++;
    else rc = add_todo(b, &files->file[i], row->is_there);
  }
  index_files_clear(&rows);
  return rc;
}

/* The rows are those of one moment, although other builds may be writing theirs. */
static int compare(struct build *b, const struct files *files, char **pzErr) {
  int rc = index_db_error(b->d, index_db_begin(b->d), pzErr);
  if (!rc) rc = index_build_check_format(b->d, b->options->format, pzErr);
  if (!rc) rc = compare_rows(b, files, pzErr);
  int end = index_db_end(b->d, rc);
  return rc ? rc : index_db_error(b->d, end, pzErr);
}

/* --- a commit ----------------------------------------------------------------------------------------------------- */

/* Takes the ids for all files that are to be read. */
static int take_ids(struct build *b) {
  int64_t next = 0;
  if (b->first_id) return SQLITE_OK;
  int rc = index_db_get_number(b->d, "next_id", &next);
  if (rc) return rc;
  if (next < 1) next = 1;
  if (next > INDEX_DB_IDS - (int64_t)b->todo.n) return SQLITE_FULL;
  b->first_id = next;
  rc = index_db_set_number(b->d, "next_id", next + (int64_t)b->todo.n);
  return rc ? rc : set_format(b->d, b->options->format);
}

/* Writes the rows of the files that the collector has read to their ends. */
static int put_rows(struct build *b, struct collector *c, char **pzErr) {
  int rc = SQLITE_OK;
  for (size_t i = 0; i < c->nended && !rc; i++) {
    size_t number = c->ended[i];
    struct file_facts *f = &b->facts[number];
    f->id = (uint64_t)b->first_id + number;
    rc = index_files_put(b->d, &b->folder, &b->todo.file[number], f, pzErr);
    mem_free(f->fields);
    f->fields = NULL;
    if (b->was_there[number]) b->out->changed++;
    else b->out->added++;
    b->out->records += f->records;
    b->out->errors += f->problems;
  }
  c->nended = 0;
  return rc;
}

/* Writes what n collectors have, as one run and the rows of files. */
static int put_collectors(struct build *b, struct collector **c, unsigned n, char **pzErr) {
  struct run_source *source = mem_alloc(n * sizeof *source);
  int rc = source ? index_db_error(b->d, take_ids(b), pzErr) : SQLITE_NOMEM;
  for (unsigned i = 0; i < n && !rc; i++) source[i] = collector_source(c[i], (uint64_t)b->first_id);
  if (!rc) rc = index_runs_write(b->d, source, n, b->first_id, (int64_t)b->todo.n, pzErr);
  for (unsigned i = 0; i < n && !rc; i++) rc = put_rows(b, c[i], pzErr);
  mem_free(source);
  return rc;
}

static int commit(struct build *b, struct collector **c, unsigned n, char **pzErr) {
  int rc = index_db_error(b->d, index_db_begin(b->d), pzErr);
  if (!rc) rc = put_collectors(b, c, n, pzErr);
  int end = index_db_end(b->d, rc);
  return rc ? rc : index_db_error(b->d, end, pzErr);
}

/* --- the scan ----------------------------------------------------------------------------------------------------- */

static int prepare(struct build *b, struct summing_scan *scan) {
  unsigned n = scan->workers.n;
  if (!(b->facts = mem_alloc(b->todo.n * sizeof *b->facts))) return SQLITE_NOMEM;
  memset(b->facts, 0, b->todo.n * sizeof *b->facts);
  if (!(b->collector = mem_alloc(n * sizeof *b->collector))) return SQLITE_NOMEM;
  b->ncollectors = n;
  for (unsigned i = 0; i < n; i++) {
    collector_init(&b->collector[i], &b->todo, b->facts, b->options->memory / n);
    scan->worker[i].summing = (struct summing){.kind = &collector_kind, .sums = &b->collector[i]};
  }
  return SQLITE_OK;
}

/* Takes what the workers have collected, as they hand it over, and all of it at the end. */
static int take(struct build *b, struct summing_scan *scan, struct err *e, char **pzErr) {
  for (;;) {
    void *sums;
    int rc;
    if (summing_scan_next(scan, &sums, e) || !sums) return SQLITE_OK;
    if (!scan->is_last) {
      struct collector *full = sums;
      rc = commit(b, &full, 1, pzErr);
    } else {
      struct collector **all = mem_alloc(b->ncollectors * sizeof *all);
      for (unsigned i = 0; all && i < b->ncollectors; i++) all[i] = &b->collector[i];
      rc = all ? commit(b, all, b->ncollectors, pzErr) : SQLITE_NOMEM;
      mem_free(all);
    }
    if (rc) return rc;
  }
}

static int read_files(struct build *b, char **pzErr) {
  struct summing_scan scan;
  struct scan_options options = b->options->scan;
  struct err e = {0};
  const struct batch *problem;
  options.reader.policy = POLICY_SKIP;
  options.reader.whole_rows = 1; /* a file with errors is always read, so all of them have to be known */
  options.reader.predicate = NULL;
  options.reader.filter = NULL;
  options.may_be_others = 1;
  int rc = SQLITE_OK;
  if (!summing_scan_open(&scan, &b->todo, &options, &e)) rc = prepare(b, &scan);
  if (!rc && !e.code) summing_scan_start(&scan, &e);
  if (!rc && !e.code) rc = take(b, &scan, &e, pzErr);
  if (!rc && !e.code && (problem = summing_scan_problem(&scan)) != NULL)
    rc = report_problem(pzErr, b->todo.file[problem->file].path, problem, &problem->problem[0], "");
  int is_lost = summing_scan_is_lost(&scan);
  summing_scan_close(&scan, NULL);
  for (unsigned i = 0; i < b->ncollectors && !is_lost; i++) collector_clear(&b->collector[i]);
  if (!rc && e.code) rc = report_error(pzErr, &e);
  return rc;
}

static void clear(struct build *b) {
  for (size_t i = 0; b->facts && i < b->todo.n; i++) mem_free(b->facts[i].fields);
  mem_free(b->facts);
  mem_free(b->collector);
  mem_free(b->was_there);
  file_set_clear(&b->known);
  files_clear(&b->todo);
  index_folder_clear(&b->folder);
}

/* Removes the rows of what is gone. */
static int forget(struct build *b, char **pzErr) {
  uint64_t first_new = b->first_id ? (uint64_t)b->first_id : UINT64_MAX;
  int rc = index_db_error(b->d, index_db_begin(b->d), pzErr);
  if (!rc)
    rc = index_files_forget(b->d, &b->known, first_new, b->options->scan.reader.guard, &b->out->forgotten, pzErr);
  int end = index_db_end(b->d, rc);
  return rc ? rc : index_db_error(b->d, end, pzErr);
}

int index_build(struct index_db *d, const struct files *files, const struct index_build_options *options,
                struct index_build_result *out, char **pzErr) {
  struct build b = {.d = d, .options = options, .out = out};
  memset(out, 0, sizeof *out);
  out->files = files->n;
  files_init(&b.todo);
  int rc = compare(&b, files, pzErr);
  if (!rc && b.todo.n) rc = read_files(&b, pzErr);
  if (!rc) rc = forget(&b, pzErr);
  if (!rc) rc = index_runs_tidy(d, pzErr);
  if (!rc) rc = index_db_error(d, index_db_bytes(d, &out->bytes), pzErr);
  clear(&b);
  return rc;
}

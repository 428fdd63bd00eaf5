/* SPDX-License-Identifier: MIT */
/*
** Runs are merged as in a log-structured merge tree: those whose bytes have the same number of
** digits, in the base INDEX_RUNS_OF_SIZE, become one when there are INDEX_RUNS_OF_SIZE of them.  So
** a byte is written anew once for each digit, and there are few runs to look into, however many
** times the index has been built.
*/
#include "index_file/index_runs.h"

#include <string.h>

#include "base/mem.h"
#include "index/run_merge.h"
#include "index/run_reader.h"
#include "index_file/checksum.h"
#include "sqlite/report.h"

#define NO_RUN INT64_C(0x7fffffff) /* the number of a run is less */

/* An error of the lower rooms becomes an SQLite code, unless SQLite itself has one. */
static int report(struct index_db *d, int rc, const struct err *e, char **pzErr) {
  if (rc) return index_db_error(d, rc, pzErr);
  if (e->code == ERR_FORMAT) return index_db_damaged(d, e->text, pzErr);
  return e->code ? report_error(pzErr, e) : SQLITE_OK;
}

/* --- the list of runs --------------------------------------------------------------------------------------------- */

static int64_t checksum(const struct index_runs *r) {
  uint32_t crc = 0;
  for (size_t i = 0; i < r->n; i++) {
    const struct index_run *run = &r->run[i];
    const int64_t numbers[] = {run->run, run->first_id, run->ids, run->bytes};
    crc = checksum_numbers(crc, numbers, sizeof numbers / sizeof *numbers);
  }
  return (int64_t)crc + 1; /* 0 is what is not there */
}

void index_runs_clear(struct index_runs *r) {
  mem_free(r->run);
  memset(r, 0, sizeof *r);
}

static int add_run(struct index_runs *r, sqlite3_stmt *s) {
  if (mem_grow(&r->run, &r->cap, r->n + 1, 8, sizeof *r->run)) return SQLITE_NOMEM;
  struct index_run *run = &r->run[r->n++];
  run->run = sqlite3_column_int64(s, 0);
  run->first_id = sqlite3_column_int64(s, 1);
  run->ids = sqlite3_column_int64(s, 2);
  run->bytes = sqlite3_column_int64(s, 3);
  return SQLITE_OK;
}

static int load(struct index_runs *r, struct index_db *d) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_ALL_RUNS, &rc);
  memset(r, 0, sizeof *r);
  while (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) rc = add_run(r, s);
  return index_db_done(d, INDEX_ALL_RUNS, rc);
}

static int is_possible(const struct index_run *run) {
  return run->run > 0 && run->run < NO_RUN && run->first_id > 0 && run->ids > 0 && run->ids <= INDEX_DB_IDS &&
         run->first_id <= INDEX_DB_IDS - run->ids + 1;
}

int index_runs_load(struct index_runs *r, struct index_db *d, char **pzErr) {
  int64_t sum = 0;
  int rc = load(r, d);
  if (!rc) rc = index_db_get_number(d, "runs", &sum);
  if (rc) return index_db_error(d, rc, pzErr);
  if (r->n ? sum != checksum(r) : sum != 0 && sum != checksum(r)) return index_db_damaged(d, "its list of runs", pzErr);
  for (size_t i = 0; i < r->n; i++)
    if (!is_possible(&r->run[i])) return index_db_damaged(d, "a run", pzErr);
  return SQLITE_OK;
}

/* Writes the checksum of the list as it is now. */
static int sign(struct index_db *d) {
  struct index_runs r;
  int rc = load(&r, d);
  if (!rc) rc = index_db_set_number(d, "runs", checksum(&r));
  index_runs_clear(&r);
  return rc;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

struct writing {
  struct index_db *d;
  int64_t run;
  uint32_t number; /* of the next block */
  int rc;          /* the first error of SQLite */
};

static int put_block(struct writing *w, const struct index_key *first, const unsigned char *block, size_t n) {
  int rc;
  sqlite3_stmt *s = index_db_statement(w->d, INDEX_PUT_BLOCK, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, INDEX_BLOCK(w->run, w->number));
  if (!rc) rc = sqlite3_bind_blob64(s, 2, block, n, SQLITE_STATIC);
  if (!rc) rc = sqlite3_step(s);
  rc = index_db_done(w->d, INDEX_PUT_BLOCK, rc);
  if (!rc) s = index_db_statement(w->d, INDEX_PUT_KEY, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, w->run);
  if (!rc) rc = sqlite3_bind_blob(s, 2, first->b, first->n, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_int64(s, 3, INDEX_BLOCK(w->run, w->number++));
  if (!rc) rc = sqlite3_step(s);
  return index_db_done(w->d, INDEX_PUT_KEY, rc);
}

static enum err_code sink_put(void *writing, const struct index_key *first, const unsigned char *block, size_t n,
                              struct err *e) {
  struct writing *w = writing;
  if (stop_check(&w->d->stop, e)) return e->code;
  w->rc = put_block(w, first, block, n);
  return w->rc ? err_set(e, ERR_IO, 0, "the block can't be written") : ERR_NONE;
}

static int next_run(struct index_db *d, int64_t *run) {
  struct index_runs r;
  int rc = load(&r, d);
  *run = r.n ? r.run[r.n - 1].run + 1 : 1;
  index_runs_clear(&r);
  return !rc && *run >= NO_RUN ? SQLITE_FULL : rc;
}

static int add_to_list(struct index_db *d, const struct index_run *run) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_ADD_RUN, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, run->run);
  if (!rc) rc = sqlite3_bind_int64(s, 2, run->first_id);
  if (!rc) rc = sqlite3_bind_int64(s, 3, run->ids);
  if (!rc) rc = sqlite3_bind_int64(s, 4, run->bytes);
  if (!rc) rc = sqlite3_step(s);
  rc = index_db_done(d, INDEX_ADD_RUN, rc);
  return rc ? rc : sign(d);
}

/* Writes the merged sources as a run, of which only the ids in `alive` are kept. */
static int write_run(struct index_db *d, const struct run_source *source, size_t n, const struct file_set *alive,
                     struct index_run *run, char **pzErr) {
  struct writing writing = {.d = d};
  const struct run_sink sink = {.put = sink_put, .context = &writing};
  struct run_writer writer;
  struct err e = {0};
  int rc = next_run(d, &writing.run);
  if (rc) return index_db_error(d, rc, pzErr);
  run_writer_init(&writer, &sink);
  if (!run_merge(source, n, alive, (uint64_t)run->first_id, &writer, &e) && writer.keys) run_writer_finish(&writer, &e);
  run->run = writing.run;
  run->bytes = (int64_t)writer.bytes;
  int has_keys = writer.keys > 0;
  run_writer_clear(&writer);
  rc = report(d, writing.rc, &e, pzErr);
  if (rc || !has_keys) return rc;
  return index_db_error(d, add_to_list(d, run), pzErr);
}

int index_runs_write(struct index_db *d, const struct run_source *source, size_t n, int64_t first_id, int64_t ids,
                     char **pzErr) {
  struct index_run run = {.first_id = first_id, .ids = ids};
  return write_run(d, source, n, NULL, &run, pzErr);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* The blocks of a run, for a reader. */
struct reading {
  struct index_db *d;
  int64_t run, block; /* the block that was returned last */
  sqlite3_stmt *data; /* the statement that holds it: each reader has its own */
  int rc;
};

static enum err_code get_block(struct reading *r, int64_t block, struct run_block *out, struct err *e) {
  memset(out, 0, sizeof *out);
  r->block = block;
  sqlite3_reset(r->data);
  int rc = sqlite3_bind_int64(r->data, 1, block);
  if (!rc) rc = sqlite3_step(r->data);
  if (rc == SQLITE_ROW) {
    out->is_there = 1;
    out->p = sqlite3_column_blob(r->data, 0);
    out->n = (size_t)sqlite3_column_bytes(r->data, 0);
    return out->p || !out->n ? ERR_NONE : err_nomem(e);
  }
  if (rc == SQLITE_DONE) return ERR_NONE;
  r->rc = rc ? rc : SQLITE_ERROR;
  return err_set(e, ERR_IO, 0, "a block can't be read");
}

static enum err_code seek(void *reading, const struct index_key *key, struct run_block *out, struct err *e) {
  struct reading *r = reading;
  int64_t block = INDEX_BLOCK(r->run, 0);
  int rc;
  sqlite3_stmt *s = index_db_statement(r->d, INDEX_SEEK_BLOCK, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, r->run);
  if (!rc) rc = sqlite3_bind_blob(s, 2, key->b, key->n, SQLITE_STATIC);
  if (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) block = sqlite3_column_int64(s, 0);
  r->rc = index_db_done(r->d, INDEX_SEEK_BLOCK, rc);
  if (r->rc) return err_set(e, ERR_IO, 0, "a block can't be found");
  if (block >> 32 != r->run) return err_set(e, ERR_FORMAT, 0, "the index is damaged: a key leads to another run");
  return get_block(r, block, out, e);
}

static enum err_code next(void *reading, struct run_block *out, struct err *e) {
  struct reading *r = reading;
  return get_block(r, r->block + 1, out, e);
}

static int begin_reading(struct reading *r, struct run_reader *reader, struct index_db *d,
                         const struct index_run *run) {
  *r = (struct reading){.d = d, .run = run->run};
  const struct run_blocks blocks = {.seek = seek, .next = next, .context = r};
  run_reader_init(reader, &blocks, (uint64_t)run->first_id, (uint32_t)run->ids);
  return index_db_prepare(d, INDEX_GET_BLOCK, &r->data);
}

static void end_reading(struct reading *r, struct run_reader *reader) {
  run_reader_clear(reader);
  sqlite3_finalize(r->data);
}

static int find_in_run(struct index_db *d, const struct index_run *run, struct clues *clues, char **pzErr) {
  struct reading reading;
  struct run_reader reader;
  struct err e = {0};
  int rc = begin_reading(&reading, &reader, d, run);
  for (size_t i = 0; i < clues->n && !rc && !e.code; i++) {
    struct clue *c = &clues->clue[i];
    if (!c->n) continue;
    if (c->is_range) run_reader_range(&reader, &c->key[0], &c->key[1], &c->files, &e);
    else run_reader_find(&reader, c->key, c->n, &c->files, &e);
  }
  rc = report(d, rc ? rc : reading.rc, &e, pzErr);
  end_reading(&reading, &reader);
  return rc;
}

int index_runs_find(struct index_db *d, struct clues *clues, int64_t last_id, char **pzErr) {
  struct index_runs r;
  int rc = index_runs_load(&r, d, pzErr);
  for (size_t i = 0; i < clues->n; i++) file_set_init(&clues->clue[i].files, 1, (uint64_t)last_id);
  for (size_t i = 0; i < r.n && clues->n && !rc; i++) rc = find_in_run(d, &r.run[i], clues, pzErr);
  index_runs_clear(&r);
  return rc;
}

/* --- merging ------------------------------------------------------------------------------------------------------ */

static int drop_run(struct index_db *d, int64_t run) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_DROP_BLOCKS, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, INDEX_BLOCK(run, 0));
  if (!rc) rc = sqlite3_bind_int64(s, 2, INDEX_BLOCK(run, UINT32_MAX));
  if (!rc) rc = sqlite3_step(s);
  rc = index_db_done(d, INDEX_DROP_BLOCKS, rc);
  static const enum index_statement others[] = {INDEX_DROP_KEYS, INDEX_DROP_RUN};
  for (int i = 0; i < 2 && !rc; i++) {
    if (!(s = index_db_statement(d, others[i], &rc))) break;
    rc = sqlite3_bind_int64(s, 1, run);
    if (!rc) rc = sqlite3_step(s);
    rc = index_db_done(d, others[i], rc);
  }
  return rc;
}

/* The ids of all files. */
static int load_alive(struct index_db *d, struct file_set *alive, char **pzErr) {
  struct err e = {0};
  int64_t next_id = 0;
  int rc = index_db_get_number(d, "next_id", &next_id);
  file_set_init(alive, 1, (uint64_t)(next_id > 0 ? next_id : 1));
  sqlite3_stmt *s = rc ? NULL : index_db_statement(d, INDEX_ALL_IDS, &rc);
  while (!rc && !e.code && (rc = sqlite3_step(s)) == SQLITE_ROW) {
    file_set_add(alive, (uint64_t)sqlite3_column_int64(s, 0), &e);
    rc = SQLITE_OK;
  }
  rc = index_db_done(d, INDEX_ALL_IDS, rc);
  return report(d, rc, &e, pzErr);
}

/* Merges the n runs that are marked into one. */
static int merge_marked(struct index_db *d, const struct index_runs *r, const uint8_t *marked, size_t n,
                        const struct file_set *alive, char **pzErr) {
  struct reading *reading = mem_alloc(n * sizeof *reading);
  struct run_reader *reader = mem_alloc(n * sizeof *reader);
  struct run_source *source = mem_alloc(n * sizeof *source);
  struct index_run run = {.first_id = INT64_MAX};
  int64_t end = 0;
  size_t k = 0;
  int rc = reading && reader && source ? SQLITE_OK : SQLITE_NOMEM;
  for (size_t i = 0; i < r->n && !rc; i++) {
    if (!marked[i]) continue;
    rc = begin_reading(&reading[k], &reader[k], d, &r->run[i]);
    source[k] = run_reader_source(&reader[k]);
    k++;
    if (r->run[i].first_id < run.first_id) run.first_id = r->run[i].first_id;
    if (r->run[i].first_id + r->run[i].ids > end) end = r->run[i].first_id + r->run[i].ids;
  }
  uint64_t least = 1; /* most of the ids before this one are of files that are gone */
  if (file_set_next(alive, &least) && (int64_t)least > run.first_id && (int64_t)least < end)
    run.first_id = (int64_t)least;
  run.ids = end - run.first_id;
  if (!rc) rc = write_run(d, source, k, alive, &run, pzErr);
  for (size_t i = 0; i < k; i++) end_reading(&reading[i], &reader[i]);
  for (size_t i = 0; i < r->n && !rc; i++)
    if (marked[i]) rc = drop_run(d, r->run[i].run);
  if (!rc) rc = sign(d);
  mem_free(reading);
  mem_free(reader);
  mem_free(source);
  return rc;
}

static int digits_of(int64_t bytes) {
  int n = 0;
  for (; bytes >= INDEX_RUNS_OF_SIZE; bytes /= INDEX_RUNS_OF_SIZE) n++;
  return n < 24 ? n : 23;
}

/* Marks the runs that are to be merged next, and returns how many there are: none, or two at least. */
static size_t choose(const struct index_runs *r, const struct file_set *alive, uint8_t *marked) {
  size_t of_size[24] = {0};
  int64_t ids = 0, widest = 0;
  for (size_t i = 0; i < r->n; i++) {
    ids += r->run[i].ids;
    if (r->run[i].ids > widest) widest = r->run[i].ids;
    of_size[digits_of(r->run[i].bytes)]++;
  }
  /* The ids since the last merge of all runs: its own run stays wide as long as one old file is there. */
  ids -= widest;
  if (r->n > 1 && (uint64_t)ids / 4 > file_set_count(alive) + 1000) return memset(marked, 1, r->n), r->n;
  for (int size = 0; size < 24; size++) {
    if (of_size[size] < INDEX_RUNS_OF_SIZE) continue;
    for (size_t i = 0; i < r->n; i++) marked[i] = digits_of(r->run[i].bytes) <= size;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) n += marked[i];
    return n;
  }
  return 0;
}

/* One merge.  *merged becomes 0 if there is nothing to merge. */
static int tidy(struct index_db *d, int *merged, char **pzErr) {
  struct index_runs r;
  struct file_set alive = {0};
  int rc = index_runs_load(&r, d, pzErr);
  uint8_t *marked = mem_alloc(r.n + 1);
  if (!marked) rc = SQLITE_NOMEM;
  else memset(marked, 0, r.n + 1);
  if (!rc) rc = load_alive(d, &alive, pzErr);
  size_t n = rc ? 0 : choose(&r, &alive, marked);
  *merged = n > 0;
  if (n) rc = merge_marked(d, &r, marked, n, &alive, pzErr);
  file_set_clear(&alive);
  mem_free(marked);
  index_runs_clear(&r);
  return rc;
}

int index_runs_tidy(struct index_db *d, char **pzErr) {
  int merged = 1, rc = SQLITE_OK;
  while (merged && !rc) {
    rc = index_db_error(d, index_db_begin(d), pzErr);
    if (!rc) rc = tidy(d, &merged, pzErr);
    int end = index_db_end(d, rc);
    if (!rc) rc = index_db_error(d, end, pzErr);
  }
  return rc;
}

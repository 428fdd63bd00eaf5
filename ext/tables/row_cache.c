/* SPDX-License-Identifier: MIT */
/*
** Four places are enough, because a statement rarely uses one table in more inner loops at once;
** when there are more, they displace one another and read the files in each round, which is
** slower and right.
**
** What later rounds can need is found by comparing terms: the FILL reads with the terms that the
** first two rounds have in common (the constant part of the ON clause), so the rows of every
** round with these terms are among the kept ones. The terms in which the rounds differ (say,
** srcaddr = ?) choose the column by which the store is indexed.
*/
#include "tables/row_cache.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "sqlite/execution.h"

static uint64_t identify_files(const struct files *files) {
  uint64_t h = files->n;
  for (size_t i = 0; i < files->n; i++) {
    const struct file *f = &files->file[i];
    h = hash_mix(hash_mix(hash_mix(hash_text(h, f->path), (uint64_t)f->size), f->changed), (uint64_t)f->ino);
  }
  return h;
}

static void clear_place(struct row_cache_place *p) {
  sqlite3_free(p->key);
  predicate_clear(&p->predicate);
  row_store_clear(&p->keep);
  memset(p, 0, sizeof *p);
}

void row_cache_clear(struct row_cache *r) {
  for (int i = 0; i < ROW_CACHE_PLACES; i++) clear_place(&r->place[i]);
}

/* Finds the place of these rounds, and clears those of executions that are over. */
static struct row_cache_place *find(struct row_cache *r, uint64_t now, const char *key, uint64_t files) {
  struct row_cache_place *found = NULL;
  for (int i = 0; i < ROW_CACHE_PLACES; i++) {
    struct row_cache_place *p = &r->place[i];
    if (!p->execution) continue;
    if (p->execution == now && p->files == files && !strcmp(p->key, key)) found = p;
    else if (p->execution != now && !p->users) clear_place(p);
  }
  return found;
}

/* The rows of a place are to be kept, as far as `memory` goes. */
static enum row_cache_answer begin_to_keep(struct row_cache_place *p, const struct query *q) {
  row_store_clear(&p->keep);
  row_store_init(&p->keep, (size_t)q->options.memory);
  p->state = ROW_CACHE_SEEN;
  return ROW_CACHE_FILL;
}

/* Does the statement that was planned last compare a column with another table? */
static int has_join(const struct table *t) {
  for (int i = 0; i < t->of->ncolumns; i++)
    if (table_is_joined(t, &t->of->column[i])) return 1;
  return 0;
}

/*
** A pipe can be read once, so the first round keeps the rows for all rounds: those that meet the terms in
** which no round differs.  Returns 0 where there seems to be one round, or no pipe.  There may be one
** nevertheless, which costs memory only.
*/
static int must_keep(struct row_cache_place *place, const struct query *q) {
  struct predicate *p = &place->predicate;
  size_t n = 0, terms = p->n;
  if (!files_pipe(&q->list.files) || q->varies[SUBJECT_FILE]) return 0;
  for (size_t i = 0; i < terms; i++) {
    if (q->varies[p->term[i].subject]) predicate_drop(&p->term[i]);
    else p->term[n++] = p->term[i];
  }
  p->n = n;
  return n < terms || has_join(query_table(q));
}

static enum row_cache_answer remember(struct row_cache *r, uint64_t now, char *key, uint64_t files,
                                      const struct query *q, struct row_cache_place **place) {
  const struct predicate *predicate = &q->predicate;
  struct row_cache_place *p = &r->place[r->next++ % ROW_CACHE_PLACES];
  struct err e = {0};
  if (p->users) {
    sqlite3_free(key);
    return ROW_CACHE_READ;
  }
  clear_place(p);
  p->execution = now;
  p->key = key;
  p->files = files;
  for (size_t i = 0; i < predicate->n && !e.code; i++) predicate_add_copy(&p->predicate, &predicate->term[i], &e);
  if (e.code) return ROW_CACHE_NOMEM;
  if (!must_keep(p, q)) return ROW_CACHE_READ;
  *place = p;
  return begin_to_keep(p, q);
}

/* Leaves in the predicate of the place only the terms that this round has, too. */
static void leave_common(struct row_cache_place *place, const struct predicate *predicate) {
  struct predicate *p = &place->predicate;
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++) {
    if (predicate_has(predicate, &p->term[i])) p->term[n++] = p->term[i];
    else predicate_drop(&p->term[i]);
  }
  p->n = n;
}

/* Rounds that ask for different files are best served by reading these files. */
static int asks_for_files(const struct row_cache_place *place, const struct predicate *predicate) {
  for (size_t i = 0; i < predicate->n; i++)
    if (predicate->term[i].subject == SUBJECT_FILE && !predicate_has(&place->predicate, &predicate->term[i])) return 1;
  return 0;
}

enum row_cache_answer row_cache_ask(struct row_cache *r, const struct query *q, const char *plan,
                                    struct row_cache_place **place) {
  const struct table *t = query_table(q);
  uint64_t now = execution_number(t->db, t->stats->plans), files = identify_files(&q->list.files);
  *place = NULL;
  char *options = options_key(&q->options, OPTION_IS_TERM); /* terms are compared one by one, below */
  char *key = options ? sqlite3_mprintf("%s\n%s", plan, options) : NULL;
  sqlite3_free(options);
  if (!key) return ROW_CACHE_NOMEM;
  struct row_cache_place *p = find(r, now, key, files);
  if (!p) return remember(r, now, key, files, q, place);
  sqlite3_free(key);
  *place = p;
  if (p->state == ROW_CACHE_TOO_MANY || asks_for_files(p, &q->predicate)) return ROW_CACHE_READ;
  if (p->users && p->state != ROW_CACHE_KEPT) return ROW_CACHE_READ;
  int covered = 1;
  for (size_t i = 0; i < p->predicate.n; i++) covered &= predicate_has(&q->predicate, &p->predicate.term[i]);
  if (p->state == ROW_CACHE_KEPT && covered) return ROW_CACHE_SERVE;
  if (p->users) return ROW_CACHE_READ;
  leave_common(p, &q->predicate);
  return begin_to_keep(p, q);
}

void row_cache_close(struct row_cache_place *place) {
  if (!place->users) clear_place(place);
}

static int give_up(struct row_cache_place *place) {
  row_store_clear(&place->keep);
  place->state = ROW_CACHE_TOO_MANY;
  return 1;
}

int row_cache_add(struct row_cache_place *place, const struct batch *b, int is_pipe) {
  struct err e = {0};
  if (!row_store_add(&place->keep, b, &e)) return 0;
  if (!is_pipe) return give_up(place);
  place->state = ROW_CACHE_TOO_MANY;
  return 1;
}

int row_cache_finish(struct row_cache_place *place, const struct predicate *predicate) {
  struct err e = {0};
  int subject = ROW_STORE_NO_SUBJECT;
  for (size_t i = 0; i < predicate->n && subject == ROW_STORE_NO_SUBJECT; i++)
    if (!predicate_has(&place->predicate, &predicate->term[i]) && row_store_asks_for_one(&predicate->term[i]))
      subject = predicate->term[i].subject;
  if (row_store_index(&place->keep, subject, &e)) return give_up(place);
  place->state = ROW_CACHE_KEPT;
  return 0;
}

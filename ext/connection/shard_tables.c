/* SPDX-License-Identifier: MIT */
/*
** A table is free, then filled by a thread, then ready, then the owner's, then free again.  A table keeps
** its memory for the next shard.  There are two more tables than threads, so that no thread waits while
** the owner has one and another one is ready.
*/
#include "connection/shard_tables.h"

#include <string.h>

#include "base/mem.h"

#define PATIENCE_MS 20 /* how long the owner waits before it asks whether it is to stop */
#define TABLE_BYTES 5  /* bytes of a table for each byte of the pieces that it is made of, about */
#define SMALL_SHARD (2 * BLOCK_POOL_BLOCK)
#define ASKED       4096 /* connections or pieces after which `stop` is asked */

/* --- a table ----------------------------------------------------------------------------------------------------- */

/* Adds the pieces of one worker that are wanted. */
static enum err_code add_pieces(const struct shard_tables_options *o, unsigned worker, uint32_t shard,
                                struct connections *table, const struct stop *stop, struct err *e) {
  struct piece_place place = {0};
  const uint64_t *p;
  for (size_t n = 1; (p = piece_store_next(&o->sums[worker].pieces, shard, &place)) != NULL; n++) {
    if (n % ASKED == 0 && stop_check(stop, e)) return e->code;
    if (o->wants && !o->wants(o->context, p)) continue;
    uint64_t hash = connection_hash(p, o->part);
    if (connection_is_in(hash, o->part) && connections_add(table, p, hash, o->number[worker], e)) return e->code;
  }
  return connections_settle(table, e);
}

/* Makes the connections of a shard. */
static enum err_code make_table(const struct shard_tables_options *o, uint32_t shard, struct connections *table,
                                const struct stop *stop, struct err *e) {
  struct connections_place place = {0};
  struct connection *c;
  connections_reset(table);
  for (unsigned i = 0; i < o->nsums; i++)
    if (add_pieces(o, i, shard, table, stop, e)) return e->code;
  if (connections_finish(table, stop, e) || !o->prepare) return e->code;
  for (size_t n = 1; (c = connections_next(table, &place)) != NULL; n++) {
    if (n % ASKED == 0 && stop_check(stop, e)) return e->code;
    o->prepare(o->context, c);
  }
  return o->alike ? connections_bring_together(table, o->alike, stop, e) : ERR_NONE;
}

/* --- the threads ------------------------------------------------------------------------------------------------- */

static int is_stopped(void *tables) {
  return atomic_load_explicit(&((struct shard_tables *)tables)->stopped, memory_order_relaxed);
}

static struct shard_table *find_table(struct shard_tables *t, int is) {
  for (unsigned i = 0; i < t->ntables; i++)
    if ((int)t->table[i].is == is) return &t->table[i];
  return NULL;
}

/* Fills tables until there is no shard left. */
static void make_tables(void *tables, unsigned number) {
  struct shard_tables *t = tables;
  const struct stop stop = {.ask = is_stopped, .context = t};
  struct shard_table *table;
  struct err e = {0};
  (void)number;
  pthread_mutex_lock(&t->mutex);
  while (!is_stopped(t) && t->next < t->shards) {
    if (!(table = find_table(t, TABLE_FREE))) {
      pthread_cond_wait(&t->is_free, &t->mutex);
      continue;
    }
    uint32_t shard = t->next++;
    table->is = TABLE_FILLED;
    t->nfilled++;
    pthread_mutex_unlock(&t->mutex);
    make_table(&t->options, shard, &table->table, &stop, &e);
    pthread_mutex_lock(&t->mutex);
    t->nfilled--;
    table->is = e.code ? TABLE_FREE : TABLE_READY;
    if (e.code == ERR_NOMEM) t->failed = e.code;
    if (e.code) break;
    pthread_cond_signal(&t->is_ready);
  }
  pthread_cond_signal(&t->is_ready);
  pthread_mutex_unlock(&t->mutex);
}

/* --- the owner --------------------------------------------------------------------------------------------------- */

/*
** As many tables as threads can use, but no more than there is memory for.  One where the shards are so
** small that passing them between threads would take longer than to make tables of them.
*/
static unsigned count_tables(const struct shard_tables *t) {
  const struct shard_tables_options *o = &t->options;
  uint64_t bytes = 0, each, small = (uint64_t)o->nsums * t->shards * SMALL_SHARD;
  for (unsigned i = 0; i < o->nsums; i++) bytes += piece_store_bytes(&o->sums[i].pieces);
  each = bytes * TABLE_BYTES / t->shards + 1;
  if (!o->threads || bytes <= small) return 1;
  uint64_t most = o->memory / each, wanted = o->threads + 2;
  return (unsigned)(most < 2 ? 2 : most < wanted ? most : wanted);
}

enum err_code shard_tables_open(struct shard_tables *t, const struct shard_tables_options *options, struct err *e) {
  memset(t, 0, sizeof *t);
  t->options = *options;
  t->shards = options->sums[0].pieces.shards;
  atomic_init(&t->stopped, 0);
  unsigned n = count_tables(t), threads = n > 2 ? n - 2 : n - 1;
  if (threads_lock_init(&t->mutex, &t->is_ready, &t->is_free, e)) return e->code;
  t->is_open = 1;
  if (!(t->table = mem_alloc(n * sizeof *t->table))) return err_nomem(e);
  memset(t->table, 0, n * sizeof *t->table);
  t->ntables = n;
  for (unsigned i = 0; i < n; i++) connections_init(&t->table[i].table, options->idle, options->keys_alone);
  if (threads) threads_start(&t->threads, threads < t->shards ? threads : t->shards, make_tables, t);
  return ERR_NONE;
}

void shard_tables_close(struct shard_tables *t) {
  if (!t->is_open || shard_tables_are_lost(t)) return;
  if (t->threads.n) {
    pthread_mutex_lock(&t->mutex);
    atomic_store_explicit(&t->stopped, 1, memory_order_relaxed);
    pthread_cond_broadcast(&t->is_free);
    pthread_mutex_unlock(&t->mutex);
  }
  threads_join(&t->threads);
  for (unsigned i = 0; i < t->ntables; i++) connections_clear(&t->table[i].table);
  mem_free(t->table);
  threads_lock_clear(&t->mutex, &t->is_ready, &t->is_free);
  memset(t, 0, sizeof *t);
}

/* Gives back the table that the owner has, and waits for another one. */
static enum err_code wait_for_table(struct shard_tables *t, struct err *e) {
  struct shard_table *ready = NULL;
  pthread_mutex_lock(&t->mutex);
  if (t->owned) {
    t->owned->is = TABLE_FREE;
    t->owned = NULL;
    pthread_cond_signal(&t->is_free);
  }
  for (;;) {
    if (t->failed) {
      err_nomem(e);
      break;
    }
    if ((ready = find_table(t, TABLE_READY)) || (t->next == t->shards && !t->nfilled)) break;
    pthread_mutex_unlock(&t->mutex);
    stop_check(&t->options.stop, e);
    pthread_mutex_lock(&t->mutex);
    if (e->code) break;
    if (!find_table(t, TABLE_READY) && !t->failed) threads_wait(&t->is_ready, &t->mutex, PATIENCE_MS);
  }
  if (ready) ready->is = TABLE_OWNED;
  t->owned = ready;
  pthread_mutex_unlock(&t->mutex);
  return e->code;
}

enum err_code shard_tables_next(struct shard_tables *t, const struct connections **out, struct err *e) {
  *out = NULL;
  if (t->threads.n) {
    if (wait_for_table(t, e)) return e->code;
  } else {
    t->owned = NULL;
    if (t->next == t->shards) return ERR_NONE;
    if (stop_check(&t->options.stop, e)) return e->code;
    if (make_table(&t->options, t->next++, &t->table->table, &t->options.stop, e)) return e->code;
    t->owned = t->table;
  }
  *out = t->owned ? &t->owned->table : NULL;
  return ERR_NONE;
}

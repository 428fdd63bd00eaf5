/* SPDX-License-Identifier: MIT */
/*
** The tables of connections of all shards, one after the other, in no particular order.
**
**     shard 0 of worker 0 --\
**     shard 0 of worker 1 ----> table of shard 0 --> prepared --> shard_tables_next()
**     ...
**
** Threads make tables ahead of the owner, as far as memory allows it.  Where there are none, the owner
** makes each one when it asks for it.
**
** Call order, all by the owner's thread: shard_tables_open(); shard_tables_next() until it returns no
** table; shard_tables_close(), which may be called at any time, and on a struct that is all zero.
** Ownership: a table belongs to this struct, and is the owner's until the next call.  What the options
** point to must outlive it, must not change meanwhile, and the struct must stay where it is.
*/
#ifndef CONNECTION_SHARD_TABLES_H
#define CONNECTION_SHARD_TABLES_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/threads.h"
#include "connection/connection_sums.h"

struct shard_tables_options {
  const struct connection_sums *sums; /* of all workers; their stores have the same number of shards */
  unsigned nsums;
  uint32_t *const *number; /* for each of these: translates the numbers of its observers */
  struct connection_part part;
  uint64_t idle;
  int keys_alone;
  unsigned alike;   /* enum connection_alike: those of a finished table come one after the other; 0: in any order */
  uint64_t memory;  /* bytes that all tables may take together, if that is enough for one */
  unsigned threads; /* that make tables; 0: the owner alone */
  struct stop stop; /* asked in the owner's thread */

  /* Is a packed piece wanted?  NULL: all are.  Any thread calls it. */
  int (*wants)(const void *context, const uint64_t *packed);
  /* Is called for each connection of a finished table; NULL: nothing is.  Any thread calls it. */
  void (*prepare)(const void *context, struct connection *c);
  const void *context;
};

struct shard_tables {
  struct shard_tables_options options;
  struct threads threads;
  uint32_t shards, next; /* how many there are, and which is to be made next */
  struct shard_table {
    struct connections table;
    enum { TABLE_FREE, TABLE_FILLED, TABLE_READY, TABLE_OWNED } is;
  } * table;
  unsigned ntables, nfilled;        /* tables, and those of them that are being filled */
  struct shard_table *owned;        /* that was returned last, or NULL */
  enum err_code failed;             /* of a thread: ERR_NOMEM, or 0 */
  atomic_int stopped;               /* threads are to end */
  pthread_mutex_t mutex;            /* guards all of this, while threads run */
  pthread_cond_t is_ready, is_free; /* a table is, or the threads have come to their end */
  int is_open;                      /* the mutex has been initialised */
};

/* ERR_NOMEM; shard_tables_close() is due all the same. */
enum err_code shard_tables_open(struct shard_tables *t, const struct shard_tables_options *options, struct err *e);

/* Sets *out to another table, or to NULL after the last one and on an error: ERR_NOMEM, ERR_INTERRUPT. */
enum err_code shard_tables_next(struct shard_tables *t, const struct connections **out, struct err *e);

void shard_tables_close(struct shard_tables *t);

/* In a child of fork(): see workers_are_lost(). */
static inline int shard_tables_are_lost(const struct shard_tables *t) {
  return t->threads.n > 0 && threads_in_child(&t->threads);
}

#endif

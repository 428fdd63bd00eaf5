/* SPDX-License-Identifier: MIT */
/*
** One pass of a connection scan: it reads all files for one part of the connections.
**
**     files --> workers: pieces of each, in shards --> tables of the shards --> connection_pass_next()
**
** Call order, all by one thread: connection_pass_begin(); connection_pass_read() until all is read; then
** connection_pass_open() and connection_pass_next() until it returns no connection, both any number of
** times; connection_pass_end(), which stops all, may be called at any time, and on a struct that is all
** zero.
**
** Ownership: what is passed by pointers must outlive the pass, and the struct must stay where it is.
*/
#ifndef CONNECTION_CONNECTION_PASS_H
#define CONNECTION_CONNECTION_PASS_H

#include "connection/connection_sums.h"
#include "connection/shard_tables.h"
#include "scan/summing_scan.h"

struct connection_pass_options {
  struct scan_options scan; /* which records are read */
  struct connection_wish wish;
  uint64_t memory; /* bytes that all pieces and tables together may take */
};

struct connection_pass {
  const struct connection_pass_options *options;
  struct connection_parts *parts;  /* which part of the connections it reads, and what is due later */
  struct summing_scan scan;        /* of all files */
  struct connection_sums *sums;    /* one for each of its workers */
  unsigned n;                      /* of these */
  struct observers observers;      /* of all workers, when all is read; */
  uint32_t **number;               /* of each worker's observers among these; */
  struct forwards forwards;        /* and of all workers as well */
  struct shard_tables tables;      /* of the pieces that were wanted last */
  const struct connections *table; /* the one whose connections are returned, or NULL */
  struct connections_place place;  /* how far these have been returned */
  int has_read;                    /* all is read */
  int is_open;                     /* connection_pass_end() is due */
};

/* Begins to read.  ERR_NOMEM; connection_pass_end() is due all the same. */
enum err_code connection_pass_begin(struct connection_pass *p, const struct files *files,
                                    const struct connection_pass_options *options, struct connection_parts *parts,
                                    struct err *e);

/*
** Waits until all is read, and sets has_read, unless a problem has ended the scan.  gateways: takes what
** the workers know of these; may be NULL.
*/
enum err_code connection_pass_read(struct connection_pass *p, struct gateways *gateways, struct err *e);

/*
** Goes back to before the first connection.  wants, prepare and their context: see shard_tables.h.
** keys_alone: see connections.h.  ERR_NOMEM.
*/
enum err_code connection_pass_open(struct connection_pass *p, int keys_alone,
                                   int (*wants)(const void *context, const uint64_t *packed),
                                   void (*prepare)(const void *context, struct connection *c), const void *context,
                                   struct err *e);

/* Sets *out to the next connection; to NULL at the end and on an error: ERR_NOMEM, ERR_INTERRUPT. */
enum err_code connection_pass_next(struct connection_pass *p, const struct connection **out, struct err *e);

/* The memory that the pieces leave. */
uint64_t connection_pass_memory_left(const struct connection_pass *p);

/* Ends the pass and frees all of it, except in a child of fork(), which has inherited it. */
void connection_pass_end(struct connection_pass *p, struct scan_counts *counts);

/* Is this such a child?  All of the pass then stays allocated. */
static inline int connection_pass_is_lost(const struct connection_pass *p) {
  return p->is_open && (summing_scan_is_lost(&p->scan) || shard_tables_are_lost(&p->tables));
}

#endif

/* SPDX-License-Identifier: MIT */
/*
** The workers' sums stay with them.  When all is read, the owner unites what they know besides pieces,
** and makes tables of the pieces of all workers, shard by shard.  The tables are made again each time
** that connection_pass_open() is called, because they are not kept.
*/
#include "connection/connection_pass.h"

#include <string.h>

#include "base/mem.h"
#include "base/threads.h"

/* --- reading ----------------------------------------------------------------------------------------------------- */

static void free_sums(struct connection_pass *p) {
  for (unsigned i = 0; i < p->n; i++) connection_kind.clear(&p->sums[i]);
  mem_free(p->sums);
  p->sums = NULL;
  p->n = 0;
}

/* Are the sums of a worker to give up?  The owner's question must not be asked in other threads. */
static int is_given_up(void *pass) {
  struct connection_pass *p = pass;
  const struct stop *stop = &p->options->scan.reader.stop;
  if (threads_is_member()) return workers_is_stopped(&p->scan.workers);
  return stop->ask && stop->ask(stop->context);
}

/* A quarter of the memory is left for tables. */
static enum err_code init_sums(struct connection_pass *p, struct err *e) {
  const struct stop stop = {.ask = is_given_up, .context = p};
  uint64_t share = p->options->memory / 4 * 3 / p->n;
  for (unsigned i = 0; i < p->n; i++) {
    struct connection_sums *s = &p->sums[i];
    if (connection_sums_init(s, &p->options->wish, p->parts, share, stop, e)) return e->code;
    p->scan.worker[i].summing = (struct summing){.kind = &connection_kind, .sums = s};
  }
  return ERR_NONE;
}

enum err_code connection_pass_begin(struct connection_pass *p, const struct files *files,
                                    const struct connection_pass_options *options, struct connection_parts *parts,
                                    struct err *e) {
  memset(p, 0, sizeof *p);
  p->options = options;
  p->parts = parts;
  p->is_open = 1;
  if (summing_scan_open(&p->scan, files, &options->scan, e)) return e->code;
  unsigned n = p->scan.workers.n;
  if (!(p->sums = mem_alloc(n * sizeof *p->sums))) return err_nomem(e);
  memset(p->sums, 0, n * sizeof *p->sums);
  p->n = n;
  parts->next = &p->scan.workers.next;
  return init_sums(p, e) ? e->code : summing_scan_start(&p->scan, e);
}

void connection_pass_end(struct connection_pass *p, struct scan_counts *counts) {
  memset(counts, 0, sizeof *counts);
  if (!p->is_open) return;
  p->is_open = !connection_pass_is_lost(p);
  if (p->is_open) {
    shard_tables_close(&p->tables);
    summing_scan_close(&p->scan, counts);
    for (unsigned i = 0; p->number && i < p->n; i++) mem_free(p->number[i]);
    mem_free(p->number);
    observers_clear(&p->observers);
    forwards_clear(&p->forwards);
    free_sums(p);
  }
  p->number = NULL;
  p->table = NULL;
  p->has_read = p->is_open = 0;
}

/* Unites what the workers know besides pieces. */
static enum err_code unite(struct connection_pass *p, struct gateways *gateways, struct err *e) {
  if (!(p->number = mem_alloc(p->n * sizeof *p->number))) return err_nomem(e);
  memset(p->number, 0, p->n * sizeof *p->number);
  for (unsigned i = 0; i < p->n; i++) {
    struct connection_sums *s = &p->sums[i];
    if (!(p->number[i] = mem_alloc((s->observers.n + 1) * sizeof **p->number))) return err_nomem(e);
    if (observers_merge(&p->observers, &s->observers, p->number[i], e)) return e->code;
    if (forwards_merge(&p->forwards, &s->forwards, e)) return e->code;
    if (gateways && gateways_merge(gateways, &s->gateways, e)) return e->code;
    observers_clear(&s->observers);
    forwards_clear(&s->forwards);
    gateways_clear(&s->gateways);
  }
  return ERR_NONE;
}

enum err_code connection_pass_read(struct connection_pass *p, struct gateways *gateways, struct err *e) {
  void *sums;
  if (summing_scan_next(&p->scan, &sums, e) || !sums || unite(p, gateways, e)) return e->code;
  p->has_read = 1;
  return ERR_NONE;
}

/* --- connections ------------------------------------------------------------------------------------------------- */

uint64_t connection_pass_memory_left(const struct connection_pass *p) {
  uint64_t used = observers_bytes(&p->observers), least = p->options->memory / 4;
  for (unsigned i = 0; i < p->n; i++) used += piece_store_held(&p->sums[i].pieces);
  return used + least < p->options->memory ? p->options->memory - used : least;
}

enum err_code connection_pass_open(struct connection_pass *p, int keys_alone,
                                   int (*wants)(const void *context, const uint64_t *packed),
                                   void (*prepare)(const void *context, struct connection *c), const void *context,
                                   struct err *e) {
  const struct shard_tables_options options = {
      .sums = p->sums,
      .nsums = p->n,
      .number = p->number,
      .part = p->parts->part,
      .idle = p->options->wish.idle,
      .keys_alone = keys_alone || p->options->wish.peers,
      .alike = prepare && !wants ? p->options->wish.alike : 0, /* those that are to be returned */
      .memory = connection_pass_memory_left(p),
      .threads = p->scan.workers.threads.n,
      .stop = p->options->scan.reader.stop,
      .wants = wants,
      .prepare = prepare,
      .context = context,
  };
  shard_tables_close(&p->tables);
  memset(&p->place, 0, sizeof p->place);
  p->table = NULL;
  return shard_tables_open(&p->tables, &options, e);
}

enum err_code connection_pass_next(struct connection_pass *p, const struct connection **out, struct err *e) {
  *out = NULL;
  for (;;) {
    if (p->table && (*out = connections_next(p->table, &p->place))) return ERR_NONE;
    memset(&p->place, 0, sizeof p->place);
    if (shard_tables_next(&p->tables, &p->table, e) || !p->table) return e->code;
  }
}

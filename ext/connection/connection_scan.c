/* SPDX-License-Identifier: MIT */
/*
** A pass reads all files for one part of the connections: at first all of them, and later what the
** tables had no room for (connection_parts.due).  When the workers have ended, one of them has the
** table of all; its pieces become connections, and these get their roles.
**
** Peers are counted in the table if it has all keys, and else by a connection scan within this one,
** which reads the keys of the ends that are undecided.
*/
#include "connection/connection_scan.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/threads.h"
#include "connection/peers.h"

#define ASKED 4096 /* connections after which `stop` is asked */

/* --- a pass ------------------------------------------------------------------------------------------------------ */

static void free_sums(struct connection_scan *g) {
  for (unsigned i = 0; i < g->n; i++) connection_kind.clear(&g->sums[i]);
  mem_free(g->sums);
  g->sums = NULL;
  g->n = 0;
}

/* Each worker's share leaves room for what is there twice for a moment, while tables are merged. */
static void init_sums(struct connection_scan *g) {
  for (unsigned i = 0; i < g->n; i++) {
    struct connection_sums *s = &g->sums[i];
    s->wish = &g->options.wish;
    s->parts = &g->parts;
    s->share = g->options.memory * 2 / (3 * g->n);
    s->part = g->parts.part;
    s->version = atomic_load_explicit(&g->parts.version, memory_order_relaxed);
    connections_init(&s->table, s->wish->idle, s->wish->peers != NULL);
    g->scan.worker[i].summing = (struct summing){.kind = &connection_kind, .sums = s};
  }
}

static enum err_code begin_pass(struct connection_scan *g, struct err *e) {
  g->is_open = 1;
  g->passes++;
  if (summing_scan_open(&g->scan, g->files, &g->options.scan, e)) return e->code;
  unsigned n = g->scan.workers.n;
  if (!(g->sums = mem_alloc(n * sizeof *g->sums))) return err_nomem(e);
  memset(g->sums, 0, n * sizeof *g->sums);
  g->n = n;
  g->parts.next = &g->scan.workers.next;
  init_sums(g);
  return summing_scan_start(&g->scan, e);
}

static void end_pass(struct connection_scan *g) {
  struct scan_counts counts;
  int is_lost = summing_scan_is_lost(&g->scan);
  if (!g->is_open) return;
  summing_scan_close(&g->scan, &counts);
  if (!g->counts.files) g->counts = counts;
  if (!is_lost) free_sums(g);
  g->sums = g->current = NULL;
  g->n = 0;
  g->is_open = 0;
}

/*
** Gives each connection of all files to the function, whatever part of them the table at hand has:
** from the table if it has all, or else by another scan within this one.
*/
typedef enum err_code each_connection(void *context, const struct connections *t, const struct connection *c,
                                      struct err *e);

static int has_all(const struct connection_scan *g) { return !g->options.wish.wanted && !g->parts.part.bits; }

static enum err_code each_here(struct connection_scan *g, each_connection *each, void *context, struct err *e) {
  struct connections_place place = {0};
  const struct connection *c;
  for (size_t n = 0; (c = connections_next(&g->current->table, &place)) != NULL; n++) {
    if (n % ASKED == 0 && stop_check(&g->options.scan.reader.stop, e)) return e->code;
    if (each(context, &g->current->table, c, e)) return e->code;
  }
  return ERR_NONE;
}

/* The memory that the table at hand leaves. */
static uint64_t memory_left(const struct connection_scan *g) {
  uint64_t used = connections_bytes(&g->current->table, 0), least = g->options.memory / 4;
  return used + least < g->options.memory ? g->options.memory - used : least;
}

/* A file that could be read once need not be readable again: the problem ends this scan, too. */
static void take_problem(struct connection_scan *g, struct connection_scan *other) {
  g->problem = other->scan.failed;
  memset(&other->scan.failed, 0, sizeof other->scan.failed);
  g->has_problem = 1;
}

static enum err_code each_elsewhere(struct connection_scan *g, const struct connection_wish *wish,
                                    each_connection *each, void *context, struct err *e) {
  struct connection_scan *other = mem_alloc(sizeof *other);
  struct connection_scan_options options = g->options;
  const struct connection *c;
  if (!other) return err_nomem(e);
  options.wish = *wish;
  options.memory = memory_left(g);
  if (!connection_scan_open(other, g->files, &options, e))
    while (!connection_scan_next(other, &c, e) && c && !each(context, connection_scan_table(other), c, e)) {
    }
  if (!e->code && !g->has_problem && connection_scan_problem(other)) take_problem(g, other);
  g->passes += other->passes;
  connection_scan_close(other, NULL);
  mem_free(other);
  return e->code;
}

/* --- gateways ---------------------------------------------------------------------------------------------------- */

/* The key of a connection, and the bytes that its ends sent. */
static void read_sent(const struct connections *t, const struct connection *c, struct flow_key *key, uint64_t *a,
                      uint64_t *b) {
  uint64_t packets;
  connection_key(c, key);
  points_sent(connections_points(t, c), 0, &packets, a);
  points_sent(connections_points(t, c), 1, &packets, b);
}

static enum err_code each_pair(void *scan, const struct connections *t, const struct connection *c, struct err *e) {
  struct connection_scan *g = scan;
  struct flow_key key;
  uint64_t a, b;
  read_sent(t, c, &key, &a, &b);
  return gateways_pair(&g->gateways, &key, a, b, g->options.wish.inside, e);
}

static enum err_code each_total(void *scan, const struct connections *t, const struct connection *c, struct err *e) {
  struct connection_scan *g = scan;
  struct flow_key key;
  uint64_t a, b;
  (void)e;
  read_sent(t, c, &key, &a, &b);
  gateways_total(&g->gateways, &key, a, b, g->options.wish.inside);
  return ERR_NONE;
}

/* Finds the gateways among the addresses of logs that lack those of the packets. */
static enum err_code find_gateways(struct connection_scan *g, struct err *e) {
  const struct connection_wish all = {.idle = g->options.wish.idle, .is_raw = 1};
  if (gateways_merge(&g->gateways, &g->current->gateways, e) || gateways_choose(&g->gateways, e)) return e->code;
  if (!gateways_has_candidates(&g->gateways)) return ERR_NONE;
  if (has_all(g) ? each_here(g, each_pair, g, e) : each_elsewhere(g, &all, each_pair, g, e)) return e->code;
  if (has_all(g) ? each_here(g, each_total, g, e) : each_elsewhere(g, &all, each_total, g, e)) return e->code;
  gateways_confirm(&g->gateways, g->options.wish.inside);
  return ERR_NONE;
}

/* --- roles ------------------------------------------------------------------------------------------------------- */

/* What is known of the ends of undecided connections. */
struct undecided {
  struct peers peers;
  struct set addresses; /* theirs, as texts */
  int collects;         /* the addresses are wanted */
};

static enum err_code want(struct undecided *u, const struct flow_end *end, uint32_t protocol, struct err *e) {
  char text[IP_TEXT + HASH_PADDING];
  if (peers_want(&u->peers, end, protocol, e) || !u->collects) return e->code;
  return set_add_text(&u->addresses, text, ip_format(&end->addr, text), e);
}

static void set_role(struct connection *c, struct role role) { c->role = (uint32_t)role.from << 1 | role.client; }

/* Decides what needs no peers, and collects the ends of the rest. */
static enum err_code decide_alone(struct connection_scan *g, struct undecided *u, struct err *e) {
  struct connections_place place = {0};
  struct connection *c;
  for (size_t n = 0; (c = connections_next(&g->current->table, &place)) != NULL; n++) {
    struct flow_key key;
    if (n % ASKED == 0 && stop_check(&g->options.scan.reader.stop, e)) return e->code;
    connection_key(c, &key);
    struct role role = role_of(c, &key, g->options.services);
    set_role(c, role);
    if (!role.from && (want(u, &key.a, key.protocol, e) || want(u, &key.b, key.protocol, e))) return e->code;
  }
  return ERR_NONE;
}

/* A key that has several connections counts once. */
static enum err_code each_peer(void *peers, const struct connections *t, const struct connection *c, struct err *e) {
  struct flow_key key;
  (void)t, (void)e;
  connection_key(c, &key);
  if (!c->is_again) peers_count(peers, &key);
  return ERR_NONE;
}

/* Counts the peers by reading the keys of these ends in all files. */
static enum err_code count_elsewhere(struct connection_scan *g, struct undecided *u, struct err *e) {
  struct predicate predicate;
  struct predicate_term term = {.subject = SUBJECT_ADDR, .op = PREDICATE_TEXTS, .set = u->addresses};
  const struct connection_wish wish = {.wanted = &predicate, .peers = &u->peers, .is_raw = 1};
  set_init(&u->addresses); /* the predicate owns them now */
  predicate_init(&predicate);
  if (!predicate_add(&predicate, &term, e)) {
    predicate_finish(&predicate);
    each_elsewhere(g, &wish, each_peer, &u->peers, e);
  }
  predicate_clear(&predicate);
  return e->code;
}

static enum err_code decide_by_peers(struct connection_scan *g, const struct undecided *u, struct err *e) {
  struct connections_place place = {0};
  struct connection *c;
  for (size_t n = 0; (c = connections_next(&g->current->table, &place)) != NULL; n++) {
    struct flow_key key;
    if (n % ASKED == 0 && stop_check(&g->options.scan.reader.stop, e)) return e->code;
    if (connection_role(c).from) continue;
    connection_key(c, &key);
    set_role(c, role_by_peers(c, &key, peers_of(&u->peers, &key.a, key.protocol),
                              peers_of(&u->peers, &key.b, key.protocol)));
  }
  return ERR_NONE;
}

static enum err_code decide(struct connection_scan *g, struct err *e) {
  struct undecided u = {.collects = !has_all(g)};
  set_init(&u.addresses);
  if (decide_alone(g, &u, e)) goto done;
  if (u.peers.used && (has_all(g) ? each_here(g, each_peer, &u.peers, e) : count_elsewhere(g, &u, e))) goto done;
  decide_by_peers(g, &u, e);
done:
  peers_clear(&u.peers);
  set_clear(&u.addresses);
  return e->code;
}

/* --- the owner --------------------------------------------------------------------------------------------------- */

enum err_code connection_scan_open(struct connection_scan *g, const struct files *files,
                                   const struct connection_scan_options *options, struct err *e) {
  memset(g, 0, sizeof *g);
  g->files = files;
  g->options = *options;
  g->parts.nfiles = files->n;
  atomic_init(&g->parts.version, 0);
  if (threads_lock_init(&g->parts.mutex, NULL, NULL, e)) return e->code;
  g->is_ready = 1;
  return begin_pass(g, e);
}

void connection_scan_close(struct connection_scan *g, struct scan_counts *counts) {
  int is_lost = g->is_open && summing_scan_is_lost(&g->scan);
  end_pass(g);
  gateways_clear(&g->gateways);
  batch_clear(&g->problem);
  g->has_problem = 0;
  g->counts.passes = g->passes;
  if (counts) *counts = g->counts;
  if (g->is_ready && !is_lost) {
    mem_free(g->parts.due);
    threads_lock_clear(&g->parts.mutex, NULL, NULL);
  }
  g->is_ready = 0;
}

/* Waits until the pass has ended, and makes connections of what it has read. */
static enum err_code finish_pass(struct connection_scan *g, struct err *e) {
  void *sums;
  if (summing_scan_next(&g->scan, &sums, e) || !sums) return e->code;
  g->current = sums;
  memset(&g->place, 0, sizeof g->place);
  if (connection_sums_keep_part(g->current, e)) return e->code;
  if (connections_finish(&g->current->table, &g->options.scan.reader.stop, e)) return e->code;
  if (g->options.wish.is_raw) return ERR_NONE;
  if (g->options.wish.inside && find_gateways(g, e)) return e->code;
  g->options.wish.inside = NULL; /* the gateways are known now */
  return decide(g, e);
}

enum err_code connection_scan_next(struct connection_scan *g, const struct connection **out, struct err *e) {
  *out = NULL;
  while (!g->has_problem) {
    if (g->current && (*out = connections_next(&g->current->table, &g->place))) return ERR_NONE;
    if (g->current) {
      if (workers_check_process(&g->scan.workers, e)) return e->code;
      if (!g->parts.ndue) return ERR_NONE;
      end_pass(g);
      g->parts.part = g->parts.due[--g->parts.ndue];
      if (begin_pass(g, e)) return e->code;
    }
    if (finish_pass(g, e) || !g->current) return e->code;
  }
  return ERR_NONE;
}

const struct batch *connection_scan_problem(const struct connection_scan *g) {
  if (g->has_problem) return &g->problem;
  return g->is_open ? summing_scan_problem(&g->scan) : NULL;
}

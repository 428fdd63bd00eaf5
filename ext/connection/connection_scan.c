/* SPDX-License-Identifier: MIT */
/*
** The first pass reads all connections, or the part that there is room for; later passes read the parts
** that are due (connection_parts.due).
**
** The connections of a pass are made more than once.  Before any of them is returned, those that only
** peers decide about must be known, and the peers of their ends be counted.  Each time only the pieces
** that may be concerned are looked at.
**
** Peers are counted in the pass if it has all keys, and else by a connection scan within this one, which
** reads the keys of the ends that are undecided.
*/
#include "connection/connection_scan.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/threads.h"

#define ASKED 4096 /* connections after which `stop` is asked */

/* --- passes ------------------------------------------------------------------------------------------------------ */

/* The files are to be read again, because there was no room for all connections. */
static enum err_code check_no_pipe(const struct connection_scan *g, struct err *e) {
  const struct file *pipe = files_pipe(g->files);
  if (!pipe) return ERR_NONE;
  return err_set(e, ERR_ARGUMENT, 0,
                 "'%s' is a pipe, which can be read only once, and its connections take more than memory = %llu; allow "
                 "more, or write it to a file, and ask that",
                 pipe->path, (unsigned long long)g->options.pass.memory);
}

static enum err_code begin_pass(struct connection_scan *g, struct err *e) {
  g->passes++;
  return connection_pass_begin(&g->pass, g->files, &g->options.pass, &g->parts, e);
}

static void end_pass(struct connection_scan *g) {
  struct scan_counts counts;
  connection_pass_end(&g->pass, &counts);
  if (!g->counts.files) g->counts = counts;
  peers_clear(&g->peers);
}

static const struct connection_wish *wish_of(const struct connection_scan *g) { return &g->options.pass.wish; }

static const struct stop *stop_of(const struct connection_scan *g) { return &g->options.pass.scan.reader.stop; }

/*
** Gives each connection of all files to the function, whatever part of them the table at hand has:
** from the table if it has all, or else by another scan within this one.
*/
typedef enum err_code each_connection(void *context, const struct connections *t, const struct connection *c,
                                      struct err *e);

static int has_all(const struct connection_scan *g) { return !wish_of(g)->wanted && !g->parts.part.bits; }

/* Those for which the pass has been opened. */
static enum err_code each_here(struct connection_scan *g, each_connection *each, void *context, struct err *e) {
  const struct connection *c;
  for (size_t n = 1; !connection_pass_next(&g->pass, &c, e) && c; n++) {
    if (n % ASKED == 0 && stop_check(stop_of(g), e)) break;
    if (each(context, g->pass.table, c, e)) break;
  }
  return e->code;
}

/* A file that could be read once need not be readable again: the problem ends this scan, too. */
static void take_problem(struct connection_scan *g, struct connection_scan *other) {
  g->problem = other->pass.scan.failed;
  memset(&other->pass.scan.failed, 0, sizeof other->pass.scan.failed);
  g->has_problem = 1;
}

static enum err_code each_elsewhere(struct connection_scan *g, const struct connection_wish *wish,
                                    each_connection *each, void *context, struct err *e) {
  struct connection_scan *other = mem_alloc(sizeof *other);
  struct connection_scan_options options = g->options;
  const struct connection *c;
  if (!other) return err_nomem(e);
  if (check_no_pipe(g, e)) return mem_free(other), e->code;
  options.pass.wish = *wish;
  options.pass.memory = connection_pass_memory_left(&g->pass);
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
  packed_read_key(connection_key(c), key);
  points_sent(connections_points(t, c), 0, &packets, a);
  points_sent(connections_points(t, c), 1, &packets, b);
}

static enum err_code each_pair(void *scan, const struct connections *t, const struct connection *c, struct err *e) {
  struct connection_scan *g = scan;
  struct flow_key key;
  uint64_t a, b;
  read_sent(t, c, &key, &a, &b);
  return gateways_pair(&g->gateways, &key, a, b, wish_of(g)->inside, e);
}

static enum err_code each_total(void *scan, const struct connections *t, const struct connection *c, struct err *e) {
  struct connection_scan *g = scan;
  struct flow_key key;
  uint64_t a, b;
  (void)e;
  read_sent(t, c, &key, &a, &b);
  gateways_total(&g->gateways, &key, a, b, wish_of(g)->inside);
  return ERR_NONE;
}

/* Gives each connection with its sums to the function. */
static enum err_code each_sum(struct connection_scan *g, each_connection *each, struct err *e) {
  const struct connection_wish all = {.idle = wish_of(g)->idle, .is_raw = 1};
  if (!has_all(g)) return each_elsewhere(g, &all, each, g, e);
  return connection_pass_open(&g->pass, 0, NULL, NULL, NULL, e) ? e->code : each_here(g, each, g, e);
}

/* Finds the gateways among the addresses of logs that lack those of the packets. */
static enum err_code find_gateways(struct connection_scan *g, struct err *e) {
  if (gateways_choose(&g->gateways, e) || !gateways_has_candidates(&g->gateways)) return e->code;
  if (each_sum(g, each_pair, e) || each_sum(g, each_total, e)) return e->code;
  gateways_confirm(&g->gateways, wish_of(g)->inside);
  return ERR_NONE;
}

/* --- roles ------------------------------------------------------------------------------------------------------- */

static void set_role(struct connection *c, struct role role) { c->role = (uint32_t)role.from << 1 | role.client; }

/* Decides what needs no peers. */
static void decide_alone(const void *scan, struct connection *c) {
  const struct connection_scan *g = scan;
  struct flow_key key;
  packed_read_key(connection_key(c), &key);
  set_role(c, role_of(c, &key, &g->services));
}

/* Decides the rest as well. */
static void decide(const void *scan, struct connection *c) {
  const struct connection_scan *g = scan;
  struct flow_key key;
  packed_read_key(connection_key(c), &key);
  struct role role = role_of(c, &key, &g->services);
  if (!role.from)
    role = role_by_peers(c, &key, peers_of(&g->peers, &key.a, key.protocol), peers_of(&g->peers, &key.b, key.protocol));
  set_role(c, role);
}

static int may_need_peers(const void *scan, const uint64_t *packed) {
  const struct connection_scan *g = scan;
  return role_may_need_peers(&g->services, packed_port(packed, 0), packed_port(packed, 1), packed_protocol(packed));
}

static int has_counted_end(const void *scan, const uint64_t *packed) {
  const struct connection_scan *g = scan;
  struct flow_key key;
  packed_read_key(packed, &key);
  return peers_concern(&g->peers, &key);
}

/*
** The ends of undecided connections, and their addresses as texts, if peers are counted elsewhere.
** The addresses only save time, so they are dropped if they take much memory.
*/
struct undecided {
  struct peers *peers;
  struct set addresses;
  int collects;
  uint64_t most; /* bytes that the addresses may take */
};

static enum err_code want(struct undecided *u, const struct flow_end *end, uint32_t protocol, struct err *e) {
  char text[IP_TEXT + HASH_PADDING];
  if (peers_want(u->peers, end, protocol, e) || !u->collects) return e->code;
  if (set_add_text(&u->addresses, text, ip_format(&end->addr, text), e)) return e->code;
  if (set_bytes(&u->addresses) > u->most) {
    set_clear(&u->addresses);
    u->collects = 0;
  }
  return ERR_NONE;
}

static enum err_code each_undecided(void *undecided, const struct connections *t, const struct connection *c,
                                    struct err *e) {
  struct flow_key key;
  (void)t;
  if (connection_role(c).from) return ERR_NONE;
  packed_read_key(connection_key(c), &key);
  return want(undecided, &key.a, key.protocol, e) ? e->code : want(undecided, &key.b, key.protocol, e);
}

/* A key that has several connections counts once. */
static enum err_code each_peer(void *peers, const struct connections *t, const struct connection *c, struct err *e) {
  struct flow_key key;
  (void)t, (void)e;
  packed_read_key(connection_key(c), &key);
  if (!c->is_again) peers_count(peers, &key);
  return ERR_NONE;
}

/* Counts the peers by reading the keys of these ends in all files. */
static enum err_code count_elsewhere(struct connection_scan *g, struct undecided *u, struct err *e) {
  struct predicate predicate;
  struct predicate_term term = {.subject = SUBJECT_ADDR, .op = PREDICATE_TEXTS, .set = u->addresses};
  struct connection_wish wish = {.peers = &g->peers, .is_raw = 1};
  set_init(&u->addresses); /* the predicate owns them now */
  predicate_init(&predicate);
  if (u->collects) wish.wanted = &predicate;
  if (!predicate_add(&predicate, &term, e)) {
    predicate_finish(&predicate);
    each_elsewhere(g, &wish, each_peer, &g->peers, e);
  }
  predicate_clear(&predicate);
  return e->code;
}

/* Counts the peers of the ends that only peers decide about. */
static enum err_code count_peers(struct connection_scan *g, struct err *e) {
  int is_elsewhere = !has_all(g);
  struct undecided u = {.peers = &g->peers, .collects = is_elsewhere, .most = g->options.pass.memory / 16};
  set_init(&u.addresses);
  if (!connection_pass_open(&g->pass, 0, may_need_peers, decide_alone, g, e)) each_here(g, each_undecided, &u, e);
  if (!e->code && g->peers.used) {
    if (is_elsewhere) count_elsewhere(g, &u, e);
    else if (!connection_pass_open(&g->pass, 1, has_counted_end, NULL, g, e)) each_here(g, each_peer, &g->peers, e);
  }
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
  g->parts.part.together = wish_of(g)->alike != 0;
  services_init(&g->services, options->services);
  atomic_init(&g->parts.version, 0);
  if (threads_lock_init(&g->parts.mutex, NULL, NULL, e)) return e->code;
  g->is_ready = 1;
  return begin_pass(g, e);
}

void connection_scan_close(struct connection_scan *g, struct scan_counts *counts) {
  if (g->is_ready && !connection_pass_is_lost(&g->pass)) {
    end_pass(g);
    gateways_clear(&g->gateways);
    batch_clear(&g->problem);
    mem_free(g->parts.due);
    threads_lock_clear(&g->parts.mutex, NULL, NULL);
  }
  g->counts.passes = g->passes;
  if (counts) *counts = g->counts;
  g->has_problem = g->is_ready = g->pass.is_open = 0;
  g->pass.table = NULL;
}

/* Waits until the pass has read all, and gets ready to return its connections. */
static enum err_code finish_pass(struct connection_scan *g, struct err *e) {
  struct connection_pass *p = &g->pass;
  int finds = wish_of(g)->inside != NULL;
  if (connection_pass_read(p, finds ? &g->gateways : NULL, e) || !p->has_read) return e->code;
  if (wish_of(g)->is_raw) return connection_pass_open(p, 0, NULL, NULL, NULL, e);
  if (finds && find_gateways(g, e)) return e->code;
  g->options.pass.wish.inside = NULL; /* the gateways are known now */
  return count_peers(g, e) ? e->code : connection_pass_open(p, 0, NULL, decide, g, e);
}

enum err_code connection_scan_next(struct connection_scan *g, const struct connection **out, struct err *e) {
  struct connection_pass *p = &g->pass;
  *out = NULL;
  while (!g->has_problem) {
    if (p->table && (*out = connections_next(p->table, &p->place))) return ERR_NONE;
    if (p->has_read) {
      if (workers_check_process(&p->scan.workers, e) || connection_pass_next(p, out, e) || *out) return e->code;
      if (!g->parts.ndue || check_no_pipe(g, e)) return e->code;
      end_pass(g);
      g->parts.part = g->parts.due[--g->parts.ndue];
      if (begin_pass(g, e)) return e->code;
    }
    if (finish_pass(g, e) || !p->has_read) return e->code;
  }
  return ERR_NONE;
}

const struct batch *connection_scan_problem(const struct connection_scan *g) {
  if (g->has_problem) return &g->problem;
  return g->pass.is_open ? summing_scan_problem(&g->pass.scan) : NULL;
}

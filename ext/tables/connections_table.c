/* SPDX-License-Identifier: MIT */
/*
** flowlogs_connections: who talked to whom, with each packet counted once.
**
**     SELECT client, server, server_port, sum(client_bytes), sum(server_bytes)
**       FROM flowlogs_connections('AWSLogs/') WHERE state = 'established' GROUP BY 1, 2, 3;
**
** Conditions are of two kinds.  Those on a field of the records (protocol, interface_id) and the
** options since, until and filter choose which records are read.  Those on the ends choose
** connections: the scan passes over records that cannot be of a wanted connection, and SQLite
** compares once more.  Conditions on the ends and on the protocol are not passed on where the query
** uses the columns about an end's interface, because what the other records say of that interface
** counts as well.  One on the protocol chooses connections where the query uses is_nat_leg, because
** records of other protocols tell who is a gateway.
**
** The rowid is made from the ends, the protocol and first_seen, because SQLite's plans for OR go
** through the table several times, and tell by the rowid what they have seen already.
*/
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "functions/functions.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/connections_columns.h"
#include "tables/query.h"
#include "tables/table.h"
#include "tables/tables.h"

/* --- the cursor -------------------------------------------------------------------------------------------------- */

static int connections_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                               char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_connections_table, aux, out);
}

static int connections_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct connections_cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, offsetof(struct connections_cursor, scan));
  predicate_init(&c->records);
  predicate_init(&c->wanted);
  query_open(&c->query, table);
  *out = &c->query.cursor;
  return SQLITE_OK;
}

/* The one way in which a scan stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct connections_cursor *c, int finished) {
  struct scan_counts counts;
  if (c->is_open) {
    connection_scan_close(&c->scan, &counts);
    query_note_scan(&c->query, &counts, finished);
  }
  predicate_clear(&c->records);
  predicate_clear(&c->wanted);
  prefix_table_free(c->inside);
  mem_free(c->servers);
  c->inside = NULL;
  c->servers = NULL;
  c->is_open = 0;
  c->found = NULL;
}

static int connections_close(sqlite3_vtab_cursor *cursor) {
  struct connections_cursor *c = (struct connections_cursor *)cursor;
  stop(c, 0);
  query_close(&c->query);
  mem_free(c);
  return SQLITE_OK;
}

/* --- what the query needs ---------------------------------------------------------------------------------------- */

/* What the scan is to note, from the columns that the query uses. */
static void choose_wish(struct connections_cursor *c, struct connection_wish *w) {
  const struct query *q = &c->query;
  memset(w, 0, sizeof *w);
  w->idle = (uint64_t)q->options.idle;
  w->alike = q->alike;
  w->forwards = (uint8_t)connections_columns_use(q, SHOWN_IS_NAT_LEG);
  w->inside = w->forwards ? c->inside : NULL;
  w->traits = (uint8_t)connections_columns_use_traits(q, w->uses);
  w->wanted = w->traits || !c->wanted.n ? NULL : &c->wanted;
  w->uses[FIELD_packets] =
      connections_columns_use(q, SHOWN_CLIENT_PACKETS) || connections_columns_use(q, SHOWN_SERVER_PACKETS);
  w->uses[FIELD_bytes] =
      connections_columns_use(q, SHOWN_CLIENT_BYTES) || connections_columns_use(q, SHOWN_SERVER_BYTES);
  w->uses[FIELD_start] = connections_columns_use(q, SHOWN_FIRST_SEEN) || connections_columns_use(q, SHOWN_SECONDS);
  w->uses[FIELD_end] = connections_columns_use(q, SHOWN_LAST_SEEN) || connections_columns_use(q, SHOWN_SECONDS);
  w->uses[FIELD_action] = connections_columns_use(q, SHOWN_ACCEPTED) || connections_columns_use(q, SHOWN_REJECTED);
}

/*
** A condition that NULL meets is not passed on for ports: the records of ICMP have a port, 0, where the
** connection has none.
*/
static int is_left_to_sqlite(const struct predicate_term *t) {
  return t->subject >= SUBJECT_ADDR && t->null_passes && predicate_subject_kind(t->subject) == KIND_INT;
}

/* Records of another protocol are not needed, unless they tell about an interface or a gateway. */
static int is_of_connections(const struct query *q, const struct predicate_term *t) {
  if (t->subject == FIELD_protocol)
    return connections_columns_use_traits(q, NULL) || connections_columns_use(q, SHOWN_IS_NAT_LEG);
  return t->subject >= SUBJECT_ADDR;
}

/* Divides the conditions into those on records and those on connections. */
static int divide_conditions(struct connections_cursor *c) {
  struct err e = {0};
  for (size_t i = 0; i < c->query.predicate.n; i++) {
    const struct predicate_term *t = &c->query.predicate.term[i];
    if (is_left_to_sqlite(t)) continue;
    if (predicate_add_copy(is_of_connections(&c->query, t) ? &c->wanted : &c->records, t, &e)) return SQLITE_NOMEM;
  }
  predicate_finish(&c->records);
  predicate_finish(&c->wanted);
  return SQLITE_OK;
}

static int read_lists(struct connections_cursor *c) {
  struct query *q = &c->query;
  sqlite3 *db = query_table(q)->db;
  char **pzErr = &q->cursor.pVtab->zErrMsg;
  int rc = SQLITE_OK;
  if (connections_columns_use(q, SHOWN_DIRECTION) || connections_columns_use(q, SHOWN_IS_NAT_LEG))
    rc = inside_read(db, "inside", q->options.inside, &c->inside, pzErr);
  return rc ? rc : port_list_read(db, "servers", q->options.servers, &c->servers, pzErr);
}

static int begin(struct connections_cursor *c) {
  struct err e = {0};
  struct connection_scan_options options = {.pass.memory = (uint64_t)c->query.options.memory};
  int rc = query_scan_options(&c->query, &c->records, &options.pass.scan);
  if (rc) return rc;
  options.services = c->servers;
  choose_wish(c, &options.pass.wish);
  c->is_open = 1;
  query_begin_scan(&c->query);
  if (!connection_scan_open(&c->scan, &c->query.list.files, &options, &e)) return SQLITE_OK;
  stop(c, 0);
  return report_error(&c->query.cursor.pVtab->zErrMsg, &e);
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

/* Do the terms about either end, which SQLite does not compare, hold for one end of the connection? */
static int either_passes(const struct connections_cursor *c, uint8_t subject) {
  const struct predicate_term *first = NULL;
  uint32_t n = 0;
  for (size_t i = 0; i < c->wanted.n; i++) {
    if (c->wanted.term[i].subject != subject) continue;
    if (!n++) first = &c->wanted.term[i];
  }
  for (int side = 0; n && side < 2; side++) {
    const struct flow_end *end = side ? &c->key.b : &c->key.a;
    if (subject == SUBJECT_PORT) {
      if (end->port != FLOW_NO_PORT && predicate_passes_number(first, n, end->port)) return 1;
    } else {
      char text[IP_TEXT + TOKENS_BLOCK] = "";
      size_t length = ip_format(&end->addr, text);
      if (predicate_passes_text(first, n, text, length)) return 1;
    }
  }
  return !n;
}

static int connections_next_row(sqlite3_vtab_cursor *cursor) {
  struct connections_cursor *c = (struct connections_cursor *)cursor;
  char **pzErr = &cursor->pVtab->zErrMsg;
  const struct batch *b;
  struct err e = {0};
  int rc = SQLITE_OK;
  do {
    if (connection_scan_next(&c->scan, &c->found, &e)) {
      rc = report_error(pzErr, &e);
      c->found = NULL;
    } else if (c->found) {
      packed_read_key(connection_key(c->found), &c->key);
      c->role = connection_role(c->found);
      c->has_sent = 0;
    } else if ((b = connection_scan_problem(&c->scan)) != NULL) {
      rc = report_problem(pzErr, c->query.list.files.file[b->file].path, b, &b->problem[0],
                          query_advice(&c->query, b->problem[0].code));
    }
  } while (c->found && !(either_passes(c, SUBJECT_ADDR) && either_passes(c, SUBJECT_PORT)));
  if (c->found && c->query.watch.line.is_shown) watch_rows(&c->query.watch);
  if (rc || !c->found) stop(c, !rc);
  return rc;
}

static int connections_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct connections_cursor *c = (struct connections_cursor *)cursor;
  (void)idx;
  stop(c, 0);
  int rc = query_begin(&c->query, plan, argc, argv);
  if (!rc) rc = divide_conditions(c);
  if (!rc) rc = read_lists(c);
  if (!rc) rc = begin(c);
  return rc ? rc : connections_next_row(cursor);
}

static int connections_eof(sqlite3_vtab_cursor *cursor) {
  return ((const struct connections_cursor *)cursor)->found == NULL;
}

static int connections_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column) {
  const struct query *q = (const struct query *)cursor;
  if (!columns_is_used(q->used, column)) return SQLITE_INTERNAL; /* what it needs was not noted */
  return table_column(cursor, ctx, column);
}

/* As in rollup_table.c: two passes with other records would give other sums under the same rowid. */
static int connections_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct connections_cursor *c = (const struct connections_cursor *)cursor;
  int apart = options_select(&c->query.options);
  for (size_t i = 0; i < c->records.n; i++) apart |= c->records.term[i].subject != FIELD_protocol;
  if (apart)
    return report_text(&cursor->pVtab->zErrMsg,
                       "flowlogs_connections has no rowid with interface_id, since, until or filter; inside OR, write "
                       "the path and these once, outside of it, or IN (…)");
  *out = query_sum_rowid(&c->query, hash_mix(packed_hash(connection_key(c->found)), c->found->seen.first));
  return SQLITE_OK;
}

const sqlite3_module flowlogs_connections_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = connections_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = connections_open,
    .xClose = connections_close,
    .xFilter = connections_filter,
    .xNext = connections_next_row,
    .xEof = connections_eof,
    .xColumn = connections_column,
    .xRowid = connections_rowid,
    .xFindFunction = functions_find,
};

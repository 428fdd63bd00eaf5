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
#include "connection/connection_scan.h"
#include "functions/functions.h"
#include "functions/inside.h"
#include "functions/port_list.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/query.h"
#include "tables/table.h"
#include "tables/tables.h"

struct connections_cursor {
  struct query query;       /* the options in force, the conditions, and the files */
  struct predicate records; /* conditions on records */
  struct predicate wanted;  /* conditions on the ends */
  struct prefix_table *inside;
  struct port_list *servers;
  int is_open;                    /* scan is open */
  const struct connection *found; /* this row; NULL at the end */
  struct flow_key key;            /* its key, and who the client is: */
  struct role role;
  struct connection_scan scan;
};

/* --- the columns ------------------------------------------------------------------------------------------------- */

enum end { END_CLIENT, END_SERVER };

/* What the columns show besides the ends. */
enum shown {
  SHOWN_FIRST_SEEN,
  SHOWN_LAST_SEEN,
  SHOWN_SECONDS,
  SHOWN_CLIENT_PACKETS,
  SHOWN_CLIENT_BYTES,
  SHOWN_SERVER_PACKETS,
  SHOWN_SERVER_BYTES,
  SHOWN_RECORDS,
  SHOWN_ACCEPTED,
  SHOWN_REJECTED,
  SHOWN_STATE,
  SHOWN_ROLE_FROM,
  SHOWN_DIRECTION,
  SHOWN_POINTS,
  SHOWN_IS_NAT_LEG,
};

/* What is known of the interface of an end. */
#define SHOWN_OBSERVER      TRAITS /* the interface itself */
#define SHOWN_TRAITS        (TRAITS + 1)
#define SHOWN_TRAIT(end, t) ((end)*SHOWN_TRAITS + (t))

static const struct connections_cursor *cursor_of(const sqlite3_vtab_cursor *cursor) {
  return (const struct connections_cursor *)cursor;
}

/* The end of a row, and whether it is B. */
static uint32_t side_of(const struct connections_cursor *c, enum end end) {
  return c->role.client ^ (end == END_SERVER);
}

static const struct flow_end *end_of(const struct connections_cursor *c, enum end end) {
  return side_of(c, end) ? &c->key.b : &c->key.a;
}

static void result_address(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  char text[IP_TEXT];
  size_t n = ip_format(&end_of(cursor_of(cursor), (enum end)column->ref)->addr, text);
  sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
}

static void result_port(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  uint32_t port = end_of(cursor_of(cursor), (enum end)column->ref)->port;
  if (port != FLOW_NO_PORT) sqlite3_result_int(ctx, (int)port);
}

static void result_protocol(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  uint32_t protocol = cursor_of(cursor)->key.protocol;
  (void)column;
  if (protocol != FLOW_NO_PROTOCOL) sqlite3_result_int(ctx, (int)protocol);
}

/* A sum that is no integer of SQLite is REAL, as total() has it; the sums end at FLOW_NONE - 1, which says nothing. */
static void result_count(sqlite3_context *ctx, uint64_t count) {
  if (count == FLOW_NONE) return;
  if (count <= INT64_MAX) sqlite3_result_int64(ctx, (sqlite3_int64)count);
  else if (count < FLOW_NONE - 1) sqlite3_result_double(ctx, (double)count);
  else sqlite3_result_error(ctx, "integer overflow", -1);
}

/* What an end sent: 0 if it sent nothing, but the other end's packets were counted. */
static uint64_t sent(const struct connections_cursor *c, enum end end, int is_bytes) {
  const struct connections *t = connection_scan_table(&c->scan);
  uint64_t packets[2], bytes[2];
  uint32_t side = side_of(c, end), seen = FLOW_SIGNS(FLOW_SEEN, side);
  for (uint32_t d = 0; d < 2; d++) connections_sent(t, c->found, d, &packets[d], &bytes[d]);
  const uint64_t *of = is_bytes ? bytes : packets;
  if (of[side] == FLOW_NONE && !(c->found->signs & seen) && of[!side] != FLOW_NONE) return 0;
  return of[side];
}

static void result_number(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct connections_cursor *c = cursor_of(cursor);
  const struct connection *f = c->found;
  int acted = (f->signs & FLOW_ACTION) != 0;
  switch ((enum shown)column->ref) {
  case SHOWN_FIRST_SEEN: result_count(ctx, f->first); break;
  case SHOWN_LAST_SEEN: result_count(ctx, f->last); break;
  case SHOWN_SECONDS: result_count(ctx, f->first == FLOW_NONE ? FLOW_NONE : f->last - f->first); break;
  case SHOWN_CLIENT_PACKETS: result_count(ctx, sent(c, END_CLIENT, 0)); break;
  case SHOWN_CLIENT_BYTES: result_count(ctx, sent(c, END_CLIENT, 1)); break;
  case SHOWN_SERVER_PACKETS: result_count(ctx, sent(c, END_SERVER, 0)); break;
  case SHOWN_SERVER_BYTES: result_count(ctx, sent(c, END_SERVER, 1)); break;
  case SHOWN_RECORDS: result_count(ctx, f->records); break;
  case SHOWN_ACCEPTED: result_count(ctx, acted ? f->accepted : FLOW_NONE); break;
  case SHOWN_REJECTED: result_count(ctx, acted ? f->rejected : FLOW_NONE); break;
  case SHOWN_POINTS: result_count(ctx, connections_points(connection_scan_table(&c->scan), f)); break;
  case SHOWN_IS_NAT_LEG: sqlite3_result_int(ctx, connection_scan_is_leg(&c->scan, &c->key, c->inside)); break;
  default: break;
  }
}

static const char *direction_of(const struct connections_cursor *c) {
  int64_t row;
  int client = prefix_table_find(c->inside, &end_of(c, END_CLIENT)->addr, &row);
  int server = prefix_table_find(c->inside, &end_of(c, END_SERVER)->addr, &row);
  return client ? (server ? "internal" : "outbound") : server ? "inbound" : "external";
}

static void result_word(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct connections_cursor *c = cursor_of(cursor);
  const char *word = "";
  if (column->ref == SHOWN_STATE) word = connection_state(c->found, &c->key, c->role.client);
  if (column->ref == SHOWN_ROLE_FROM) word = role_name(c->role.from);
  if (column->ref == SHOWN_DIRECTION) word = direction_of(c);
  sqlite3_result_text(ctx, word, -1, SQLITE_STATIC);
}

/*
** Is the observer the interface of the end at that side?  A gateway shows its own address for others as well as the
** node of a pod, but only the node is an instance.
*/
static int is_at(const struct connections_cursor *c, const struct connection_sum *s, uint32_t side) {
  const struct observer *o = &connection_scan_table(&c->scan)->observers.item[POINT_OBSERVER(s->point)];
  const struct ip *addr = side ? &c->key.b.addr : &c->key.a.addr;
  if (!o->is_interface) return 0;
  if (s->point & (POINT_AT_A | POINT_AT_B))
    return (s->point & (side ? POINT_AT_B : POINT_AT_A)) && (!(s->point & POINT_DIFFERS) || o->trait[TRAIT_INSTANCE].n);
  return observer_is_own(o, addr);
}

/* Of several interfaces that may be those of the end, the one with the least id. */
static void result_trait(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct connections_cursor *c = cursor_of(cursor);
  const struct connections *t = connection_scan_table(&c->scan);
  const struct observers *observers = &t->observers;
  uint32_t side = side_of(c, (enum end)(column->ref / SHOWN_TRAITS));
  int trait = column->ref % SHOWN_TRAITS;
  const struct observer *found = NULL;
  for (const struct connection_sum *s = connections_sum(t, c->found->sums); s; s = connections_sum(t, s->next)) {
    const struct observer *o = &observers->item[POINT_OBSERVER(s->point)];
    if (o == found || !is_at(c, s, side)) continue;
    if (!found || observers_compare(observers, o->id, found->id) < 0) found = o;
  }
  if (!found) return;
  struct observer_text text = trait == SHOWN_OBSERVER ? found->id : found->trait[trait];
  if (text.n) sqlite3_result_text(ctx, observers_text(observers, text), (int)text.n, SQLITE_TRANSIENT);
}

#define END_COLUMNS(end_, name_, subject_, words_)                                                                     \
  {.name = name_,                                                                                                      \
   .type = "TEXT",                                                                                                     \
   .role = COLUMN_OTHER,                                                                                               \
   .ref = end_,                                                                                                        \
   .push = {.name = name_, .subject = subject_, .shape = SHAPE_TEXT, .partly = 1},                                     \
   .result = result_address,                                                                                           \
   .doc = "address of the end that " words_},                                                                          \
  {                                                                                                                    \
    .name = name_ "_port", .type = "INTEGER", .role = COLUMN_OTHER, .ref = end_,                                       \
    .push = {.name = name_ "_port", .subject = subject_##_PORT, .shape = SHAPE_NUMBER, .partly = 1},                   \
    .result = result_port, .doc = "its port; NULL for ICMP"                                                            \
  }
#define NUMBER_COLUMN(name_, shown_, doc_)                                                                             \
  {                                                                                                                    \
    .name = name_, .type = "INTEGER", .role = COLUMN_MEASURE, .ref = SHOWN_##shown_, .result = result_number,          \
    .doc = doc_                                                                                                        \
  }
#define WORD_COLUMN(name_, shown_, doc_)                                                                               \
  { .name = name_, .type = "TEXT", .role = COLUMN_OTHER, .ref = SHOWN_##shown_, .result = result_word, .doc = doc_ }
#define TRAIT_COLUMN(end_, trait_, name_, doc_)                                                                        \
  {                                                                                                                    \
    .name = name_, .type = "TEXT", .role = COLUMN_OTHER, .is_hidden = 1, .ref = SHOWN_TRAIT(end_, trait_),             \
    .result = result_trait, .doc = doc_                                                                                \
  }
#define TRAIT_COLUMNS(end_, name_)                                                                                     \
  TRAIT_COLUMN(end_, SHOWN_OBSERVER, name_ "_interface_id", "interface of the " name_ ", where a record of it tells"), \
      TRAIT_COLUMN(end_, TRAIT_ACCOUNT, name_ "_account_id", "account of that interface"),                             \
      TRAIT_COLUMN(end_, TRAIT_VPC, name_ "_vpc_id", "its VPC"),                                                       \
      TRAIT_COLUMN(end_, TRAIT_SUBNET, name_ "_subnet_id", "its subnet"),                                              \
      TRAIT_COLUMN(end_, TRAIT_ZONE, name_ "_az_id", "its availability zone"),                                         \
      TRAIT_COLUMN(end_, TRAIT_INSTANCE, name_ "_instance_id", "its instance")

static const struct column connections_columns[] = {
    END_COLUMNS(END_CLIENT, "client", SUBJECT_CLIENT, "opened the connection"),
    END_COLUMNS(END_SERVER, "server", SUBJECT_SERVER, "answered"),
    {.name = "protocol",
     .type = "INTEGER",
     .role = COLUMN_OTHER,
     .push = {.name = "protocol", .subject = FIELD_protocol, .shape = SHAPE_NUMBER, .partly = 1},
     .result = result_protocol,
     .doc = "IANA protocol number (6 is TCP, 17 is UDP)"},
    NUMBER_COLUMN("first_seen", FIRST_SEEN, "least `start` of its records, Unix seconds"),
    NUMBER_COLUMN("last_seen", LAST_SEEN, "greatest `end` of its records, Unix seconds"),
    NUMBER_COLUMN("seconds", SECONDS, "from first_seen to last_seen"),
    NUMBER_COLUMN("client_packets", CLIENT_PACKETS, "packets that the client sent, each counted once"),
    NUMBER_COLUMN("client_bytes", CLIENT_BYTES, "their bytes"),
    NUMBER_COLUMN("server_packets", SERVER_PACKETS, "packets that the server sent, each counted once"),
    NUMBER_COLUMN("server_bytes", SERVER_BYTES, "their bytes"),
    NUMBER_COLUMN("records", RECORDS, "records behind this row"),
    NUMBER_COLUMN("accepted", ACCEPTED, "of these, with action ACCEPT; NULL where no action is logged"),
    NUMBER_COLUMN("rejected", REJECTED, "of these, with action REJECT; NULL where no action is logged"),
    WORD_COLUMN("state", STATE,
                "what became of it: `established`, `closed`, `reset`, `refused`, `no answer`, `rejected` or "
                "`one-sided`"),
    WORD_COLUMN("role_from", ROLE_FROM,
                "what decided who the client is: `tcp-flags`, `service-port`, `one-way`, `many-peers`, "
                "`lower-port` or `first-seen`"),
    WORD_COLUMN("direction", DIRECTION,
                "`inbound`, `outbound`, `internal` or `external`, by the networks of the option `inside`"),
    NUMBER_COLUMN("points", POINTS, "interfaces and attachments that saw it"),
    NUMBER_COLUMN("is_nat_leg", IS_NAT_LEG, "1 for a leg of a NAT gateway, whose bytes are in another row already"),
    OPTION_COLUMN(path),
    OPTION_COLUMN(on_error),
    OPTION_COLUMN(format),
    OPTION_COLUMN(threads),
    OPTION_COLUMN(memory),
    OPTION_COLUMN(since),
    OPTION_COLUMN(until),
    OPTION_COLUMN(filter) FILES_OPTIONS,
    OPTION_COLUMN(inside),
    OPTION_COLUMN(servers),
    OPTION_COLUMN(idle),
    {.name = "addr",
     .type = "TEXT",
     .role = COLUMN_EITHER,
     .is_hidden = 1,
     .push = {.name = "addr", .subject = SUBJECT_ADDR, .shape = SHAPE_TEXT, .must = 1},
     .result = column_result_either,
     .doc = "either end, only in conditions: `client` or `server`",
     .example = "addr = '10.0.0.10'"},
    {.name = "port",
     .type = "INTEGER",
     .role = COLUMN_EITHER,
     .is_hidden = 1,
     .push = {.name = "port", .subject = SUBJECT_PORT, .shape = SHAPE_NUMBER, .must = 1},
     .result = column_result_either,
     .doc = "either end, only in conditions: `client_port` or `server_port`",
     .example = "port = 22"},
    {.name = "interface_id",
     .type = "TEXT",
     .role = COLUMN_EITHER,
     .is_hidden = 1,
     .push = {.name = "interface_id", .subject = FIELD_interface_id, .shape = SHAPE_TEXT, .must = 1},
     .result = column_result_either,
     .doc = "only in conditions: only the records of these interfaces are read",
     .example = "interface_id = 'eni-0a1b2c3d4e5f60001'"},
    TRAIT_COLUMNS(END_CLIENT, "client"),
    TRAIT_COLUMNS(END_SERVER, "server"),
};

const struct sql_table flowlogs_connections_table = {
    .name = "flowlogs_connections",
    .arguments = "path",
    .column = connections_columns,
    .ncolumns = (int)(sizeof connections_columns / sizeof *connections_columns),
    .doc = "Connections: both directions in one row, with a client and a server, and each packet counted once, "
           "however many interfaces have logged it.",
    .example = "SELECT server, server_port, count(*) FROM flowlogs_connections('tests/data/AWSLogs') WHERE state = "
               "'established' AND NOT is_nat_leg GROUP BY 1, 2",
};

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

/* Does the query use a column with this result function, and with this ref unless it is negative? */
static int uses(const struct query *q, void (*result)(sqlite3_context *, sqlite3_vtab_cursor *, const struct column *),
                int ref) {
  const struct sql_table *of = query_of(q);
  for (int i = 0; i < of->ncolumns; i++)
    if (of->column[i].result == result && (ref < 0 || of->column[i].ref == ref) && columns_is_used(q->used, i))
      return 1;
  return 0;
}

static int uses_number(const struct query *q, enum shown shown) { return uses(q, result_number, (int)shown); }

/* The fields that tell of the interfaces of the ends, as far as the query asks for them. */
static void note_traits(const struct query *q, struct connection_wish *w) {
  static const uint8_t field[SHOWN_TRAITS] = {
      [TRAIT_ACCOUNT] = FIELD_account_id, [TRAIT_VPC] = FIELD_vpc_id,           [TRAIT_SUBNET] = FIELD_subnet_id,
      [TRAIT_ZONE] = FIELD_az_id,         [TRAIT_INSTANCE] = FIELD_instance_id, [SHOWN_OBSERVER] = FIELD_interface_id};
  for (int i = 0; i < SHOWN_TRAITS; i++)
    w->uses[field[i]] =
        uses(q, result_trait, SHOWN_TRAIT(END_CLIENT, i)) || uses(q, result_trait, SHOWN_TRAIT(END_SERVER, i));
  w->uses[FIELD_flow_direction] = w->traits; /* says at which end an interface is */
}

/* What the scan is to note, from the columns that the query uses. */
static void choose_wish(struct connections_cursor *c, struct connection_wish *w) {
  const struct query *q = &c->query;
  memset(w, 0, sizeof *w);
  w->idle = (uint64_t)q->options.idle;
  w->forwards = (uint8_t)uses_number(q, SHOWN_IS_NAT_LEG);
  w->inside = w->forwards ? c->inside : NULL;
  w->traits = (uint8_t)uses(q, result_trait, -1);
  w->wanted = w->traits || !c->wanted.n ? NULL : &c->wanted;
  w->uses[FIELD_packets] = uses_number(q, SHOWN_CLIENT_PACKETS) || uses_number(q, SHOWN_SERVER_PACKETS);
  w->uses[FIELD_bytes] = uses_number(q, SHOWN_CLIENT_BYTES) || uses_number(q, SHOWN_SERVER_BYTES);
  w->uses[FIELD_start] = uses_number(q, SHOWN_FIRST_SEEN) || uses_number(q, SHOWN_SECONDS);
  w->uses[FIELD_end] = uses_number(q, SHOWN_LAST_SEEN) || uses_number(q, SHOWN_SECONDS);
  w->uses[FIELD_action] = uses_number(q, SHOWN_ACCEPTED) || uses_number(q, SHOWN_REJECTED);
  note_traits(q, w);
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
  if (t->subject == FIELD_protocol) return uses(q, result_trait, -1) || uses_number(q, SHOWN_IS_NAT_LEG);
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
  if (uses(q, result_word, SHOWN_DIRECTION) || uses_number(q, SHOWN_IS_NAT_LEG))
    rc = inside_read(db, "inside", q->options.inside, &c->inside, pzErr);
  return rc ? rc : port_list_read(db, "servers", q->options.servers, &c->servers, pzErr);
}

static int begin(struct connections_cursor *c) {
  struct err e = {0};
  struct connection_scan_options options = {.memory = (uint64_t)c->query.options.memory};
  query_scan_options(&c->query, &options.scan);
  options.scan.reader.predicate = &c->records;
  options.services = c->servers ? c->servers->bits : NULL;
  choose_wish(c, &options.wish);
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
      connection_key(c->found, &c->key);
      c->role = connection_role(c->found);
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

static int connections_eof(sqlite3_vtab_cursor *cursor) { return cursor_of(cursor)->found == NULL; }

static int connections_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column) {
  const struct query *q = (const struct query *)cursor;
  if (!columns_is_used(q->used, column)) return SQLITE_INTERNAL; /* what it needs was not noted */
  return table_column(cursor, ctx, column);
}

/* As in rollup_table.c: two passes with other records would give other sums under the same rowid. */
static int connections_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct connections_cursor *c = cursor_of(cursor);
  int apart = options_select(&c->query.options);
  for (size_t i = 0; i < c->records.n; i++) apart |= c->records.term[i].subject != FIELD_protocol;
  if (apart)
    return report_text(&cursor->pVtab->zErrMsg,
                       "flowlogs_connections has no rowid with interface_id, since, until or filter; inside OR, write "
                       "the path and these once, outside of it, or IN (…)");
  *out = (sqlite3_int64)(hash_mix(hash_mix(c->found->hash, c->found->first), c->query.base) >> 1);
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

/* SPDX-License-Identifier: MIT */
/*
** A column about an end finds it by the role of the connection at hand.  The numbers and words are
** told apart by `ref`, which is an enum shown; the traits of an interface by SHOWN_TRAIT().
*/
#include "tables/connections_columns.h"

#include "connection/flow.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/tables.h"

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
static uint64_t sent(struct connections_cursor *c, enum end end, int is_bytes) {
  uint32_t side = side_of(c, end), seen = FLOW_SIGNS(FLOW_SEEN, side);
  const uint64_t *of = c->sent[is_bytes];
  if (!c->has_sent) {
    struct point_list points = connections_points(connection_scan_table(&c->scan), c->found);
    for (uint32_t d = 0; d < 2; d++) points_sent(points, d, &c->sent[0][d], &c->sent[1][d]);
    c->has_sent = 1;
  }
  if (of[side] == FLOW_NONE && !(c->found->seen.signs & seen) && of[!side] != FLOW_NONE) return 0;
  return of[side];
}

static void result_number(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  struct connections_cursor *c = (struct connections_cursor *)cursor;
  const struct connection *f = c->found;
  int acted = (f->seen.signs & FLOW_ACTION) != 0;
  switch ((enum shown)column->ref) {
  case SHOWN_FIRST_SEEN: result_count(ctx, f->seen.first); break;
  case SHOWN_LAST_SEEN: result_count(ctx, f->seen.last); break;
  case SHOWN_SECONDS: result_count(ctx, f->seen.first == FLOW_NONE ? FLOW_NONE : f->seen.last - f->seen.first); break;
  case SHOWN_CLIENT_PACKETS: result_count(ctx, sent(c, END_CLIENT, 0)); break;
  case SHOWN_CLIENT_BYTES: result_count(ctx, sent(c, END_CLIENT, 1)); break;
  case SHOWN_SERVER_PACKETS: result_count(ctx, sent(c, END_SERVER, 0)); break;
  case SHOWN_SERVER_BYTES: result_count(ctx, sent(c, END_SERVER, 1)); break;
  case SHOWN_RECORDS: result_count(ctx, f->seen.records); break;
  case SHOWN_ACCEPTED: result_count(ctx, acted ? f->seen.accepted : FLOW_NONE); break;
  case SHOWN_REJECTED: result_count(ctx, acted ? f->seen.rejected : FLOW_NONE); break;
  case SHOWN_POINTS: result_count(ctx, points_observers(connections_points(connection_scan_table(&c->scan), f))); break;
  case SHOWN_IS_NAT_LEG: sqlite3_result_int(ctx, connection_scan_is_leg(&c->scan, &c->key, c->inside)); break;
  default: break;
  }
}

static const char *direction_of(const struct connections_cursor *c) {
  int client = prefix_table_has(c->inside, &end_of(c, END_CLIENT)->addr);
  int server = prefix_table_has(c->inside, &end_of(c, END_SERVER)->addr);
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
static int is_at(const struct connections_cursor *c, const struct point_sum *s, uint32_t side) {
  const struct observer *o = &c->scan.pass.observers.item[POINT_OBSERVER(s->point)];
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
  const struct observers *observers = &c->scan.pass.observers;
  uint32_t side = side_of(c, (enum end)(column->ref / SHOWN_TRAITS));
  int trait = column->ref % SHOWN_TRAITS;
  const struct point_list seen = connections_points(t, c->found);
  const struct observer *found = NULL;
  for (const struct point_sum *s = points_at(seen, seen.first); s; s = points_at(seen, s->next)) {
    const struct observer *o = &observers->item[POINT_OBSERVER(s->point)];
    if (o == found || !is_at(c, s, side)) continue;
    if (!found || observers_compare(observers, o->id, found->id) < 0) found = o;
  }
  if (!found) return;
  struct observer_text text = trait == SHOWN_OBSERVER ? found->id : found->trait[trait];
  if (text.n) sqlite3_result_text(ctx, observers_text(observers, text), (int)text.n, SQLITE_TRANSIENT);
}

static void result_together(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)cursor, (void)column;
  sqlite3_result_int(ctx, 1);
}

#define END_COLUMNS(end_, name_, subject_, alike_, words_)                                                             \
  {.name = name_,                                                                                                      \
   .type = "TEXT",                                                                                                     \
   .role = COLUMN_OTHER,                                                                                               \
   .ref = end_,                                                                                                        \
   .push = {.name = name_, .subject = subject_, .shape = SHAPE_TEXT, .partly = 1},                                     \
   .result = result_address,                                                                                           \
   .alike = alike_,                                                                                                    \
   .doc = "address of the end that " words_},                                                                          \
  {                                                                                                                    \
    .name = name_ "_port", .type = "INTEGER", .role = COLUMN_OTHER, .ref = end_,                                       \
    .push = {.name = name_ "_port", .subject = subject_##_PORT, .shape = SHAPE_NUMBER, .partly = 1},                   \
    .result = result_port, .alike = alike_##_PORT, .doc = "its port; NULL for ICMP"                                    \
  }
#define NUMBER_COLUMN(name_, shown_, doc_)                                                                             \
  {                                                                                                                    \
    .name = name_, .type = "INTEGER", .role = COLUMN_MEASURE, .ref = SHOWN_##shown_, .result = result_number,          \
    .doc = doc_                                                                                                        \
  }
#define WORD_COLUMN(name_, shown_, words_, alike_, doc_)                                                               \
  {                                                                                                                    \
    .name = name_, .type = "TEXT", .role = COLUMN_OTHER, .ref = SHOWN_##shown_, .push = {.shape = SHAPE_TEXT},         \
    .result = result_word, .words = words_, .alike = alike_, .doc = doc_                                               \
  }
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

/* What result_word() outputs; literals are compared with these lists. */
static const char *const states[] = {"established", "closed",   "reset",     "refused",
                                     "no answer",   "rejected", "one-sided", NULL};
static const char *const roles[] = {"tcp-flags",  "service-port", "one-way", "many-peers",
                                    "lower-port", "first-seen",   NULL};
static const char *const directions[] = {"inbound", "outbound", "internal", "external", NULL};

static const struct column connections_columns[] = {
    END_COLUMNS(END_CLIENT, "client", SUBJECT_CLIENT, ALIKE_CLIENT, "opened the connection"),
    END_COLUMNS(END_SERVER, "server", SUBJECT_SERVER, ALIKE_SERVER, "answered"),
    {.name = "protocol",
     .type = "INTEGER",
     .role = COLUMN_OTHER,
     .push = {.name = "protocol", .subject = FIELD_protocol, .shape = SHAPE_NUMBER, .partly = 1},
     .result = result_protocol,
     .alike = ALIKE_PROTOCOL,
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
    WORD_COLUMN("state", STATE, states, 0,
                "what became of it: `established`, `closed`, `reset`, `refused`, `no answer`, `rejected` or "
                "`one-sided`"),
    WORD_COLUMN("role_from", ROLE_FROM, roles, 0,
                "what decided who the client is: `tcp-flags`, `service-port`, `one-way`, `many-peers`, "
                "`lower-port` or `first-seen`"),
    WORD_COLUMN("direction", DIRECTION, directions, ALIKE_ENDS, /* which decide it */
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
    {.name = "together",
     .type = "INTEGER",
     .role = COLUMN_OTHER,
     .is_hidden = 1,
     .result = result_together,
     .alike = ALIKE_WISHED,
     .doc = "only in GROUP BY, always 1: the connections of a group come one after the other, so that SQLite need not "
            "sort them"},
    TRAIT_COLUMNS(END_CLIENT, "client"),
    TRAIT_COLUMNS(END_SERVER, "server"),
};

const struct sql_table flowlogs_connections_table = {
    .name = "flowlogs_connections",
    .arguments = "path",
    .column = connections_columns,
    .ncolumns = (int)(sizeof connections_columns / sizeof *connections_columns),
    .alike = ALIKE_ENDS | ALIKE_WISHED, /* connections are divided by their addresses */
    .doc = "Connections: both directions in one row, with a client and a server, and each packet counted once, "
           "however many interfaces have logged it.",
    .example = "SELECT server, server_port, count(*) FROM flowlogs_connections('tests/data/AWSLogs') WHERE state = "
               "'established' AND NOT is_nat_leg GROUP BY 1, 2",
    .fits = flow_fits,
};

/* --- what a query uses ------------------------------------------------------------------------------------------- */

static int uses(const struct query *q, int ref,
                void (*result)(sqlite3_context *, sqlite3_vtab_cursor *, const struct column *)) {
  const struct sql_table *of = query_of(q);
  for (int i = 0; i < of->ncolumns; i++)
    if (of->column[i].result == result && of->column[i].ref == ref && columns_is_used(q->used, i)) return 1;
  return 0;
}

int connections_columns_use(const struct query *q, enum shown shown) {
  return uses(q, (int)shown, result_number) || uses(q, (int)shown, result_word);
}

int connections_columns_use_traits(const struct query *q, uint8_t used[FIELD_COUNT]) {
  static const uint8_t field[SHOWN_TRAITS] = {
      [TRAIT_ACCOUNT] = FIELD_account_id, [TRAIT_VPC] = FIELD_vpc_id,           [TRAIT_SUBNET] = FIELD_subnet_id,
      [TRAIT_ZONE] = FIELD_az_id,         [TRAIT_INSTANCE] = FIELD_instance_id, [SHOWN_OBSERVER] = FIELD_interface_id};
  int any = 0;
  for (int i = 0; i < SHOWN_TRAITS; i++) {
    int found = uses(q, SHOWN_TRAIT(END_CLIENT, i), result_trait) || uses(q, SHOWN_TRAIT(END_SERVER, i), result_trait);
    if (used) used[field[i]] |= (uint8_t)found;
    any |= found;
  }
  if (used) used[FIELD_flow_direction] |= (uint8_t)any; /* says at which end an interface is */
  return any;
}

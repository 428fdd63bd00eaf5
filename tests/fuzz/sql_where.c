/* SPDX-License-Identifier: MIT */
/*
** Random conditions on the records of some files.  The rows are the same
**
**   - as those of an ordinary table with the same records and declared types, also when a unary
**     plus before each column keeps the condition from being pushed down;
**   - with threads and without.
**
** A condition that no record can meet may be an error, and then the ordinary table has no such
** row.
**
** Input: choices, from which a grammar makes a WHERE clause.  Values are taken from a list, or
** from the input.
*/
#include "fuzz_sql.h"

static const struct column {
  const char *name;
  char kind; /* i: number, t: time, a: address, s: text, d: date */
} columns[] = {
    {"version", 'i'},       {"account_id", 's'},  {"interface_id", 's'}, {"srcaddr", 'a'},        {"dstaddr", 'a'},
    {"srcport", 'i'},       {"dstport", 'i'},     {"protocol", 'i'},     {"packets", 'i'},        {"bytes", 'i'},
    {"start", 't'},         {"end", 't'},         {"action", 's'},       {"log_status", 's'},     {"vpc_id", 's'},
    {"tcp_flags", 'i'},     {"pkt_srcaddr", 'a'}, {"region", 's'},       {"flow_direction", 's'}, {"traffic_path", 'i'},
    {"resource_type", 's'}, {"start_time", 'd'},  {"end_time", 'd'},     {"file", 's'},           {"line", 'i'},
    {"raw", 's'},           {"extra", 's'},
};
#define COLUMNS (sizeof columns / sizeof *columns)

#define NAMES                                                                                                          \
  "version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, \"end\", "  \
  "action, log_status, vpc_id, tcp_flags, pkt_srcaddr, region, flow_direction, traffic_path, resource_type, "          \
  "start_time, end_time, file, line, raw, extra"

#define V5                                                                                                             \
  "version vpc-id srcaddr dstaddr tcp-flags pkt-srcaddr region flow-direction traffic-path start end action bytes "    \
  "packets"

static const char *const files[][2] = {
    {"a.log",
     "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
     "log-status\n"
     "2 123456789012 eni-1 10.0.0.5 203.0.113.66 443 49152 6 20 4249 1773046800 1773046859 ACCEPT OK\n"
     "2 123456789012 eni-2 10.0.0.50 2001:DB8::1 0443 22 17 1 0 1773046800 1773133200 REJECT OK\n"
     "2 unknown eni-1 - - - - - - - 1773046800 1773046859 - NODATA\n"
     "2 012345678901 ENI-1 ::ffff:10.0.0.5 11.0.0.5 65535 1 6 999999999999999 999999999999999 0 99999999999 ACCEPT "
     "SKIPDATA\n"
     "2 - 12 10.0.0.05 :: 9223372036854775807 9007199254740993 255 1 40 951782400 951782401 REJECT -\n"},
    {"b/v5.gz",
     V5 "\n"
        "5 vpc-1 10.0.0.5 10.0.1.5 2 10.0.0.6 us-east-1 ingress - 1709251199 1709251200 ACCEPT 40 1\n"
        "5 VPC-1 2001:db8:0:0:1:: fe80::1 18 2001:db8::1 us-east-1 egress 8 1709251200 1709251260 REJECT 80 2\n"
        "5 gr\xc3\xb6\xc3\x9f"
        "e 1.5 999.1.1.1 0 a: - - 1 1709251200 1709251260 - - -\n"
        "5 it's 10.0.0.5 10.0.0.5 3 - eu-west-1 x 2 0 1 ACCEPT 0 0\n"},
    {"b/tgw.log", "6 TransitGateway 123456789010 tgw-1 - - - - - - - - - - - - 10.0.0.3 - 4711 443 6 1 2 1 2 OK - 0 - "
                  "- - 2 - - - -\n"
                  "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK\n"},
    {"few.log",
     "srcaddr future dstport action start\n10.0.0.5 x 443 ACCEPT 1773046800\n- \"q\" 80 REJECT 1773046801\n"},
    {"AWSLogs/123456789012/vpcflowlogs/us-east-1/2024/03/01/"
     "123456789012_vpcflowlogs_us-east-1_fl-0123_20240301T0000Z_0a.log.gz",
     "srcaddr dstport start end action\n10.0.0.5 443 1709250240 1709250840 ACCEPT\n10.0.0.5 22 1709251800 1709251800 "
     "REJECT\n"
     "::1 0 - - -\n"},
    {"AWSLogs/123456789012/vpcflowlogs/us-east-2/2024/03/01/"
     "123456789012_vpcflowlogs_us-east-2_fl-0123_20240301T1200Z_0a.log",
     "region start end bytes packets account-id\nus-east-2 1709294400 1709294400 80 2 -\n- 1709294999 1709295000 40 1 "
     "unknown\n"},
};
#define FILES (sizeof files / sizeof *files)

static const char *const values[] = {
    "0",
    "1",
    "22",
    "443",
    "443.0",
    "443.5",
    "'443'",
    "' 443'",
    "'0443'",
    "-1",
    "9223372036854775807",
    "9007199254740993",
    "9007199254740992.0",
    "1e300",
    "-1e300",
    "999999999999999",
    "99999999999",
    "1773046800",
    "1773046800.5",
    "'1773046800'",
    "1709251200",
    "NULL",
    "''",
    "x''",
    "x'343433'",
    "'ACCEPT'",
    "'REJECT'",
    "'accept'",
    "'OK'",
    "'NODATA'",
    "'-'",
    "'10.0.0.5'",
    "'10.0.0.50'",
    "'2001:db8::1'",
    "'2001:DB8::1'",
    "'::'",
    "'1.5'",
    "'10.'",
    "'us-east-1'",
    "'US-EAST-1'",
    "'vpc-1'",
    "'VPC-1'",
    "'eni-1'",
    "'123456789012'",
    "123456789012",
    "12345678901",
    "'unknown'",
    "'few.log'",
    "'a.log'",
    "'2026-03-09 09:00:00'",
    "'2024-03-01'",
    "'2024-03-01 00:00:00'",
    "'2026'",
    "'9999-12-31 23:59:59'",
    "'gr\xc3\xb6'",
    "'{\"future\":\"x\"}'",
    "CAST('REJECT' AS BLOB)",
    "(SELECT 443)",
    "upper('accept')",
    "CAST(443 AS TEXT)",
    "CAST('443' AS INTEGER)",
    "coalesce(NULL, 443)",
    "+443",
    "'ACCEPT' COLLATE NOCASE",
    "'accept' COLLATE NOCASE",
    "'REJECT ' COLLATE RTRIM",
    "TRUE",
    "(SELECT t FROM other WHERE i = 443)",
    "(SELECT x FROM other LIMIT 1)",
};
#define VALUES (sizeof values / sizeof *values)

/* --- the clause, in which a byte 1 stands for the place of a unary plus ---------------------- */

struct clause {
  struct text sql;
  struct choices *c;
  int depth;
  int is_loose;                 /* an error may stand for a part of the clause only */
  char options[96], limits[96]; /* since, until and late; and what they ask of an ordinary table */
};

static void put(struct clause *s, const char *text) { text_add(&s->sql, text, strlen(text)); }

static const char *pick(struct clause *s, const char *const *list, uint32_t n) { return list[choose(s->c, n)]; }

static const struct column *put_column(struct clause *s) {
  const struct column *column = &columns[choose(s->c, COLUMNS)];
  put(s, "\1t.\"");
  put(s, column->name);
  put(s, "\"");
  return column;
}

/* A text from the input, as a literal. */
static void put_text(struct clause *s) {
  uint32_t n = choose(s->c, 12);
  put(s, "'");
  while (n--) {
    char byte = (char)choose_byte(s->c);
    if (byte > 1 && byte != 0x7f) text_add(&s->sql, &byte, 1); /* printable or not, but no part of a character */
    if (byte == '\'') put(s, "'");
  }
  put(s, "'");
}

static void put_value(struct clause *s) {
  char number[32];
  switch (choose(s->c, 8)) {
  case 0: put_text(s); break;
  case 1:
    snprintf(number, sizeof number, "%lld", (long long)(choose_word(s->c) >> choose(s->c, 64)));
    put(s, number);
    break;
  default: put(s, pick(s, values, VALUES));
  }
}

static void put_values(struct clause *s) {
  uint32_t n = 1 + choose(s->c, 4);
  put(s, "(");
  put_value(s);
  while (--n) {
    put(s, ", ");
    put_value(s);
  }
  put(s, ")");
}

static void put_pattern(struct clause *s) {
  static const char *const patterns[] = {
      "'10.0.0.*'",    "'10.%'",           "'4%'",   "'44_'",       "'[0-9]*'", "'A%'", "'a%'",
      "'us-east-?'",   "'*.log'",          "'b/*'",  "'AWSLogs/*'", "'%'",      "'*'",  "''",
      "'2024-03-01*'", "'2024-03-01 00%'", "'vpc%'", "'VPC-1'",     "NULL",     "443",  "'gr\xc3\xb6%'",
      "'2001:db8::*'", "'1773%'"};
  if (choose(s->c, 3)) put(s, pick(s, patterns, sizeof patterns / sizeof *patterns));
  else put_text(s);
}

static void put_term(struct clause *s);

static void put_compound(struct clause *s, const char *before, const char *between, const char *after) {
  s->is_loose = 1;
  put(s, before);
  put_term(s);
  if (between) {
    put(s, between);
    put_term(s);
  }
  put(s, after);
}

static const char *const ops[] = {" = ", " <> ", " < ", " <= ", " > ", " >= ", " IS ", " IS NOT "};

static void put_between(struct clause *s) {
  put_column(s);
  put(s, choose(s->c, 4) ? " BETWEEN " : " NOT BETWEEN ");
  put_value(s);
  put(s, " AND ");
  put_value(s);
}

static void put_in(struct clause *s) {
  put_column(s);
  put(s, choose(s->c, 4) ? " IN " : " NOT IN ");
  if (choose(s->c, 4)) put_values(s);
  else put(s, choose(s->c, 2) ? "(SELECT x FROM other)" : "(SELECT t FROM other)");
}

static void put_like(struct clause *s) {
  static const char *const likes[] = {" LIKE ", " GLOB ", " NOT LIKE ", " NOT GLOB "};
  put_column(s);
  put(s, pick(s, likes, 4));
  put_pattern(s);
}

static void put_cidr_match(struct clause *s) {
  static const char *const prefixes[] = {"10.0.0.0/8", "10.0.0.5",    "2001:db8::/32", "0.0.0.0/0",
                                         "::/0",       "10.0.0.4/31", "fe80::/10"};
  put(s, choose(s->c, 4) ? "cidr_match(\1t.srcaddr, '" : "NOT cidr_match(\1t.dstaddr, '");
  put(s, pick(s, prefixes, 7));
  put(s, "')");
}

static void put_term(struct clause *s) {
  uint32_t kind = choose(s->c, s->depth > 2 ? 10 : 14);
  s->depth++;
  switch (kind) {
  default:
    put_column(s);
    put(s, pick(s, ops, 8));
    put_value(s);
    break;
  case 4:
    put_value(s);
    put(s, pick(s, ops, 6));
    put_column(s);
    break;
  case 5: put_between(s); break;
  case 6: put_in(s); break;
  case 7:
    put_column(s);
    put(s, choose(s->c, 3) ? " IS NOT NULL" : " IS NULL");
    break;
  case 8: put_like(s); break;
  case 9: put_cidr_match(s); break;
  case 10: put_compound(s, "NOT (", NULL, ")"); break;
  case 11: put_compound(s, "(", " OR ", ")"); break;
  case 12: put_compound(s, "(", " AND ", ")"); break;
  case 13: put_compound(s, "(", NULL, ") IS NOT TRUE"); break;
  }
  s->depth--;
}

/* The query with the clause, for a table; with or without the pluses. */
static char *query_of(const struct clause *s, const char *const shape[3], const char *table, int plus) {
  const struct text *clause = &s->sql;
  const char *limits = strcmp(table, "plain") ? "" : s->limits;
  struct text sql = {0};
  text_add(&sql, shape[0], strlen(shape[0]));
  text_add(&sql, table, strlen(table));
  text_add(&sql, shape[1], strlen(shape[1]));
  text_add(&sql, limits, strlen(limits));
  for (size_t i = 0; i < clause->n; i++)
    if (clause->p[i] != 1) text_add(&sql, clause->p + i, 1);
    else if (plus) text_add(&sql, "+", 1);
  text_add(&sql, shape[2], strlen(shape[2]) + 1);
  return sql.p;
}

static void prepare(void) {
  static const char *const folders[] = {"b", "AWSLogs", "AWSLogs/123456789012", "AWSLogs/123456789012/vpcflowlogs"};
  for (size_t i = 0; i < 4; i++) mkdir(folders[i], 0777);
  for (size_t i = 0; i < FILES; i++) {
    char folder[256];
    for (const char *slash = files[i][0]; (slash = strchr(slash, '/')) != NULL; slash++) {
      snprintf(folder, sizeof folder, "%.*s", (int)(slash - files[i][0]), files[i][0]);
      mkdir(folder, 0777);
    }
    size_t n = strlen(files[i][1]);
    if (strstr(files[i][0], ".gz")) write_gzip(files[i][0], files[i][1], n);
    else write_bytes(files[i][0], files[i][1], n);
  }
  struct text create = {0};
  text_add(&create, "CREATE TABLE plain(", 19);
  for (size_t i = 0; i < COLUMNS; i++) {
    char declared[64];
    int n = snprintf(declared, sizeof declared, "%s\"%s\" %s", i ? ", " : "", columns[i].name,
                     columns[i].kind == 'i' || columns[i].kind == 't' ? "INTEGER" : "TEXT");
    text_add(&create, declared, (size_t)n);
  }
  text_add(&create, ")", 2);
  run(create.p);
  free(create.p);
  run("INSERT INTO plain SELECT " NAMES " FROM flowlogs('.')");
  run("CREATE TABLE other(i INTEGER, t TEXT, x); INSERT INTO other VALUES (443, '443', 443), (22, 'REJECT', "
      "'10.0.0.5'),"
      "(6, '10.0.0.5', 'ACCEPT'), (1773046800, 'us-east-1', NULL), (NULL, 'vpc-1', 443.0)");
}

/* May the error stand for the answer `want`?  A condition that no record can meet is one. */
static int is_refusal(const char *error, const struct clause *s, const struct answer *want) {
  if (strncmp(error, "flowlogs: ", 10)) return 0;
  if (strstr(error, " is compared with ")) return 1; /* texts that are no times */
  return s->is_loose || !want->rows.n || strstr(error, "never");
}

static void compare(const struct clause *s, const struct answer *want, const char *sql) {
  struct answer got = ask(sql);
  if (got.error) PROPERTY(want->error || is_refusal(got.error, s, want), "%s: %s", sql, got.error);
  else
    PROPERTY(!want->error && text_is(&got.rows, &want->rows), "%s:\n%.*s\ninstead of%s\n%.*s", sql, (int)got.rows.n,
             got.rows.p, want->error ? want->error : "", (int)want->rows.n, want->rows.p);
  answer_free(&got);
}

static void check(const struct clause *s, const char *const shape[3]) {
  static const int threads[] = {0, 3};
  for (int plus = 0; plus < 2; plus++) {
    char *sql = query_of(s, shape, "plain", plus), table[160];
    struct answer want = ask(sql);
    free(sql);
    for (int i = 0; i < 2 - plus; i++) {
      snprintf(table, sizeof table, "flowlogs('.', 'fail', NULL, %d, NULL, NULL%s)", threads[i], s->options);
      sql = query_of(s, shape, table, plus);
      compare(s, &want, sql);
      free(sql);
    }
    answer_free(&want);
  }
}

/* Limits of `start`, at the times that the records have. */
static void put_limits(struct clause *s) {
  static const long long times[] = {0,          1,          951782400,  1709250240, 1709251199,
                                    1709251200, 1709251260, 1709294400, 1773046800, 1773046801};
  uint32_t kind = choose(s->c, 8);
  long long since = times[choose(s->c, 10)], until = times[choose(s->c, 10)];
  if (kind < 5) return;
  s->is_loose = 1;
  if (kind == 5) {
    snprintf(s->options, sizeof s->options, ", %lld", since);
    snprintf(s->limits, sizeof s->limits, "t.\"start\" >= %lld AND ", since);
  } else if (kind == 6) {
    snprintf(s->options, sizeof s->options, ", NULL, %lld", until);
    snprintf(s->limits, sizeof s->limits, "t.\"start\" < %lld AND ", until);
  } else {
    snprintf(s->options, sizeof s->options, ", %lld, %lld, 0", since, until);
    snprintf(s->limits, sizeof s->limits, "t.\"start\" >= %lld AND t.\"start\" < %lld AND ", since, until);
  }
}

static void try_input(const uint8_t *data, size_t size) {
  static const char *const shapes[][3] = {
      {"SELECT t.file, t.line FROM ", " t WHERE ", " ORDER BY 1, 2"},
      {"SELECT t.file, t.line FROM ", " t WHERE ", " ORDER BY 1, 2"},
      {"SELECT count(*), sum(t.packets), min(t.start) FROM ", " t WHERE ", ""},
      {"SELECT t.action, count(*) FROM ", " t WHERE ", " GROUP BY 1 ORDER BY 1"},
      {"SELECT o.i, t.file, t.line FROM other o LEFT JOIN ", " t ON ", " ORDER BY 1, 2, 3"},
      {"SELECT o.x FROM other o WHERE EXISTS (SELECT 1 FROM ", " t WHERE ", ") ORDER BY 1"},
      {"SELECT o.x, o.i, (SELECT count(*) FROM ", " t WHERE ", ") FROM other o ORDER BY 1, 2"},
  };
  struct choices c = {data, size};
  struct clause s = {.c = &c};
  uint32_t shape = choose(&c, 7), terms = 1 + choose(&c, 3);
  put_limits(&s);
  if (shape >= 4) {
    static const char *const joins[] = {"\1t.srcaddr = o.x AND ",   "\1t.dstport = o.i AND ", "\1t.action = o.t AND ",
                                        "\1t.\"start\" = o.i AND ", "\1t.region = o.t AND ",  "\1t.vpc_id = o.t AND "};
    put(&s, joins[choose(&c, 6)]);
    s.is_loose = 1;
  }
  put_term(&s);
  while (--terms) {
    put(&s, " AND ");
    put_term(&s);
  }
  check(&s, shapes[shape]);
  free(s.sql.p);
}

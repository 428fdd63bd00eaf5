/* SPDX-License-Identifier: MIT */
/*
** The SQL functions on any values.  They say the same about an address in each of its forms, a
** prefix that ip_prefix() makes has the address, cidr_lookup() finds what a search through the table
** with cidr_match() finds, and community_id() is the same in both directions.
**
** Input: choices, and two values.
*/
#include "fuzz_sql.h"

static sqlite3_stmt *stmts[16];

static int64_t number_of(const struct choices *v) {
  char *text = text_of((const char *)v->p, v->n);
  int64_t number = strtoll(text, NULL, 10);
  free(text);
  return number;
}

/* Asks a question about the values.  All answers must be true or NULL.  An error is none. */
static void hold(int number, const char *sql, const struct choices v[2], const int kinds[2]) {
  if (!stmts[number] && sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmts[number], NULL)) {
    fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
    abort();
  }
  sqlite3_stmt *stmt = stmts[number];
  for (int i = 0; i < 2; i++) {
    const char *p = v[i].n ? (const char *)v[i].p : "";
    if (kinds[i] == 0) sqlite3_bind_text(stmt, i + 1, p, (int)v[i].n, SQLITE_TRANSIENT);
    else if (kinds[i] == 1) sqlite3_bind_blob(stmt, i + 1, p, (int)v[i].n, SQLITE_TRANSIENT);
    else if (kinds[i] == 2) sqlite3_bind_int64(stmt, i + 1, number_of(&v[i]));
    else sqlite3_bind_null(stmt, i + 1);
  }
  int rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count(stmt); i++)
      PROPERTY(sqlite3_column_type(stmt, i) == SQLITE_NULL || sqlite3_column_int(stmt, i), "column %d of %s", i,
               sqlite3_expanded_sql(stmt));
  else PROPERTY(rc == SQLITE_DONE || rc == SQLITE_ERROR, "%s: %s", sql, sqlite3_errmsg(db));
  if (rc == SQLITE_ERROR) PROPERTY(strlen(sqlite3_errmsg(db)) > 10, "%s: %s", sql, sqlite3_errmsg(db));
  sqlite3_reset(stmt);
}

static const char *const questions[] = {
    "SELECT ip_text(ip_blob(?1)) = ip_text(?1), ip_blob(ip_text(?1)) = ip_blob(?1), ip_family(?1) IN (4, 6), "
    "ip_scope(?1) = ip_scope(ip_blob(?1)), ip_family(ip_text(?1)) = ip_family(?1), "
    "ip_is_private(?1) = (ip_scope(?1) = 'private'), length(ip_blob(?1)) = 16, ?2 IS ?2",
    "SELECT cidr_match(ip_prefix(?1, ?2), ?1), cidr_match(ip_prefix(?1, ?2), ip_blob(?1)), "
    "ip_prefix(ip_text(?1), ?2) = ip_prefix(?1, ?2)",
    "SELECT cidr_match(?1, ?2) = cidr_match(?1, ip_text(?2)), cidr_match(?1, ?2) = cidr_match(?1, ip_blob(?2)), "
    "cidr_match(?1, ?2) IN (0, 1)",
    "SELECT cwl_match(?1, ?2) IN (0, 1), cwl_match(?1, ?2) = cwl_match(CAST(?1 AS TEXT), ?2)",
    "SELECT typeof(protocol_name(?1)) IN ('text', 'null'), typeof(port_name(?1, ?2)) IN ('text', 'null'), "
    "typeof(tcp_flags(?1)) IN ('text', 'null'), typeof(traffic_path(?1)) IN ('text', 'null')",
    "SELECT cidr_lookup('net', 'cidr', ?1) IS (SELECT rowid FROM net WHERE cidr_match(cidr, ?1) ORDER BY "
    "CAST(substr(cidr, instr(cidr || '/128', '/') + 1) AS INTEGER) DESC, rowid LIMIT 1), ?2 IS ?2",
    "SELECT community_id(?1, 443, ?2, 50000, 6) IS community_id(?2, 50000, ?1, 443, 6), "
    "community_id(?1, 443, ?2, 50000, 6) IS community_id(ip_text(?1), '443', ip_blob(?2), 50000.0, 6, 0), "
    "community_id(?1, 443, ?2, 443, 6) <> community_id(?1, 443, ?2, 444, 6), "
    "length(community_id(?1, 443, ?2, 50000, 17)) = 30, community_id(?1, 1, ?2, 2, 47) IS community_id(?2, NULL, ?1, "
    "'x', 47), "
    "community_id(?1, 443, ?2, 50000, 132) LIKE '1:%=', "
    "(community_id(?1, 443, ?2, 50000, 6) IS NOT NULL) = coalesce(ip_family(?1) = ip_family(?2), 0)",
    "SELECT community_id('10.0.0.1', ?1, '10.0.0.2', ?2, 6) IS community_id('10.0.0.2', ?2, '10.0.0.1', ?1, 6), "
    "community_id('10.0.0.1', ?1, '10.0.0.1', ?2, 17) IS community_id('10.0.0.1', ?2, '10.0.0.1', ?1, 17)",
};

static void prepare(void) {
  run("CREATE TABLE net(cidr TEXT); INSERT INTO net VALUES ('10.0.0.0/8'), ('10.0.0.0/24'), ('10.0.0.0/24'), "
      "('10.0.0.5/32'), ('0.0.0.0/0'), ('2001:db8::/32'), ('2001:db8:1::/48'), ('::/0'), ('255.255.255.255/32'), "
      "('192.168.0.0/17'), ('192.168.128.0/17'), ('64:ff9b::/96')");
}

static void try_input(const uint8_t *data, size_t size) {
  struct choices c = {data, size}, v[2];
  int kinds[2];
  for (int i = 0; i < 2; i++) {
    kinds[i] = (int)choose(&c, 5);
    if (kinds[i] == 4) kinds[i] = 0;
  }
  v[0].p = (const uint8_t *)choose_text(&c, '|', &v[0].n);
  v[1] = c;
  for (int i = 0; i < (int)(sizeof questions / sizeof *questions); i++) hold(i, questions[i], v, kinds);
}

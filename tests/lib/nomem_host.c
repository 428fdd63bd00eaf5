/* SPDX-License-Identifier: MIT */
/*
** Makes every allocation fail in turn.
**
**   nomem_host PATH-OF-THE-EXTENSION
**
** must run in the top folder of the repository, because the statements name files of tests/data.
**
** SQLite's allocator, which the extension also uses, is wrapped by one that fails at the Nth
** call.  Each statement runs with N = 1, 2, ... until it needs fewer than N allocations.  Each run
** must end with SQLITE_NOMEM, or give exactly the answer or error of a run without failures, and
** must free all memory.
*/
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3_mem_methods real;
static long countdown; /* allocations until one fails; 0: none does */
static int failed;     /* one has failed */

static int fails(void) {
  if (countdown == 0 || --countdown > 0) return 0;
  failed = 1;
  return 1;
}

static void *test_malloc(int n) { return fails() ? NULL : real.xMalloc(n); }
static void *test_realloc(void *p, int n) { return fails() ? NULL : real.xRealloc(p, n); }

/* A Kinesis event with one record in base64 and gzip. */
#define EVENT                                                                                                          \
  "{\"Records\":[{\"kinesis\":{\"data\":\"H4sIAAAAAAACA6tWyk0tLk5MTw2pLEhVslJycQxxjPd1DQ52dHdV0lHKyU"                  \
  "93L8ovLQDKpEO4wSVFqYm5QH4xhO9alppXUqxkFV0NMwkoZ6RgaGRsYmpmbmFpYGigkJqXqWuoYGigB4JwBlCRgpGC"                         \
  "mYKRgYKJkYmlgrGCiYKjs7NrQIiCv7dSbWwtAH21wP6cAAAA\"}}]}"

#define LINE "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK"

static const char *const statements[] = {
    "SELECT count(*), sum(packets), max(srcaddr), max(raw), max(extra), max(tgw_id), max(file) "
    "FROM flowlogs('tests/data/edge/[cmu]*', 'skip')",
    "SELECT srcaddr, extra FROM flowlogs('[\"tests/data/edge/unknown-field.log\",\"tests/data/edge/ipv6.log\"]', "
    "'fail', "
    "'version srcaddr') ORDER BY 1",
    "SELECT path, kind, fields, note, rows, min_start FROM flowlogs_files('tests/data/edge/**')",
    "SELECT srcaddr, hour, latest FROM (SELECT srcaddr, hour, max(last_seen) AS latest, sum(bytes) "
    "FROM flowlogs_rollup('tests/data/edge', 'skip', NULL, 0, '1M', 1) GROUP BY 1, 2)",
    "SELECT dstport, sum(flows) FROM flowlogs_rollup('tests/data/edge', 'skip', NULL, 2) GROUP BY 1",
    "SELECT file, line, reason, raw FROM flowlogs_errors('tests/data/edge')",
    "SELECT count(*) FROM flowlogs('tests/data/edge/truncated.gz')",
    "SELECT count(*) FROM flowlogs('tests/data/nothing')",
    "CREATE TABLE nets AS WITH n(i) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) "
    "SELECT printf('10.%d.%d.0/%d', a.i, b.i, 14 + a.i) AS cidr FROM n a, n b UNION ALL SELECT 'fd00::/8'; "
    "SELECT cidr_lookup('nets', 'cidr', '10.3.4.5'), cidr_lookup('main.nets', 'cidr', 'fd00::1'); "
    "SELECT cidr_lookup('nets', 'cidr', column1) FROM (VALUES ('10.9.9.9'), ('11.0.0.1'), ('fd12::'))",
    "CREATE TEMP TABLE nets AS SELECT '10.0.0.0/33' AS cidr; SELECT cidr_lookup('nets', 'cidr', '10.0.0.1')",
    "SELECT cidr_lookup('10.0.0.1', 'nets', 'cidr')",
    "CREATE VIRTUAL TABLE temp.t USING flowlogs('tests/data/edge/mixed', on_error=skip, "
    "format='${version} ${srcaddr}', threads=1)",
    "SELECT cwl_match('2 10.0.0.1 404', '[v, ..., a=10.0.* && a!=%^10%, b=4* || b=%5%,]'), cwl_match('ab', '?a ?%b% "
    "\"c\"')",
    "SELECT cwl_match(raw, '[version, ..., action=' || coalesce(action, '\"-\"') || ', status]') FROM "
    "flowlogs('tests/data/edge/crlf.log')",
    "SELECT cwl_match('a', '[a, b=]')",
    "SELECT count(*), sum(bytes) FROM flowlogs('tests/data/edge/crlf.log') a JOIN flowlogs_files(a.file) f",
    "SELECT file, line, raw, data FROM flowlogs_payload('" EVENT "')",
    "SELECT count(*), max(file) FROM (SELECT '" EVENT "' AS body UNION ALL SELECT '" LINE "' UNION ALL "
    "SELECT '[{\"message\":\"" LINE "\"},\"" LINE "\"]') q JOIN flowlogs_payload(q.body, 'skip') f",
    "SELECT count(*) FROM flowlogs_payload('{\"a\":1}')",
    "SELECT count(*) FROM flowlogs_payload('{\"events\":[{\"logStreamName\":\"s\",\"message\":\"x\\ny\"}]}')",
    "WITH a(ip, n) AS (VALUES ('10.0.0.5', 18), ('2001:DB8:0::1', 6.0), (x'0a000005', '17'), (167772165, 443), ('no', "
    "NULL)) SELECT ip, ip_family(ip), ip_prefix(ip, 17), ip_scope(ip), ip_is_private(ip), hex(ip_blob(ip)), "
    "ip_text(ip_blob(ip)), cidr_match(ip, '10.0.0.0/8'), protocol_name(n), port_name(n, 17), tcp_flags(n), "
    "traffic_path(n) FROM a",
    "SELECT ip_prefix('10.0.0.5', 64)",
    "SELECT ip_prefix(ip, n) FROM (SELECT '::1' AS ip, x'61' AS n)",
    "SELECT cidr_match(ip, n) FROM (SELECT '10.0.0.0/8' AS ip, '10.0.0.5' AS n)",
};

/* Runs a statement to its end.  The rows are appended to out, of which *used bytes are in use. */
static int run_statement(sqlite3_stmt *stmt, char *out, size_t n, size_t *used) {
  int rc;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    for (int c = 0; c < sqlite3_column_count(stmt); c++) {
      const char *text = (const char *)sqlite3_column_text(stmt, c);
      if (!text && sqlite3_column_type(stmt, c) != SQLITE_NULL) return SQLITE_NOMEM;
      *used += (size_t)snprintf(out + *used, n - *used, "%s|", text ? text : "NULL");
      if (*used >= n) abort();
    }
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Runs statements on a new connection.  The rows, or the error, are written to out. */
static int run(const char *extension, const char *sql, char *out, size_t n) {
  sqlite3 *db = NULL;
  size_t used = 0;
  out[0] = 0;
  int rc = sqlite3_open(":memory:", &db);
  if (!rc) rc = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  if (!rc) {
    char *message = NULL;
    rc = sqlite3_load_extension(db, extension, NULL, &message);
    if (rc && failed) rc = SQLITE_NOMEM; /* whatever fails in loading, the code is SQLITE_ERROR */
    sqlite3_free(message);
  }
  while (!rc && *sql) {
    sqlite3_stmt *stmt = NULL;
    rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
    if (!rc) rc = run_statement(stmt, out, n, &used);
    if (rc == SQLITE_ERROR) snprintf(out, n, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
  }
  sqlite3_close(db);
  return rc;
}

static int check(const char *extension, const char *sql) {
  static char expected[1 << 20], got[1 << 20];
  countdown = 0;
  run(extension, sql, got, sizeof got); /* SQLite keeps some memory after the first run */
  sqlite3_int64 before = sqlite3_memory_used();
  int expected_rc = run(extension, sql, expected, sizeof expected);
  for (long n = 1;; n++) {
    failed = 0;
    countdown = n;
    int rc = run(extension, sql, got, sizeof got);
    countdown = 0;
    if (!failed) return printf("%6ld failures: %.70s\n", n - 1, sql), 0;
    /* The message of an error may be lost, because SQLite allocates memory for a copy of it. */
    int same = rc == expected_rc && (rc == SQLITE_ERROR || !strcmp(got, expected));
    if (rc != SQLITE_NOMEM && !same)
      return printf("allocation %ld: code %d, %s\n  expected %d, %s\n  in %s\n", n, rc, got, expected_rc, expected,
                    sql),
             1;
    if (sqlite3_memory_used() != before)
      return printf("allocation %ld: %lld bytes left in %s\n", n, sqlite3_memory_used() - before, sql), 1;
  }
}

int main(int argc, char **argv) {
  int wrong = 0;
  if (argc != 2) return fprintf(stderr, "usage: nomem_host EXTENSION\n"), 2;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods wrapped = real;
  wrapped.xMalloc = test_malloc;
  wrapped.xRealloc = test_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &wrapped);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) wrong |= check(argv[1], statements[i]);
  return wrong;
}

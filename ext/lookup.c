/* SPDX-License-Identifier: MIT */
/*
** cidr_lookup(table, column, ip): the rowid of the row whose prefix in that column is the longest one that holds the
** address; NULL if no prefix does, or if ip is NULL or no address.  Of equal prefixes, the smallest rowid.  The column
** holds prefixes as ip_parse_prefix() reads them; rows with NULL or '' in it are passed over; anything else is an error.
**
** The table is read into a struct prefixes at the first call.  How long that may be used:
**
**   - Until the statement ends, where table and column are constants (auxiliary data of the first argument): what
**     the table was when the statement first asked, as with SQLite's own IN (SELECT ...).
**   - By later statements, from the connection's struct lookup, if it is certain that nothing has changed: the table is
**     in main or temp, and these have no uncommitted changes, neither when it was read nor now, and SQLite's number of
**     the data's version, which each commit of whatever connection moves, is what it was.  Hence not inside a
**     transaction that has written (ROLLBACK leaves no trace in any counter), and not for attached databases (behind
**     DETACH and ATTACH another file has the same name, and perhaps the same number), virtual tables (which look like
**     SQLite's, but don't change with its data), databases that sqlite3_deserialize() made (it makes another one under
**     the same name), and READ UNCOMMITTED.
**
** SQLITE_DIRECTONLY, since it reads tables by name: a view or trigger of a database that came from elsewhere could make it
** read what its user never meant to.  Views and triggers of the user's own, in temp, may use it.  Not deterministic, as
** no query is: an index on it would go stale.  That keeps it out of all indexes and generated columns; but SQLite
** (3.40) lets functions that aren't deterministic into CHECK constraints, directonly or not: see place.h for what these
** can't reach.
*/
#include "flowlogs.h"

#include <string.h>

#include "ip.h"
#include "mem.h"
#include "place.h"
#include "prefixes.h"
#include "report.h"

#define KEPT 4 /* tables that a connection keeps */

enum { MAIN, TEMP, OWN_SCHEMAS };

static const char *const own_schema[OWN_SCHEMAS] = {[MAIN] = "main", [TEMP] = "temp"};

#define NO_SCHEMA UINT32_MAX /* version of temp as long as nothing is in it */

/* A table as it was read. */
struct subnets {
  int users;       /* the connection, and statements */
  char *table;     /* the arguments that it was read for, NUL-ended */
  char *column;    /* within the same allocation */
  size_t table_n;  /* bytes */
  size_t column_n; /* bytes */
  int depends_on;  /* bits of own_schema: what has to be as it was; 0: not to be kept for other statements */
  uint32_t version[OWN_SCHEMAS]; /* of the data, then */
  struct prefixes *prefixes;
};

/* Of a connection. */
struct lookup {
  sqlite3 *db;
  int is_reading; /* a table is being read: no other one can be in the meantime */
  unsigned next;  /* the place to be used next */
  struct subnets *kept[KEPT];
};

/* What the arguments name. */
struct names {
  const char *table, *column;
  size_t table_n, column_n;
};

/* --- what has been read ------------------------------------------------------------------------------------------- */

static struct subnets *subnets_new(const struct names *names) {
  struct subnets *s = mem_alloc(sizeof *s);
  if (!s) return NULL;
  memset(s, 0, sizeof *s);
  s->users = 1;
  s->table_n = names->table_n;
  s->column_n = names->column_n;
  s->table = mem_alloc(names->table_n + names->column_n + 2);
  s->prefixes = prefixes_new();
  if (!s->table || !s->prefixes) {
    mem_free(s->table);
    prefixes_free(s->prefixes);
    mem_free(s);
    return NULL;
  }
  s->column = s->table + names->table_n + 1;
  memcpy(s->table, names->table, names->table_n + 1);
  memcpy(s->column, names->column, names->column_n + 1);
  return s;
}

static void subnets_release(void *subnets) {
  struct subnets *s = subnets;
  if (!s || --s->users) return;
  prefixes_free(s->prefixes);
  mem_free(s->table);
  mem_free(s);
}

static int is_column(const struct subnets *s, const struct names *names) {
  return s->column_n == names->column_n && !memcmp(s->column, names->column, names->column_n);
}

static int is_table(const struct subnets *s, const struct names *names) {
  return s->table_n == names->table_n && !memcmp(s->table, names->table, names->table_n);
}

/* --- has anything changed? ---------------------------------------------------------------------------------------- */

/*
** The number of a schema's data as this connection sees it, which must be reading main: 0 if it has changes that are not
** committed, or if the number says nothing.
*/
static int version_of(sqlite3 *db, int schema, uint32_t *version) {
#if SQLITE_VERSION_NUMBER >= 3034000
  const char *name = own_schema[schema];
  unsigned number = 0;
  sqlite3_vfs *vfs = NULL;
  if (sqlite3_libversion_number() < 3034000 || sqlite3_txn_state(db, name) == SQLITE_TXN_WRITE) return 0;
  int rc = sqlite3_file_control(db, name, SQLITE_FCNTL_DATA_VERSION, &number);
  *version = rc ? NO_SCHEMA : number;
  if (schema == TEMP) return rc == SQLITE_OK || rc == SQLITE_ERROR;
  /* sqlite3_deserialize() puts a new database in the place of main, and its numbers begin anew. */
  if (!rc) rc = sqlite3_file_control(db, name, SQLITE_FCNTL_VFS_POINTER, &vfs);
  return !rc && vfs && strcmp(vfs->zName, "memdb") != 0;
#else
  (void)db, (void)schema, (void)version;
  return 0;
#endif
}

static int versions_of(sqlite3 *db, int schemas, uint32_t version[OWN_SCHEMAS]) {
  for (int i = 0; i < OWN_SCHEMAS; i++)
    if (schemas & 1 << i && !version_of(db, i, &version[i])) return 0;
  return 1;
}

/* Is it still what the table is?  The connection must be reading main. */
static int is_current(sqlite3 *db, const struct subnets *s) {
  uint32_t version[OWN_SCHEMAS];
  if (!versions_of(db, s->depends_on, version)) return 0;
  for (int i = 0; i < OWN_SCHEMAS; i++)
    if (s->depends_on & 1 << i && version[i] != s->version[i]) return 0;
  return s->depends_on != 0;
}

/* The first number of a PRAGMA; the statement goes on, and with it the read transaction.  -1: it can't be had. */
static int pragma(sqlite3 *db, const char *sql, sqlite3_stmt **stmt) {
  if (sqlite3_prepare_v2(db, sql, -1, stmt, NULL) || sqlite3_step(*stmt) != SQLITE_ROW) return -1;
  return sqlite3_column_int(*stmt, 0);
}

static int reads_uncommitted(sqlite3 *db) {
  sqlite3_stmt *stmt = NULL;
  int value = pragma(db, "PRAGMA read_uncommitted", &stmt);
  sqlite3_finalize(stmt);
  return value != 0;
}

/*
** What must be as it was for the table to be: bits of own_schema.  A name without a dot that is found in main could be
** hidden by a table in temp.  Other schemas, names with dots that are no schema's, and virtual tables are not kept: 0.
*/
static int dependencies(const struct place *place) {
  int schema = MAIN;
  while (schema < OWN_SCHEMAS && sqlite3_stricmp(place->schema, own_schema[schema])) schema++;
  if (schema == OWN_SCHEMAS || place->is_virtual || (!place->is_qualified && strchr(place->name, '.'))) return 0;
  return 1 << schema | (place->is_qualified ? 0 : 1 << TEMP);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int bad_prefix(const struct place *place, sqlite3_stmt *stmt, char **pzErr) {
  sqlite3_int64 row = sqlite3_column_int64(stmt, 0);
  if (sqlite3_column_type(stmt, 1) == SQLITE_BLOB)
    return report_text(pzErr, "cidr_lookup: %s.%s of the row with rowid %lld is a blob, not text such as '10.0.0.0/8'",
                       place->name, place->column, row);
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  if (!text) return SQLITE_NOMEM;
  return report_text(pzErr,
                     "cidr_lookup: %s.%s of the row with rowid %lld is '%!.100s', which is no prefix such as "
                     "'10.0.0.0/8'",
                     place->name, place->column, row, text);
}

/* One row: its prefix is added, unless it has none. */
static int read_row(const struct place *place, sqlite3_stmt *stmt, struct prefixes *prefixes, char **pzErr) {
  int type = sqlite3_column_type(stmt, 1);
  struct ip_prefix prefix;
  if (type == SQLITE_NULL) return SQLITE_OK;
  if (type != SQLITE_TEXT) return bad_prefix(place, stmt, pzErr);
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  size_t n = (size_t)sqlite3_column_bytes(stmt, 1);
  if (!text) return SQLITE_NOMEM;
  if (!n) return SQLITE_OK;
  if (!ip_parse_prefix(text, n, &prefix)) return bad_prefix(place, stmt, pzErr);
  return prefixes_add(prefixes, &prefix, sqlite3_column_int64(stmt, 0)) ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_rows(sqlite3 *db, const struct place *place, struct prefixes *prefixes, char **pzErr) {
  sqlite3_stmt *stmt = NULL;
  int rc = place_prepare(db, place, &stmt, pzErr), step = SQLITE_OK;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) rc = read_row(place, stmt, prefixes, pzErr);
  if (!rc && step != SQLITE_DONE) rc = place_error(db, place, step, pzErr);
  if (!rc && prefixes_finish(prefixes)) rc = SQLITE_NOMEM;
  sqlite3_finalize(stmt);
  return rc;
}

/* Reads a table. */
static int read_subnets(sqlite3 *db, const struct names *names, struct subnets **out, char **pzErr) {
  struct place place = {0};
  struct subnets *s = subnets_new(names);
  int rc = s ? place_find(db, names->table, names->column, &place, pzErr) : SQLITE_NOMEM;
  if (!rc) {
    int depends_on = dependencies(&place);
    if (depends_on && versions_of(db, depends_on, s->version) && !reads_uncommitted(db)) s->depends_on = depends_on;
    rc = read_rows(db, &place, s->prefixes, pzErr);
  }
  place_clear(&place);
  if (rc) subnets_release(s);
  else *out = s;
  return rc;
}

/* --- the function ------------------------------------------------------------------------------------------------- */

static void keep(struct lookup *l, struct subnets *s) {
  unsigned i = 0;
  while (i < KEPT && l->kept[i]) i++;
  if (i == KEPT) i = l->next++ % KEPT;
  subnets_release(l->kept[i]);
  l->kept[i] = s;
  s->users++;
}

/* What is kept and current; the caller releases it.  NULL if there is none.  The connection must be reading main. */
static struct subnets *find_kept(struct lookup *l, const struct names *names) {
  for (unsigned i = 0; i < KEPT; i++) {
    struct subnets *s = l->kept[i];
    if (!s || !is_table(s, names) || !is_column(s, names)) continue;
    if (is_current(l->db, s)) {
      s->users++;
      return s;
    }
    l->kept[i] = NULL;
    subnets_release(s);
  }
  return NULL;
}

/* What is kept, or is read now; the caller releases it.  NULL with an error. */
static int get_subnets(struct lookup *l, const struct names *names, struct subnets **out, char **pzErr) {
  sqlite3_stmt *reading = NULL; /* so that nobody's commit falls between a look at the versions and the data */
  int rc = SQLITE_OK;
  if (l->is_reading) return report_text(pzErr, "cidr_lookup: called by what it reads to answer another call");
  l->is_reading = 1;
  int is_stable = pragma(l->db, "PRAGMA main.schema_version", &reading) != -1;
  *out = is_stable ? find_kept(l, names) : NULL;
  if (!*out) {
    rc = read_subnets(l->db, names, out, pzErr);
    if (!rc && (*out)->depends_on && is_stable) keep(l, *out);
  }
  sqlite3_finalize(reading);
  l->is_reading = 0;
  return rc;
}

/* An error, with its message if there is one, which is freed. */
static void result_error(sqlite3_context *ctx, int rc, char *message) {
  if (message) sqlite3_result_error(ctx, message, -1);
  if (rc == SQLITE_NOMEM) sqlite3_result_error_nomem(ctx);
  else if (rc != SQLITE_ERROR) sqlite3_result_error_code(ctx, rc);
  sqlite3_free(message);
}

/* A value's text; 0: it is NULL, or, with an error, there is no memory. */
static int get_text(sqlite3_context *ctx, sqlite3_value *v, const char **text, size_t *n) {
  if (sqlite3_value_type(v) == SQLITE_NULL) return 0;
  *text = (const char *)sqlite3_value_text(v);
  *n = (size_t)sqlite3_value_bytes(v);
  if (!*text) sqlite3_result_error_nomem(ctx);
  return *text != NULL;
}

/* An address, as the other functions take it; 0: it is none, or, with an error, there is no memory. */
static int get_ip(sqlite3_context *ctx, sqlite3_value *v, struct ip *ip) {
  const char *text;
  size_t n;
  if (sqlite3_value_type(v) == SQLITE_BLOB) {
    const unsigned char *bytes = sqlite3_value_blob(v);
    return ip_from_bytes(bytes, (size_t)sqlite3_value_bytes(v), ip);
  }
  return get_text(ctx, v, &text, &n) && ip_parse(text, n, ip);
}

static void cidr_lookup(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct subnets *s = sqlite3_get_auxdata(ctx, 0), *held = NULL;
  struct names names = {0};
  char *message = NULL;
  struct ip ip;
  int64_t row;
  (void)argc;
  if (sqlite3_value_type(argv[2]) == SQLITE_NULL) return;
  if (!get_text(ctx, argv[1], &names.column, &names.column_n)) return;
  if (!s || !is_column(s, &names)) {
    if (!get_text(ctx, argv[0], &names.table, &names.table_n)) return;
    int rc = get_subnets(sqlite3_user_data(ctx), &names, &held, &message);
    if (!held) {
      result_error(ctx, rc, message);
      return;
    }
    s = held;
    s->users++;
    sqlite3_set_auxdata(ctx, 0, s, subnets_release);
  }
  /* An ip that is no address gives NULL, but not before the table has been found: the arguments may be mixed up. */
  if (get_ip(ctx, argv[2], &ip) && prefixes_find(s->prefixes, &ip, &row)) sqlite3_result_int64(ctx, row);
  subnets_release(held);
}

static void lookup_free(void *lookup) {
  struct lookup *l = lookup;
  for (unsigned i = 0; i < KEPT; i++) subnets_release(l->kept[i]);
  mem_free(l);
}

int lookup_register(sqlite3 *db) {
  struct lookup *l = mem_alloc(sizeof *l);
  if (!l) return SQLITE_NOMEM;
  memset(l, 0, sizeof *l);
  l->db = db;
  return sqlite3_create_function_v2(db, "cidr_lookup", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, l, cidr_lookup, NULL, NULL,
                                    lookup_free);
}

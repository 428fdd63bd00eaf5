/* SPDX-License-Identifier: MIT */
/*
** cidr_lookup(table, column, ip): the rowid of the row whose prefix in that column is the longest
** one that holds the address; NULL if no prefix does, or if ip is NULL or no address.  Of equal
** prefixes, the smallest rowid.  The column holds prefixes as ip_parse_prefix() reads them; rows
** with NULL or '' in it are passed over; anything else is an error.
**
** The table is read into a struct prefix_table (net/prefix_table.h) at the first call:
**
**     subnets(rowid, cidr)            prefix_table
**     1  10.0.0.0/8                   0.0.0.0   - 9.255.255.255    no row
**     2  172.31.0.0/16      ------>   10.0.0.0  - 10.255.255.255   1
**     3  172.31.0.0/24                172.31.0.0 - 172.31.0.255    3  (longer than that of row 2)
**                                     172.31.1.0 - 172.31.255.255  2
**
** How long it may be used:
**
**   - Until the statement ends, where table and column are constants.  SQLite keeps it as
**     auxiliary data of the first argument.  The statement sees the table as it was at the first
**     call, as with SQLite's own IN (SELECT ...).
**   - By later statements, which find it in the connection's struct lookup, if it is certain that
**     nothing has changed:
**       . The arguments still mean the same table, in main, and SQLite reads its column now as it
**         did then.  Preparing the statement again also asks an authorizer again.
**       . main had no uncommitted changes when the table was read, and has none now.
**       . SQLite's number of the data's version is the same.  Each commit of any connection
**         changes it.
**
** It is therefore never used by later statements in these cases:
**
**   - inside a transaction that has written, because ROLLBACK changes no counter;
**   - for temp and attached databases, because PRAGMA temp_store, or DETACH and ATTACH, can put
**     another database under the same name, perhaps with the same number;
**   - for virtual tables and generated columns, whose values can change without their data;
**   - for databases that sqlite3_deserialize() made, because it puts another database under the
**     same name;
**   - with READ UNCOMMITTED.
**
** The function is SQLITE_DIRECTONLY, because it reads tables by name: a view or trigger of a
** database from somebody else could make it read what its user never meant to read.  Views and
** triggers of the user's own, in temp, may use it.
**
** It is not deterministic, because its result depends on a table, and an index on it would become
** stale.  SQLite refuses it in indexes and generated columns for that reason, if it reads them when
** the function is there.  SQLite (3.40) admits functions that are not deterministic to CHECK
** constraints, even when they are SQLITE_DIRECTONLY.  These cannot make it read a table either
** (sqlite/caller.h).
*/
#include "functions/functions.h"

#include <string.h>

#include "net/ip.h"
#include "base/mem.h"
#include "functions/table_ref.h"
#include "net/prefix_table.h"
#include "sqlite/caller.h"
#include "sqlite/report.h"
#include "sqlite/value.h"

#define KEPT 4 /* tables that a connection keeps at most */

#define MAIN "main"

/* A table as it was read. */
struct subnets {
  int users;        /* the connection, statements and calls that refer to it */
  char *table;      /* the name of the table that was read; NUL-terminated; owned */
  char *column;     /* NUL-terminated, in the same allocation as `table` */
  size_t table_n;   /* bytes */
  size_t column_n;  /* bytes */
  int is_lasting;   /* 0 or 1: later statements may use it while main's data has this version */
  uint32_t version; /* set if is_lasting */
  struct prefix_table *prefixes;
};

/* What a connection keeps. */
struct lookup {
  sqlite3 *db;
  int is_reading; /* 0 or 1: a table is being read; a call from within that is an error */
  unsigned next;  /* counts up; modulo KEPT, the element of `kept` to be replaced next */
  struct subnets *kept[KEPT];
};

/* The names in the arguments; not owned. */
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
  s->prefixes = prefix_table_new();
  if (!s->table || !s->prefixes) {
    mem_free(s->table);
    prefix_table_free(s->prefixes);
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
  prefix_table_free(s->prefixes);
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
** Sets *version to SQLite's number of main's data as this connection sees it, and returns 1.  The
** connection must be reading main.  Returns 0 if there are uncommitted changes, or if the number
** cannot be relied on.
*/
static int version_of(sqlite3 *db, uint32_t *version) {
#if SQLITE_VERSION_NUMBER >= 3034000
  unsigned number = 0;
  sqlite3_vfs *vfs = NULL;
  if (sqlite3_libversion_number() < 3034000 || sqlite3_txn_state(db, MAIN) == SQLITE_TXN_WRITE) return 0;
  if (sqlite3_file_control(db, MAIN, SQLITE_FCNTL_DATA_VERSION, &number)) return 0;
  if (sqlite3_file_control(db, MAIN, SQLITE_FCNTL_VFS_POINTER, &vfs) || !vfs) return 0;
  *version = number;
  /* sqlite3_deserialize() puts a new database in the place of main, whose numbers start again. */
  return strcmp(vfs->zName, "memdb") != 0;
#else
  (void)db, (void)version;
  return 0;
#endif
}

/*
** Returns the first number of a PRAGMA, or -1 on an error.  The statement stays active, and with
** it the read transaction, until the caller finalizes it.
*/
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

/* 1 if the values of the column change only when the data of main changes. */
static int is_lasting(const struct table_ref *place) {
  return place->is_stored && !sqlite3_stricmp(place->schema, MAIN);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int bad_prefix(const struct table_ref *place, sqlite3_stmt *stmt, char **pzErr) {
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

/* Adds the prefix of one row, unless it is NULL or empty. */
static int read_row(const struct table_ref *place, sqlite3_stmt *stmt, struct prefix_table *prefixes, char **pzErr) {
  int type = sqlite3_column_type(stmt, 1);
  struct ip_prefix prefix;
  if (type == SQLITE_NULL) return SQLITE_OK;
  if (type != SQLITE_TEXT) return bad_prefix(place, stmt, pzErr);
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  size_t n = (size_t)sqlite3_column_bytes(stmt, 1);
  if (!text) return SQLITE_NOMEM;
  if (!n) return SQLITE_OK;
  if (!ip_parse_prefix(text, n, &prefix)) return bad_prefix(place, stmt, pzErr);
  return prefix_table_add(prefixes, &prefix, sqlite3_column_int64(stmt, 0)) ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_rows(sqlite3 *db, const struct table_ref *place, struct prefix_table *prefixes, char **pzErr) {
  sqlite3_stmt *stmt = NULL;
  int rc = table_ref_prepare(db, place, &stmt, pzErr), step = SQLITE_OK;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) rc = read_row(place, stmt, prefixes, pzErr);
  if (!rc && step != SQLITE_DONE) rc = table_ref_error(db, place, step, pzErr);
  if (!rc && prefix_table_finish(prefixes)) rc = SQLITE_NOMEM;
  sqlite3_finalize(stmt);
  return rc;
}

/* Reads a table into *out, which the caller releases. */
static int read_subnets(sqlite3 *db, const struct table_ref *place, const struct names *names, struct subnets **out,
                        char **pzErr) {
  struct subnets *s = subnets_new(names);
  if (!s) return SQLITE_NOMEM;
  s->is_lasting = is_lasting(place) && version_of(db, &s->version);
  int rc = read_rows(db, place, s->prefixes, pzErr);
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

/*
** Returns the table that is kept under these names and is still current, or NULL.  The caller
** releases it.  The connection must be reading main.
*/
static struct subnets *find_kept(struct lookup *l, const struct names *names) {
  uint32_t version;
  for (unsigned i = 0; i < KEPT; i++) {
    struct subnets *s = l->kept[i];
    if (!s || !is_table(s, names) || !is_column(s, names)) continue;
    if (version_of(l->db, &version) && version == s->version) {
      s->users++;
      return s;
    }
    l->kept[i] = NULL;
    subnets_release(s);
  }
  return NULL;
}

/* Sets *out to the kept table, or reads it now.  The caller releases it. */
static int get_place(struct lookup *l, const struct table_ref *place, struct subnets **out, char **pzErr) {
  /* Holds a read transaction, so that no commit comes between reading the version and the data. */
  sqlite3_stmt *reading = NULL;
  const struct names names = {place->table, place->column, strlen(place->table), strlen(place->column)};
  int is_stable =
      is_lasting(place) && !reads_uncommitted(l->db) && pragma(l->db, "PRAGMA main.schema_version", &reading) != -1;
  int rc = SQLITE_OK;
  *out = is_stable ? find_kept(l, &names) : NULL;
  if (!*out) rc = read_subnets(l->db, place, &names, out, pzErr);
  if (*out && is_stable && (*out)->is_lasting && (*out)->users == 1) keep(l, *out);
  sqlite3_finalize(reading);
  return rc;
}

/*
** Sets *out to the table that the arguments name.  The caller releases it.  *out stays NULL on an
** error.
*/
static int get_subnets(struct lookup *l, const struct names *names, struct subnets **out, char **pzErr) {
  struct table_ref place = {
      .who = "cidr_lookup", .usage = "the order is cidr_lookup(table, column, ip)", .needs_rowid = 1};
  if (strlen(names->table) != names->table_n || strlen(names->column) != names->column_n)
    return report_text(pzErr, "cidr_lookup: the name of a table or column has a NUL byte");
  if (l->is_reading) return report_text(pzErr, "cidr_lookup: called by what it reads to answer another call");
  if (!caller_is_user(l->db, "cidr_lookup"))
    return report_text(pzErr,
                       "cidr_lookup: unsafe use of it by a CHECK, generated column or index of a database; it can "
                       "stand in a statement, and in a view or trigger of temp");
  l->is_reading = 1;
  int rc = table_ref_find(l->db, names->table, names->column, &place, pzErr);
  if (!rc) rc = get_place(l, &place, out, pzErr);
  table_ref_clear(&place);
  l->is_reading = 0;
  return rc;
}

static void cidr_lookup(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct subnets *s = sqlite3_get_auxdata(ctx, 0), *held = NULL;
  struct names names = {0};
  char *message = NULL;
  struct ip ip;
  int64_t row;
  (void)argc;
  if (sqlite3_value_type(argv[2]) == SQLITE_NULL) return;
  names.column = value_text(ctx, argv[1], &names.column_n);
  if (!names.column) return;
  if (!s || !is_column(s, &names)) {
    names.table = value_text(ctx, argv[0], &names.table_n);
    if (!names.table) return;
    int rc = get_subnets(sqlite3_user_data(ctx), &names, &held, &message);
    if (!held) {
      value_result_code(ctx, rc, message);
      return;
    }
    s = held;
    s->users++;
    sqlite3_set_auxdata(ctx, 0, s, subnets_release);
  }
  /*
  ** An ip that is not an address gives NULL, but only after the table has been found: if the
  ** arguments are in the wrong order, the table's name is wrong, and that is reported.
  */
  if (value_ip(ctx, argv[2], &ip) && prefix_table_find(s->prefixes, &ip, &row)) sqlite3_result_int64(ctx, row);
  subnets_release(held);
}

static void lookup_free(void *lookup) {
  struct lookup *l = lookup;
  for (unsigned i = 0; i < KEPT; i++) subnets_release(l->kept[i]);
  mem_free(l);
}

int cidr_lookup_register(sqlite3 *db) {
  struct lookup *l = mem_alloc(sizeof *l);
  if (!l) return SQLITE_NOMEM;
  memset(l, 0, sizeof *l);
  l->db = db;
  return sqlite3_create_function_v2(db, "cidr_lookup", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, l, cidr_lookup, NULL, NULL,
                                    lookup_free);
}

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
** read what its user never meant to, a virtual table over files among them.  Views and triggers of the user's own,
** in temp, may use it.  Not deterministic, as no query is.
*/
#include "flowlogs.h"

#include <string.h>

#include "ip.h"
#include "mem.h"
#include "prefixes.h"

#define KEPT 4 /* tables that a connection keeps */

#define ORDER "the order is cidr_lookup(table, column, ip)"

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

/* Where the table is. */
struct place {
  char *schema;      /* sqlite3_free() */
  const char *table; /* within the argument */
  const char *rowid; /* a name of the rowid that no column has */
  int is_view;       /* 0 or 1 */
  int is_virtual;    /* 0 or 1 */
  int depends_on;    /* as in struct subnets */
};

/* --- results ------------------------------------------------------------------------------------------------------ */

/* An error with a message from sqlite3_mprintf(), which is freed; NULL: no memory.  Returns rc. */
static int fail(sqlite3_context *ctx, int rc, char *text) {
  if (text) {
    sqlite3_result_error(ctx, text, -1);
    if (rc != SQLITE_ERROR) sqlite3_result_error_code(ctx, rc);
  } else {
    rc = SQLITE_NOMEM;
    sqlite3_result_error_nomem(ctx);
  }
  sqlite3_free(text);
  return rc;
}

/* What SQLite says when a statement of ours fails; interrupts and such keep their code. */
static int fail_sqlite(sqlite3_context *ctx, const struct names *names, int rc) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) {
    sqlite3_result_error_code(ctx, rc);
    return rc;
  }
  return fail(ctx, rc,
              sqlite3_mprintf("flowlogs: cidr_lookup: %s can't be read: %s", names->table, sqlite3_errmsg(db)));
}

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

/* --- where the table is ------------------------------------------------------------------------------------------- */

static int prepare(sqlite3 *db, char *sql, sqlite3_stmt **stmt) {
  int rc = sql ? sqlite3_prepare_v2(db, sql, -1, stmt, NULL) : SQLITE_NOMEM;
  sqlite3_free(sql);
  return rc;
}

/* Looks for a table or view in a schema; sets place->schema if it is there. */
static int look_in(sqlite3 *db, const char *schema, const char *table, struct place *place) {
  sqlite3_stmt *stmt = NULL;
  int rc = prepare(db,
                   sqlite3_mprintf("SELECT type = 'view', rootpage IS 0 FROM \"%w\".sqlite_master "
                                   "WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
                                   schema),
                   &stmt);
  if (!rc) rc = sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
  if (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    place->is_view = sqlite3_column_int(stmt, 0);
    place->is_virtual = !place->is_view && sqlite3_column_int(stmt, 1);
    place->table = table;
    place->schema = sqlite3_mprintf("%s", schema);
    rc = place->schema ? SQLITE_OK : SQLITE_NOMEM;
  } else if (rc == SQLITE_DONE) {
    rc = SQLITE_OK;
  }
  sqlite3_finalize(stmt);
  return rc;
}

/* What is behind `schema.` in a name; NULL when it begins otherwise. */
static const char *behind_schema(const char *name, const char *schema) {
  size_t n = strlen(schema);
  return !sqlite3_strnicmp(name, schema, (int)n) && name[n] == '.' ? name + n + 1 : NULL;
}

/* The next schema of PRAGMA database_list, the second of which is temp: only that one, or all but that one. */
static int next_schema(sqlite3_stmt *list, int is_temp, const char **schema) {
  int rc;
  do rc = sqlite3_step(list);
  while (rc == SQLITE_ROW && (sqlite3_column_int(list, 0) == TEMP) != is_temp);
  *schema = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(list, 1) : NULL;
  return rc == SQLITE_ROW ? (*schema ? SQLITE_OK : SQLITE_NOMEM) : rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/*
** Goes through the schemas in SQLite's order: temp, main, attached ones.  With is_qualified, looks in those that the
** name begins with, else in all.
*/
static int look_everywhere(sqlite3 *db, const char *name, int is_qualified, struct place *place) {
  int rc = SQLITE_OK;
  for (int is_temp = 1; !rc && !place->schema && is_temp >= 0; is_temp--) {
    sqlite3_stmt *list = NULL;
    const char *schema = NULL;
    rc = sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &list, NULL);
    while (!rc && !place->schema && !(rc = next_schema(list, is_temp, &schema)) && schema) {
      const char *table = is_qualified ? behind_schema(name, schema) : name;
      if (table) rc = look_in(db, schema, table, place);
    }
    sqlite3_finalize(list);
  }
  return rc;
}

/*
** What the answer to "which table is it" depends on.  A name without a dot that is found in main could be hidden by a
** table in temp.  Other schemas, and names with dots that are no schema's, are not kept.
*/
static int dependencies(const char *name, const struct place *place) {
  int schema = MAIN, is_qualified = place->table != name;
  while (schema < OWN_SCHEMAS && sqlite3_stricmp(place->schema, own_schema[schema])) schema++;
  if (schema == OWN_SCHEMAS || place->is_virtual || (!is_qualified && strchr(name, '.'))) return 0;
  return 1 << schema | (is_qualified ? 0 : 1 << TEMP);
}

/* `schema.table` is looked for first, then a table that has the whole text as its name. */
static int find_table(sqlite3_context *ctx, const struct names *names, struct place *place) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  struct ip_prefix prefix;
  int rc = strchr(names->table, '.') ? look_everywhere(db, names->table, 1, place) : SQLITE_OK;
  if (!rc && !place->schema) rc = look_everywhere(db, names->table, 0, place);
  if (rc) return fail_sqlite(ctx, names, rc);
  if (!place->schema) {
    const char *order = ip_parse_prefix(names->table, names->table_n, &prefix) ? ": " ORDER : "";
    return fail(ctx, SQLITE_ERROR, sqlite3_mprintf("flowlogs: cidr_lookup: no such table: %s%s", names->table, order));
  }
  if (place->is_view)
    return fail(
        ctx, SQLITE_ERROR,
        sqlite3_mprintf("flowlogs: cidr_lookup: %s is a view, which has no rowid; name a table, or make one with "
                        "CREATE TEMP TABLE ... AS SELECT * FROM %s",
                        names->table, names->table));
  place->depends_on = dependencies(names->table, place);
  return SQLITE_OK;
}

/* Is the column there, and which name of the rowid is not a column's? */
static int find_columns(sqlite3_context *ctx, const struct names *names, struct place *place) {
  static const char *const rowid[] = {"rowid", "_rowid_", "oid"};
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *stmt = NULL;
  int has_column = 0, taken[3] = {0};
  int rc = prepare(db, sqlite3_mprintf("PRAGMA \"%w\".table_xinfo(\"%w\")", place->schema, place->table), &stmt);
  while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 1);
    rc = name ? SQLITE_OK : SQLITE_NOMEM;
    if (name && !sqlite3_stricmp(name, names->column)) has_column = 1;
    for (int i = 0; name && i < 3; i++) taken[i] |= !sqlite3_stricmp(name, rowid[i]);
  }
  sqlite3_finalize(stmt);
  if (rc != SQLITE_DONE) return fail_sqlite(ctx, names, rc);
  for (int i = 0; i < 3 && !place->rowid; i++)
    if (!taken[i]) place->rowid = rowid[i];
  if (!has_column)
    return fail(ctx, SQLITE_ERROR,
                sqlite3_mprintf("flowlogs: cidr_lookup: table %s has no column %s", names->table, names->column));
  if (!place->rowid)
    return fail(ctx, SQLITE_ERROR,
                sqlite3_mprintf("flowlogs: cidr_lookup: %s has columns rowid, _rowid_ and oid, which hide its rowid",
                                names->table));
  return SQLITE_OK;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int fail_prefix(sqlite3_context *ctx, const struct names *names, sqlite3_stmt *stmt) {
  sqlite3_int64 row = sqlite3_column_int64(stmt, 0);
  if (sqlite3_column_type(stmt, 1) == SQLITE_BLOB)
    return fail(ctx, SQLITE_ERROR,
                sqlite3_mprintf("flowlogs: cidr_lookup: %s.%s of the row with rowid %lld is a blob, not text such as "
                                "'10.0.0.0/8'",
                                names->table, names->column, row));
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  return fail(ctx, SQLITE_ERROR,
              text
                  ? sqlite3_mprintf("flowlogs: cidr_lookup: %s.%s of the row with rowid %lld is '%!.100s', which is no "
                                    "prefix such as '10.0.0.0/8'",
                                    names->table, names->column, row, text)
                  : NULL);
}

/* One row: its prefix is added, unless it has none. */
static int read_row(sqlite3_context *ctx, const struct names *names, sqlite3_stmt *stmt, struct prefixes *prefixes) {
  int type = sqlite3_column_type(stmt, 1);
  struct ip_prefix prefix;
  if (type == SQLITE_NULL) return SQLITE_OK;
  if (type != SQLITE_TEXT) return fail_prefix(ctx, names, stmt);
  const char *text = (const char *)sqlite3_column_text(stmt, 1);
  size_t n = (size_t)sqlite3_column_bytes(stmt, 1);
  if (!text) return fail(ctx, SQLITE_NOMEM, NULL);
  if (!n) return SQLITE_OK;
  if (!ip_parse_prefix(text, n, &prefix)) return fail_prefix(ctx, names, stmt);
  return prefixes_add(prefixes, &prefix, sqlite3_column_int64(stmt, 0)) ? fail(ctx, SQLITE_NOMEM, NULL) : SQLITE_OK;
}

static int read_table(sqlite3_context *ctx, const struct names *names, const struct place *place,
                      struct prefixes *prefixes) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *stmt = NULL;
  /* With the table's name in front, "column" can't be taken for a text when there is no such column. */
  int rc = prepare(db,
                   sqlite3_mprintf("SELECT t.%s, t.\"%w\" FROM \"%w\".\"%w\" AS t", place->rowid, names->column,
                                   place->schema, place->table),
                   &stmt);
  if (rc) {
    if (strncmp(sqlite3_errmsg(db), "no such column", 14) == 0)
      return fail(
          ctx, SQLITE_ERROR,
          sqlite3_mprintf("flowlogs: cidr_lookup: %s is a WITHOUT ROWID table: it has no rowid to give", names->table));
    return fail_sqlite(ctx, names, rc);
  }
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
    if ((rc = read_row(ctx, names, stmt, prefixes)) != SQLITE_OK) break;
  if (rc == SQLITE_DONE) rc = prefixes_finish(prefixes) ? fail(ctx, SQLITE_NOMEM, NULL) : SQLITE_OK;
  else if (sqlite3_errcode(db) == rc) rc = fail_sqlite(ctx, names, rc);
  sqlite3_finalize(stmt);
  return rc;
}

/* Reads a table; NULL with an error. */
static struct subnets *read_subnets(sqlite3_context *ctx, const struct names *names) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  struct place place = {0};
  struct subnets *s = subnets_new(names);
  int rc = s ? SQLITE_OK : fail(ctx, SQLITE_NOMEM, NULL);
  if (!rc) rc = find_table(ctx, names, &place);
  if (!rc) rc = find_columns(ctx, names, &place);
  if (!rc && place.depends_on && versions_of(db, place.depends_on, s->version) && !reads_uncommitted(db))
    s->depends_on = place.depends_on;
  if (!rc) rc = read_table(ctx, names, &place, s->prefixes);
  sqlite3_free(place.schema);
  if (!rc) return s;
  subnets_release(s);
  return NULL;
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

/* What is kept, or is read now; the caller releases it.  NULL with an error. */
static struct subnets *get_subnets(sqlite3_context *ctx, struct lookup *l, const struct names *names) {
  sqlite3_stmt *reading = NULL; /* so that nobody's commit falls between a look at the versions and the data */
  struct subnets *s = NULL;
  if (l->is_reading) {
    fail(ctx, SQLITE_ERROR, sqlite3_mprintf("flowlogs: cidr_lookup: called by what it reads to answer another call"));
    return NULL;
  }
  l->is_reading = 1;
  int is_stable = pragma(l->db, "PRAGMA main.schema_version", &reading) != -1;
  for (unsigned i = 0; is_stable && !s && i < KEPT; i++) {
    struct subnets *kept = l->kept[i];
    if (!kept || !is_table(kept, names) || !is_column(kept, names)) continue;
    if (is_current(l->db, kept)) {
      s = kept;
      s->users++;
    } else {
      l->kept[i] = NULL;
      subnets_release(kept);
    }
  }
  if (!s) {
    s = read_subnets(ctx, names);
    if (s && s->depends_on && is_stable) keep(l, s);
  }
  sqlite3_finalize(reading);
  l->is_reading = 0;
  return s;
}

/* A value's text; 0: it is NULL, or, with an error, there is no memory. */
static int get_text(sqlite3_context *ctx, sqlite3_value *v, const char **text, size_t *n) {
  if (sqlite3_value_type(v) == SQLITE_NULL) return 0;
  *text = (const char *)sqlite3_value_text(v);
  *n = (size_t)sqlite3_value_bytes(v);
  if (!*text) sqlite3_result_error_nomem(ctx);
  return *text != NULL;
}

static void cidr_lookup(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct subnets *s = sqlite3_get_auxdata(ctx, 0), *held = NULL;
  struct names names;
  const char *text;
  size_t n;
  struct ip ip;
  int64_t row;
  (void)argc;
  if (!get_text(ctx, argv[2], &text, &n) || !get_text(ctx, argv[1], &names.column, &names.column_n)) return;
  if (!s || !is_column(s, &names)) {
    if (!get_text(ctx, argv[0], &names.table, &names.table_n)) return;
    s = held = get_subnets(ctx, sqlite3_user_data(ctx), &names);
    if (!s) return;
    s->users++;
    sqlite3_set_auxdata(ctx, 0, s, subnets_release);
  }
  /* An ip that is no address gives NULL, but not before the table has been found: the arguments may be mixed up. */
  if (ip_parse(text, n, &ip) && prefixes_find(s->prefixes, &ip, &row)) sqlite3_result_int64(ctx, row);
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

/* SPDX-License-Identifier: MIT */
/*
** All SQL of an index file stands here, in two tables: what makes the file, and the statements.
**
** The text of each object in sqlite_schema is compared with the text that made it, so that the
** tables are those that the statements were written for: in a database that somebody else has made,
** `files` might be a view that calls functions.
**
** The journal is SQLite's rollback journal and not a write-ahead log, because a file that nobody
** writes to is then complete by itself, and can be read where nothing may be written.
*/
#include "index_file/index_db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/monotonic.h"
#include "file/files.h"
#include "file/given_path.h"
#include "sqlite/report.h"

static const char *const schema[] = {
    "CREATE TABLE about(name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE folders(folder INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, checksum INTEGER NOT NULL)",
    "CREATE TABLE layouts(layout INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE, checksum INTEGER NOT NULL)",
    "CREATE TABLE files(folder INTEGER, name TEXT, id INTEGER, size INTEGER, mtime INTEGER, verdict INTEGER, "
    "records INTEGER, errors INTEGER, min_start INTEGER, max_start INTEGER, min_end INTEGER, max_end INTEGER, "
    "layout INTEGER, ports_below INTEGER, flags INTEGER, checksum INTEGER, PRIMARY KEY(folder, name)) WITHOUT ROWID",
    "CREATE TABLE runs(run INTEGER PRIMARY KEY, first_id INTEGER, ids INTEGER, bytes INTEGER)",
    "CREATE TABLE keys(run INTEGER, first_key BLOB, block INTEGER, PRIMARY KEY(run, first_key)) WITHOUT ROWID",
    "CREATE TABLE blocks(block INTEGER PRIMARY KEY, data BLOB)",
    "CREATE VIEW log_files AS SELECT folders.path || '/' || name AS path, size, "
    "strftime('%Y-%m-%d %H:%M:%S', mtime / 1000000000, 'unixepoch') AS modified, records, errors, "
    "datetime(min_start, 'unixepoch') AS min_start, datetime(max_end, 'unixepoch') AS max_end, fields "
    "FROM files JOIN folders USING (folder) LEFT JOIN layouts USING (layout)",
};

#define OBJECTS (int)(sizeof schema / sizeof *schema)

static const char *const sql[INDEX_STATEMENTS] = {
    [INDEX_BEGIN_READ] = "BEGIN",
    [INDEX_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [INDEX_COMMIT] = "COMMIT",
    [INDEX_ROLLBACK] = "ROLLBACK",
    [INDEX_VERSION_OF_DATA] = "PRAGMA data_version",
    [INDEX_GET_ABOUT] = "SELECT value FROM about WHERE name = ?1",
    [INDEX_SET_ABOUT] = "REPLACE INTO about VALUES(?1, ?2)",
    [INDEX_FIND_FOLDER] = "SELECT folder FROM folders WHERE path = ?1",
    [INDEX_ADD_FOLDER] = "INSERT INTO folders(path, checksum) VALUES(?1, ?2)",
    [INDEX_DROP_FOLDERS] = "DELETE FROM folders WHERE folder NOT IN (SELECT folder FROM files)",
    [INDEX_ALL_LAYOUTS] = "SELECT layout, fields, checksum FROM layouts",
    [INDEX_FIND_LAYOUT] = "SELECT layout FROM layouts WHERE fields = ?1",
    [INDEX_ADD_LAYOUT] = "INSERT INTO layouts(fields, checksum) VALUES(?1, ?2)",
    [INDEX_FILES_BETWEEN] = "SELECT name, id, size, mtime, verdict, records, errors, min_start, max_start, min_end, "
                            "max_end, layout, ports_below, flags, checksum FROM files "
                            "WHERE folder = ?1 AND name BETWEEN ?2 AND ?3 ORDER BY name",
    [INDEX_PUT_FILE] = "REPLACE INTO files(folder, name, id, size, mtime, verdict, records, errors, min_start, "
                       "max_start, min_end, max_end, layout, ports_below, flags, checksum) "
                       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    [INDEX_DROP_FILE] = "DELETE FROM files WHERE folder = ?1 AND name = ?2",
    [INDEX_ALL_IDS] = "SELECT id FROM files",
    [INDEX_ALL_FILES] = "SELECT folder, path, name, id FROM files JOIN folders USING (folder)",
    [INDEX_ALL_RUNS] = "SELECT run, first_id, ids, bytes FROM runs ORDER BY run",
    [INDEX_ADD_RUN] = "INSERT INTO runs(run, first_id, ids, bytes) VALUES(?1, ?2, ?3, ?4)",
    [INDEX_DROP_RUN] = "DELETE FROM runs WHERE run = ?1",
    [INDEX_PUT_BLOCK] = "INSERT INTO blocks VALUES(?1, ?2)",
    [INDEX_PUT_KEY] = "INSERT INTO keys VALUES(?1, ?2, ?3)",
    [INDEX_SEEK_BLOCK] = "SELECT block FROM keys WHERE run = ?1 AND first_key <= ?2 ORDER BY first_key DESC LIMIT 1",
    [INDEX_GET_BLOCK] = "SELECT data FROM blocks WHERE block = ?1",
    [INDEX_DROP_BLOCKS] = "DELETE FROM blocks WHERE block BETWEEN ?1 AND ?2",
    [INDEX_DROP_KEYS] = "DELETE FROM keys WHERE run = ?1",
};

/* --- statements --------------------------------------------------------------------------------------------------- */

int index_db_prepare(struct index_db *d, enum index_statement which, sqlite3_stmt **s) {
  return sqlite3_prepare_v3(d->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
}

sqlite3_stmt *index_db_statement(struct index_db *d, enum index_statement which, int *rc) {
  sqlite3_stmt **s = &d->statement[which];
  if (*s) {
    sqlite3_reset(*s);
    sqlite3_clear_bindings(*s);
    *rc = SQLITE_OK;
  } else {
    *rc = index_db_prepare(d, which, s);
  }
  return *rc ? NULL : *s;
}

int index_db_done(struct index_db *d, enum index_statement which, int rc) {
  if ((rc & 0xff) == SQLITE_IOERR) d->number = errno;
  int reset = d->statement[which] ? sqlite3_reset(d->statement[which]) : SQLITE_OK;
  if (rc && rc != SQLITE_DONE && rc != SQLITE_ROW) return rc;
  return reset;
}

int index_db_run(struct index_db *d, enum index_statement which) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, which, &rc);
  return s ? index_db_done(d, which, sqlite3_step(s)) : rc;
}

int index_db_begin(struct index_db *d) {
  if (!sqlite3_get_autocommit(d->db)) return SQLITE_OK;
  d->is_stopped = d->number = 0;
  return index_db_run(d, d->is_writable ? INDEX_BEGIN_WRITE : INDEX_BEGIN_READ);
}

int index_db_end(struct index_db *d, int rc) {
  if (!d->db || sqlite3_get_autocommit(d->db)) return rc;
  for (int i = 0; i < INDEX_STATEMENTS; i++)
    if (d->statement[i]) sqlite3_reset(d->statement[i]);
  if (!rc) rc = index_db_run(d, INDEX_COMMIT);
  if (!sqlite3_get_autocommit(d->db)) index_db_run(d, INDEX_ROLLBACK);
  return rc;
}

const char *index_db_text(sqlite3_stmt *s, int column, int *rc) {
  int is_null = sqlite3_column_type(s, column) == SQLITE_NULL;
  const char *text = is_null ? NULL : (const char *)sqlite3_column_text(s, column);
  if (!text) *rc = is_null ? SQLITE_CORRUPT : SQLITE_NOMEM;
  return text;
}

int index_db_get_number(struct index_db *d, const char *name, int64_t *value) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_GET_ABOUT, &rc);
  *value = 0;
  if (!rc) rc = sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
  if (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) *value = sqlite3_column_int64(s, 0);
  return index_db_done(d, INDEX_GET_ABOUT, rc);
}

int index_db_set_number(struct index_db *d, const char *name, int64_t value) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_SET_ABOUT, &rc);
  if (!rc) rc = sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_int64(s, 2, value);
  if (!rc) rc = sqlite3_step(s);
  return index_db_done(d, INDEX_SET_ABOUT, rc);
}

/* --- errors ------------------------------------------------------------------------------------------------------- */

#define REMOVE "remove it, and build it anew with SELECT * FROM flowlogs_index_build('AWSLogs/', '%s')"

int index_db_damaged(const struct index_db *d, const char *what, char **pzErr) {
  static const char said[] = "the index is damaged: "; /* the lower rooms' messages begin so */
  if (!strncmp(what, said, sizeof said - 1)) what += sizeof said - 1;
  return report_text(pzErr, "the index '%s' is damaged (%s); " REMOVE, d->path, what, d->path);
}

/* It may be a file of any kind that was named by mistake, so nobody is told to remove it. */
static int no_index(const struct index_db *d, char **pzErr) {
  return report_text(pzErr, "'%s' is no index of log files; give another name to the index", d->path);
}

/*
** What the system said of the call that failed; NULL if it said nothing.  SQLite does not keep it for
** a COMMIT; whatever it calls to roll back succeeds, and leaves errno alone.
*/
static const char *system_reason(const struct index_db *d) {
  int number = d->db ? sqlite3_system_errno(d->db) : 0;
  if (!number) number = d->number;
  return number ? strerror(number) : NULL;
}

/* Whoever answers may do so once only. */
static int ask_stop(void *index_db) {
  struct index_db *d = index_db;
  if (!d->is_stopped) d->is_stopped = d->stop.ask && d->stop.ask(d->stop.context);
  return d->is_stopped;
}

int index_db_error(struct index_db *d, int rc, char **pzErr) {
  int extended = d->db ? sqlite3_extended_errcode(d->db) : rc;
  const char *why = NULL;
  switch (rc & 0xff) {
  case SQLITE_OK: return SQLITE_OK;
  case SQLITE_NOMEM:
  case SQLITE_INTERRUPT: return rc & 0xff;
  case SQLITE_CORRUPT:
    return index_db_damaged(d, (extended & 0xff) == SQLITE_CORRUPT ? sqlite3_errmsg(d->db) : "a row", pzErr);
  case SQLITE_TOOBIG: return index_db_damaged(d, "a row is too large", pzErr);
  case SQLITE_NOTADB: return no_index(d, pzErr);
  case SQLITE_CANTOPEN:
  case SQLITE_IOERR: why = system_reason(d); break;
  case SQLITE_BUSY:
    if (ask_stop(d)) return SQLITE_INTERRUPT;
    return report_text(pzErr, "another program has locked the index '%s' for %d seconds; try again", d->path,
                       (int)INDEX_DB_PATIENCE);
  default: break;
  }
  if (extended == SQLITE_READONLY_ROLLBACK)
    return report_text(pzErr,
                       "whoever wrote to the index '%s' last was ended in the middle of it; run SELECT * FROM "
                       "flowlogs_index_build('AWSLogs/', '%s') again, which puts it right",
                       d->path, d->path);
  const char *what = d->db ? sqlite3_errmsg(d->db) : sqlite3_errstr(rc);
  return why ? report_text(pzErr, "the index '%s': %s: %s", d->path, what, why)
             : report_text(pzErr, "the index '%s': %s", d->path, what);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* The file is locked: waits a moment.  0: it has been waited for long enough. */
static int wait_for_lock(void *index_db, int times) {
  struct index_db *d = index_db;
  double now = monotonic_seconds();
  if (times == 0) d->waits = now;
  if (now - d->waits > INDEX_DB_PATIENCE || ask_stop(d)) return 0;
  sqlite3_sleep(times < 10 ? 1 : 10);
  return 1;
}

static int pragma_number(sqlite3 *db, const char *text, int64_t *value) {
  sqlite3_stmt *s = NULL;
  int rc = sqlite3_prepare_v2(db, text, -1, &s, NULL);
  *value = 0;
  if (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) *value = sqlite3_column_int64(s, 0);
  int end = sqlite3_finalize(s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE || !rc ? end : rc;
}

int index_db_bytes(struct index_db *d, int64_t *bytes) {
  int64_t pages = 0;
  int rc = pragma_number(d->db, "PRAGMA page_count", &pages);
  if (!rc) rc = pragma_number(d->db, "PRAGMA page_size", bytes);
  *bytes *= pages;
  return rc;
}

static int is_ours(const char *text) {
  for (int i = 0; i < OBJECTS; i++)
    if (text && !strcmp(text, schema[i])) return 1;
  return 0;
}

/* Counts the objects of the database: those of an index, and others. */
static int count_objects(sqlite3 *db, int *ours, int *others) {
  sqlite3_stmt *s = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL", -1, &s, NULL);
  *ours = *others = 0;
  while (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) {
    ++*(is_ours((const char *)sqlite3_column_text(s, 0)) ? ours : others);
    rc = SQLITE_OK;
  }
  int end = sqlite3_finalize(s);
  return rc == SQLITE_DONE || !rc ? end : rc;
}

static int make_schema(struct index_db *d) {
  char *text =
      sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", INDEX_DB_APPLICATION, INDEX_DB_VERSION);
  int rc = text ? sqlite3_exec(d->db, text, NULL, NULL, NULL) : SQLITE_NOMEM;
  sqlite3_free(text);
  for (int i = 0; i < OBJECTS && !rc; i++) rc = sqlite3_exec(d->db, schema[i], NULL, NULL, NULL);
  return rc;
}

/* Is it an index, or an empty database that may become one? */
static int check_identity(struct index_db *d, char **pzErr) {
  int64_t application = 0, version = 0;
  int ours = 0, others = 0;
  int rc = index_db_begin(d);
  if (!rc) rc = pragma_number(d->db, "PRAGMA application_id", &application);
  if (!rc) rc = pragma_number(d->db, "PRAGMA user_version", &version);
  if (!rc) rc = count_objects(d->db, &ours, &others);
  if (rc) return index_db_error(d, rc, pzErr);
  if (application == 0 && version == 0 && ours + others == 0) {
    if (!d->is_writable) return no_index(d, pzErr);
    rc = index_db_end(d, make_schema(d));
    return index_db_error(d, rc, pzErr);
  }
  if (application != INDEX_DB_APPLICATION) return no_index(d, pzErr);
  if (version != INDEX_DB_VERSION)
    return report_text(pzErr, "the index '%s' has the form %lld, and this version of flowlogs has the form %d; " REMOVE,
                       d->path, version, INDEX_DB_VERSION, d->path);
  if (ours != OBJECTS || others) return index_db_damaged(d, "its tables are not those of an index", pzErr);
  return index_db_error(d, index_db_end(d, SQLITE_OK), pzErr);
}

/*
** Is there a file that SQLite may open?  Opening a pipe waits until somebody writes into it, and a
** device may have no end.
*/
static int check_file(const struct index_db *d, const struct root_guard *guard, char **pzErr) {
  struct stat st;
  if (!root_guard_stat(guard, d->path, &st))
    return S_ISREG(st.st_mode)
               ? SQLITE_OK
               : report_text(pzErr, "'%s' is not a regular file; give another name to the index", d->path);
  if (errno == ENOENT && !d->is_writable)
    return report_text(pzErr, "there is no index '%s'; SELECT * FROM flowlogs_index_build('AWSLogs/', '%s') makes one",
                       d->path, d->path);
  return SQLITE_OK;
}

/* A file that is still to be made has no resolved path, but its folder has one. */
static const char *resolve_folder(const char *path, char buffer[PATH_MAX]) {
  const char *name = file_name(path);
  char *folder = sqlite3_mprintf("%.*s", name > path ? (int)(name - path) : 1, name > path ? path : ".");
  const char *found = folder ? realpath(folder, buffer) : NULL;
  sqlite3_free(folder);
  size_t n = found ? strlen(buffer) : PATH_MAX;
  if (n + strlen(name) + 2 > PATH_MAX) return path;
  sqlite3_snprintf((int)(PATH_MAX - n), buffer + n, "/%s", name);
  return buffer;
}

/*
** The name that SQLite is given.  A relative name gets a "./", so that it is never a URI, which
** begins with "file:".
*/
static char *name_for_sqlite(const char *use) { return sqlite3_mprintf(use[0] == '/' ? "%s" : "./%s", use); }

static int open_database(struct index_db *d, const struct root_guard *guard, char **pzErr) {
  char buffer[PATH_MAX];
  const char *use;
  struct err e = {0};
  if (!*d->path) return report_text(pzErr, "the name of the index is empty");
  if (root_guard_path(guard, d->path, buffer, &use, &e)) return report_error(pzErr, &e);
  int rc = check_file(d, guard, pzErr);
  if (rc) return rc;
  int flags = d->is_writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (guard->root[0]) {
    if (use != buffer) use = resolve_folder(d->path, buffer);
#ifdef SQLITE_OPEN_NOFOLLOW
    flags |= SQLITE_OPEN_NOFOLLOW; /* a resolved path has no link */
#endif
  }
  char *name = name_for_sqlite(use);
  if (!name) return SQLITE_NOMEM;
  rc = sqlite3_open_v2(name, &d->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  sqlite3_free(name);
  return index_db_error(d, rc, pzErr);
}

/* Sets the path for a given one, which may lie in the home folder. */
static int set_path(struct index_db *d, const char *given, const struct root_guard *guard, char **pzErr) {
  struct files owner;
  struct err e = {0};
  files_init(&owner);
  const char *path = *given == '~' ? given_path(&owner, guard, given, &e) : given;
  d->given = sqlite3_mprintf("%s", given);
  if (path) d->path = sqlite3_mprintf("%s", path);
  files_clear(&owner);
  if (e.code) return report_error(pzErr, &e);
  return d->given && d->path ? SQLITE_OK : SQLITE_NOMEM;
}

int index_db_open(struct index_db *d, const char *path, int is_writable, const struct root_guard *guard,
                  const struct stop *stop, char **pzErr) {
  memset(d, 0, sizeof *d);
  d->is_writable = is_writable;
  d->stop = *stop;
  int rc = set_path(d, path, guard, pzErr);
  if (!rc) rc = open_database(d, guard, pzErr);
  if (!rc) {
    sqlite3_busy_handler(d->db, wait_for_lock, d);
    sqlite3_progress_handler(d->db, 10000, ask_stop, d);
    sqlite3_limit(d->db, SQLITE_LIMIT_LENGTH, INDEX_DB_ROW);
    sqlite3_db_config(d->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    rc = sqlite3_exec(d->db,
                      is_writable ? "PRAGMA cell_size_check = 1; PRAGMA synchronous = NORMAL"
                                  : "PRAGMA cell_size_check = 1; PRAGMA query_only = 1",
                      NULL, NULL, NULL);
    rc = rc ? index_db_error(d, rc, pzErr) : check_identity(d, pzErr);
  }
  if (rc) index_db_close(d);
  return rc;
}

void index_db_close(struct index_db *d) {
  if (d->db) index_db_end(d, SQLITE_ABORT);
  for (int i = 0; i < INDEX_STATEMENTS; i++) sqlite3_finalize(d->statement[i]);
  sqlite3_close(d->db);
  sqlite3_free(d->path);
  sqlite3_free(d->given);
  memset(d, 0, sizeof *d);
}

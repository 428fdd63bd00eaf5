/* SPDX-License-Identifier: MIT */
/*
** SQLite's own json_each() reads a list of paths, so that what is a JSON array is the same here
** as in SQL.  A path such as '[a-z].log' also begins with '[': it is a pattern when a file of
** that very name exists or when it is not JSON.
*/
#include "tables/file_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sqlite/report.h"
#include "tables/payload_decode.h"

/* The paths of one request. */
struct paths {
  char **path; /* sqlite3_malloc'd, each of them too */
  size_t n;
};

void file_list_init(struct file_list *r) {
  memset(r, 0, sizeof *r);
  files_init(&r->files);
  payload_init(&r->payload);
}

/* Forgets what is known of one path or value; the decoder is kept for the next value. */
static void forget(struct file_list *r) {
  struct payload_decoder *unpacker = r->unpacker;
  uint64_t number = r->number + 1;
  sqlite3_free(r->path);
  files_clear(&r->files);
  payload_clear(&r->payload);
  mem_free(r->data);
  file_list_init(r);
  r->unpacker = unpacker;
  r->number = number;
}

void file_list_clear(struct file_list *r) {
  payload_decoder_free(r->unpacker);
  r->unpacker = NULL;
  forget(r);
}

static int add_path(struct paths *p, const char *path) {
  char **more = sqlite3_realloc64(p->path, (p->n + 1) * sizeof *more);
  char *copy = sqlite3_mprintf("%s", path);
  if (more) p->path = more;
  if (more && copy) p->path[p->n++] = copy;
  else sqlite3_free(copy);
  return more && copy ? SQLITE_OK : SQLITE_NOMEM;
}

static void free_paths(struct paths *p) {
  for (size_t i = 0; i < p->n; i++) sqlite3_free(p->path[i]);
  sqlite3_free(p->path);
}

/* Adds the texts of a JSON array.  *is_json becomes 0 when SQLite does not accept it as JSON. */
static int add_json(struct paths *p, sqlite3 *db, const char *json, int *is_json, char **pzErr) {
  sqlite3_stmt *stmt = NULL;
  *is_json = 1;
  int rc = sqlite3_prepare_v2(db, "SELECT type, value FROM json_each(?1)", -1, &stmt, NULL);
  if (rc == SQLITE_ERROR || rc == SQLITE_AUTH)
    return report_text(pzErr, "several paths need SQLite's JSON functions: %s", sqlite3_errmsg(db));
  if (rc) return rc;
  rc = sqlite3_bind_text(stmt, 1, json, -1, SQLITE_TRANSIENT);
  int step = SQLITE_DONE;
  while (!rc && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *type = (const char *)sqlite3_column_text(stmt, 0), *value = (const char *)sqlite3_column_text(stmt, 1);
    if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
      rc =
          report_text(pzErr, "several paths need SQLite's JSON functions, and the program's authorizer makes them give "
                             "NULL (SQLITE_IGNORE); it must allow json_each");
    else if (!type || (!value && sqlite3_column_type(stmt, 1) != SQLITE_NULL)) rc = SQLITE_NOMEM;
    else if (value && !strcmp(type, "text")) rc = add_path(p, value);
    else rc = report_text(pzErr, "the paths are '%s'; a list of paths holds texts, as '[\"a/\", \"b/*.gz\"]'", json);
  }
  sqlite3_finalize(stmt);
  if (!rc && step == SQLITE_ERROR) *is_json = 0;
  else if (!rc && step != SQLITE_DONE) rc = step;
  return rc;
}

/*
** Does a JSON text have an escape of NUL, at which SQLite would cut the path?  An escaped backslash
** stands for itself, so "\\u0000" is the name of a file like any other.  \x00 and \0 are those of
** JSON5, which newer versions of SQLite read as well.
*/
static int escapes_nul(const char *json) {
  for (const char *p = json; (p = strchr(p, '\\')); p += p[1] ? 2 : 1)
    if (!strncmp(p + 1, "u0000", 5) || !strncmp(p + 1, "x00", 3) || p[1] == '0') return 1;
  return 0;
}

/* A path that begins with '[': a JSON array of paths, or a pattern. */
static int add_list(struct paths *p, sqlite3 *db, const char *path, char **pzErr) {
  int is_json, rc = add_json(p, db, path, &is_json, pzErr);
  if (!rc && is_json && escapes_nul(path))
    return report_text(pzErr, "a path in the list has a NUL byte (\\u0000); a backslash in a name is written twice, as "
                              "json_array() does");
  if (rc || p->n) return rc;
  if (is_json) return report_text(pzErr, "the list of paths is empty");
  const char *first = path + 1 + strspn(path + 1, " \t\r\n");
  return *first == '"' ? report_text(pzErr, "the paths are '%s', which is no JSON array", path) : add_path(p, path);
}

/*
** Does a path that looks like a list exist under this very name?  A path outside the root is not
** looked at.
*/
static int exists(const struct root_guard *guard, const char *path) {
  struct stat st;
  return !root_guard_stat(guard, path, &st);
}

static int list_files(struct file_list *r, const char *path, int threads, struct watch *watch, char **pzErr) {
  struct paths paths = {NULL, 0};
  struct err e = {0};
  struct discover_options options = {.guard = &r->guard,
                                     .max_files = DISCOVER_MAX_FILES,
                                     .stop = watch_stop(watch),
                                     .progress = &watch->progress,
                                     .threads = threads};
  if (root_guard_init(&r->guard, getenv("FLOWLOGS_ROOT"), &e)) return report_error(pzErr, &e);
  int is_list = path[0] == '[' && !exists(&r->guard, path);
  int rc = is_list ? add_list(&paths, watch->interrupt.db, path, pzErr) : add_path(&paths, path);
  if (!rc && discover(&r->files, (const char *const *)paths.path, paths.n, &options, &e)) rc = report_error(pzErr, &e);
  free_paths(&paths);
  return rc;
}

int file_list_find(struct file_list *r, const char *path, int threads, struct watch *watch, char **pzErr) {
  if (r->path && !strcmp(r->path, path)) return SQLITE_OK;
  file_list_clear(r);
  int rc = list_files(r, path, threads, watch, pzErr);
  if (!rc && !(r->path = sqlite3_mprintf("%s", path))) rc = SQLITE_NOMEM;
  if (rc) file_list_clear(r);
  return rc;
}

/*
** Is this the value that the list was made of?  It is compared byte by byte, because rows of one
** value must never be shown for another.
*/
static int is_same(const struct file_list *r, const void *p, size_t n, int type, enum policy policy) {
  return r->data && r->data_n == n && r->data_type == type && r->policy == policy && !memcmp(r->data, p, n);
}

int file_list_unpack(struct file_list *r, sqlite3_value *data, enum policy policy, const struct fingerprint_key *key,
                     struct interrupt *interrupt, char **pzErr) {
  struct err e = {0};
  int type = sqlite3_value_type(data); /* before it is converted to text */
  if (type == SQLITE_NULL && policy != POLICY_SKIP)
    return report_text(pzErr, "the payload is NULL: the column has none, or readfile() can't read the file; "
                              "on_error=skip leaves it out");
  const char *p = type == SQLITE_BLOB ? sqlite3_value_blob(data) : (const char *)sqlite3_value_text(data);
  size_t n = (size_t)sqlite3_value_bytes(data);
  if (!p && (n || (type != SQLITE_BLOB && type != SQLITE_NULL))) return SQLITE_NOMEM;
  if (!p) p = "";
  if (is_same(r, p, n, type, policy)) return SQLITE_OK;
  forget(r);
  if (!r->unpacker && !(r->unpacker = payload_decoder_new(interrupt))) return SQLITE_NOMEM;
  int rc = payload_decode(r->unpacker, p, n, policy, &r->payload, pzErr);
  if (!rc && payload_files(&r->payload, &r->files, &e)) rc = report_error(pzErr, &e);
  if (!rc && !(r->data = mem_alloc(n + 1))) rc = SQLITE_NOMEM;
  if (rc) {
    forget(r);
    return rc;
  }
  memcpy(r->data, p, n);
  r->data_n = n;
  r->data_type = type;
  r->policy = policy;
  fingerprint_text(key, p, n, r->identity);
  return SQLITE_OK;
}

int file_list_may_be_path(const struct file_list *r) {
  size_t n = r->data_n;
  while (n > 0 && (r->data[n - 1] == '\n' || r->data[n - 1] == '\r')) n--;
  if (r->data_type != SQLITE_TEXT || n == 0 || n >= PATH_MAX || memchr(r->data, '\n', n)) return 0;
  return memchr(r->data, '/', n) || memchr(r->data, '\\', n) || !(memchr(r->data, ' ', n) || memchr(r->data, ',', n));
}

/* SPDX-License-Identifier: MIT */
/*
** The list of files is sorted, and so are the rows of a folder, so files that lie in one folder are
** compared with its rows in one pass:
**
**     list    a/1.gz   a/3.gz   a/4.gz        rows of a    1.gz  2.gz  3.gz
**             current  current  not there                  ^     left  ^
*/
#include "index_file/index_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "index_file/checksum.h"
#include "sqlite/report.h"

#define FLAG_GAPS    3 /* the bits of enum facts_gap */
#define FLAG_UNIFORM 4

int64_t index_files_mtime(const struct file *f) {
  if (f->mtime < -9000000000 || f->mtime > 9000000000) return INT64_MIN;
  return f->mtime * 1000000000 + f->mtime_nsec;
}

/* Can the file have a row? */
static int is_regular(const struct file *f) {
  return !f->text && !f->refused && f->size >= 0 && index_files_mtime(f) != INT64_MIN;
}

/* --- a folder ----------------------------------------------------------------------------------------------------- */

void index_folder_clear(struct index_folder *f) {
  sqlite3_free(f->as_given);
  memset(f, 0, sizeof *f);
}

/* Makes *f the folder of a path.  SQLITE_NOMEM. */
static int enter_folder(struct index_folder *f, const char *path) {
  size_t n = (size_t)(file_name(path) - path);
  if (f->as_given && strlen(f->as_given) == n && !memcmp(f->as_given, path, n)) return SQLITE_OK;
  index_folder_clear(f);
  if (!(f->as_given = sqlite3_mprintf("%.*s", (int)n, path))) return SQLITE_NOMEM;
  if (!realpath(n ? f->as_given : ".", f->path)) f->path[0] = 0;
  f->checksum = checksum_text(0, f->path, strlen(f->path));
  return SQLITE_OK;
}

static int find_folder(struct index_db *d, struct index_folder *f) {
  int rc;
  if (f->id) return SQLITE_OK;
  sqlite3_stmt *s = index_db_statement(d, INDEX_FIND_FOLDER, &rc);
  if (!rc) rc = sqlite3_bind_text(s, 1, f->path, -1, SQLITE_STATIC);
  if (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) f->id = sqlite3_column_int64(s, 0);
  return index_db_done(d, INDEX_FIND_FOLDER, rc);
}

/* --- a row -------------------------------------------------------------------------------------------------------- */

static uint32_t row_checksum(uint32_t folder, const char *name, const struct file_facts *f, int64_t size, int64_t mtime,
                             int64_t flags, uint32_t layout) {
  const int64_t number[] = {(int64_t)f->id,
                            size,
                            mtime,
                            (int64_t)f->verdict,
                            (int64_t)f->records,
                            (int64_t)f->problems,
                            (int64_t)f->min_start,
                            (int64_t)f->max_start,
                            (int64_t)f->min_end,
                            (int64_t)f->max_end,
                            (int64_t)layout,
                            (int64_t)f->ports_below,
                            flags};
  uint32_t crc = checksum_text(folder, name, strlen(name) + 1);
  return checksum_numbers(crc, number, sizeof number / sizeof *number);
}

/* The columns of INDEX_FILES_BETWEEN. */
enum {
  NAME,
  ID,
  SIZE,
  MTIME,
  VERDICT,
  RECORDS,
  ERRORS,
  MIN_START,
  MAX_START,
  MIN_END,
  MAX_END,
  LAYOUT,
  PORTS,
  FLAGS,
  SUM
};

static uint64_t time_or_none(sqlite3_stmt *s, int column) {
  return sqlite3_column_type(s, column) == SQLITE_NULL ? RECORD_NONE : (uint64_t)sqlite3_column_int64(s, column);
}

static uint32_t find_layout(const struct index_files *r, sqlite3_stmt *s) {
  int64_t id = sqlite3_column_int64(s, LAYOUT);
  if (sqlite3_column_type(s, LAYOUT) == SQLITE_NULL) return INDEX_NO_LAYOUT;
  size_t low = 0, high = r->nlayouts;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (r->layout[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return low < r->nlayouts && r->layout[low].id == id ? (uint32_t)low : INDEX_NO_LAYOUT;
}

/* Reads a row about this file.  Returns 0 if its checksum is wrong. */
static int read_row(const struct index_files *r, struct index_entry *entry, const struct index_folder *folder,
                    const struct file *file, sqlite3_stmt *s) {
  struct file_facts *f = &entry->facts;
  int64_t size = sqlite3_column_int64(s, SIZE), mtime = sqlite3_column_int64(s, MTIME);
  int64_t flags = sqlite3_column_int64(s, FLAGS), verdict = sqlite3_column_int64(s, VERDICT);
  entry->layout = find_layout(r, s);
  f->id = (uint64_t)sqlite3_column_int64(s, ID);
  f->verdict = verdict >= VERDICT_OPEN && verdict <= VERDICT_BAD ? (enum verdict)verdict : VERDICT_OPEN;
  f->records = (uint64_t)sqlite3_column_int64(s, RECORDS);
  f->problems = (uint64_t)sqlite3_column_int64(s, ERRORS);
  f->min_start = time_or_none(s, MIN_START);
  f->max_start = time_or_none(s, MAX_START);
  f->min_end = time_or_none(s, MIN_END);
  f->max_end = time_or_none(s, MAX_END);
  f->ports_below = (uint32_t)sqlite3_column_int64(s, PORTS);
  f->gaps = flags & FLAG_GAPS;
  f->is_uniform = (flags & FLAG_UNIFORM) != 0;
  uint32_t layout = entry->layout == INDEX_NO_LAYOUT ? 0 : r->layout[entry->layout].checksum;
  entry->is_there = 1;
  entry->is_current = file->size == size && index_files_mtime(file) == mtime;
  return sqlite3_column_int64(s, SUM) ==
         row_checksum(folder->checksum, file_name(file->path), f, size, mtime, flags, layout);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int load_layouts(struct index_files *r, struct index_db *d, char **pzErr) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_ALL_LAYOUTS, &rc);
  while (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) {
    const char *fields_of = index_db_text(s, 1, &rc);
    if (mem_grow(&r->layout, &r->cap, r->nlayouts + 1, 4, sizeof *r->layout)) rc = SQLITE_NOMEM;
    else if (fields_of) {
      struct index_layout *l = &r->layout[r->nlayouts];
      l->id = sqlite3_column_int64(s, 0);
      l->checksum = checksum_text(0, fields_of, strlen(fields_of));
      if (l->checksum != sqlite3_column_int64(s, 2)) rc = SQLITE_CORRUPT;
      else if (!(l->fields = sqlite3_mprintf("%s", fields_of))) rc = SQLITE_NOMEM;
      else r->nlayouts++, rc = SQLITE_OK;
    }
  }
  if (rc == SQLITE_CORRUPT) return index_db_damaged(d, "a list of fields", pzErr);
  return index_db_error(d, index_db_done(d, INDEX_ALL_LAYOUTS, rc), pzErr);
}

/* Reads the rows of the files from number `from` to `to` - 1, which lie in one folder. */
static int load_folder(struct index_files *r, struct index_db *d, const struct files *files, size_t from, size_t to,
                       const struct index_folder *folder, int *damaged) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_FILES_BETWEEN, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, folder->id);
  if (!rc) rc = sqlite3_bind_text(s, 2, file_name(files->file[from].path), -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_text(s, 3, file_name(files->file[to - 1].path), -1, SQLITE_STATIC);
  for (size_t i = from; i < to && !rc && (rc = sqlite3_step(s)) == SQLITE_ROW;) {
    rc = SQLITE_OK;
    const char *name = index_db_text(s, NAME, &rc);
    while (name && i < to && strcmp(file_name(files->file[i].path), name) < 0) i++;
    if (!name || i == to || strcmp(file_name(files->file[i].path), name) != 0 || !is_regular(&files->file[i])) continue;
    if (!read_row(r, &r->entry[i], folder, &files->file[i], s)) *damaged = 1;
    i++;
  }
  return index_db_done(d, INDEX_FILES_BETWEEN, rc);
}

static int load_files(struct index_files *r, struct index_db *d, const struct files *files, int *damaged) {
  struct index_folder folder = {0};
  int rc = SQLITE_OK;
  for (size_t from = 0, to; from < files->n && !rc; from = to) {
    size_t n = (size_t)(file_name(files->file[from].path) - files->file[from].path);
    for (to = from + 1; to < files->n; to++) {
      const char *path = files->file[to].path;
      if ((size_t)(file_name(path) - path) != n || memcmp(path, files->file[from].path, n) != 0) break;
    }
    rc = enter_folder(&folder, files->file[from].path);
    if (!rc && folder.path[0]) rc = find_folder(d, &folder);
    if (!rc && folder.id) rc = load_folder(r, d, files, from, to, &folder, damaged);
  }
  index_folder_clear(&folder);
  return rc;
}

int index_files_load(struct index_files *r, struct index_db *d, const struct files *files, char **pzErr) {
  int damaged = 0;
  memset(r, 0, sizeof *r);
  if (!(r->entry = mem_alloc((files->n + 1) * sizeof *r->entry))) return SQLITE_NOMEM;
  memset(r->entry, 0, files->n * sizeof *r->entry);
  r->n = files->n;
  int rc = load_layouts(r, d, pzErr);
  if (rc) return rc;
  rc = index_db_error(d, load_files(r, d, files, &damaged), pzErr);
  return !rc && damaged ? index_db_damaged(d, "the row of a file", pzErr) : rc;
}

void index_files_clear(struct index_files *r) {
  for (size_t i = 0; i < r->nlayouts; i++) sqlite3_free(r->layout[i].fields);
  mem_free(r->layout);
  mem_free(r->entry);
  memset(r, 0, sizeof *r);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Runs a statement that adds a row with a text and its checksum, and returns the new id. */
static int add_text(struct index_db *d, enum index_statement which, const char *text, int64_t *id) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, which, &rc);
  if (!rc) rc = sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_bind_int64(s, 2, checksum_text(0, text, strlen(text)));
  if (!rc) rc = sqlite3_step(s);
  rc = index_db_done(d, which, rc);
  *id = sqlite3_last_insert_rowid(d->db);
  return rc;
}

/* The row of a list of fields, which is added if there is none. */
static int need_layout(struct index_db *d, const char *names, int64_t *id) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_FIND_LAYOUT, &rc);
  *id = 0;
  if (!rc) rc = sqlite3_bind_text(s, 1, names, -1, SQLITE_STATIC);
  if (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) *id = sqlite3_column_int64(s, 0);
  rc = index_db_done(d, INDEX_FIND_LAYOUT, rc);
  return rc || *id ? rc : add_text(d, INDEX_ADD_LAYOUT, names, id);
}

static void bind_time(sqlite3_stmt *s, int column, uint64_t x) {
  if (x != RECORD_NONE) sqlite3_bind_int64(s, column, (sqlite3_int64)x);
}

static int put_row(struct index_db *d, const struct index_folder *folder, const struct file *file,
                   const struct file_facts *f, int64_t layout) {
  int64_t flags = f->gaps | (f->is_uniform ? FLAG_UNIFORM : 0), mtime = index_files_mtime(file);
  uint32_t names = f->fields ? checksum_text(0, f->fields, strlen(f->fields)) : 0;
  const char *name = file_name(file->path);
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_PUT_FILE, &rc);
  if (!s) return rc;
  rc = sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
  if (rc) return rc;
  sqlite3_bind_int64(s, 1, folder->id);
  sqlite3_bind_int64(s, 3, (sqlite3_int64)f->id);
  sqlite3_bind_int64(s, 4, file->size);
  sqlite3_bind_int64(s, 5, mtime);
  sqlite3_bind_int64(s, 6, f->verdict);
  sqlite3_bind_int64(s, 7, (sqlite3_int64)f->records);
  sqlite3_bind_int64(s, 8, (sqlite3_int64)f->problems);
  bind_time(s, 9, f->min_start);
  bind_time(s, 10, f->max_start);
  bind_time(s, 11, f->min_end);
  bind_time(s, 12, f->max_end);
  if (f->fields) sqlite3_bind_int64(s, 13, layout);
  sqlite3_bind_int64(s, 14, f->ports_below);
  sqlite3_bind_int64(s, 15, flags);
  sqlite3_bind_int64(s, 16, row_checksum(folder->checksum, name, f, file->size, mtime, flags, names));
  return index_db_done(d, INDEX_PUT_FILE, sqlite3_step(s));
}

int index_files_put(struct index_db *d, struct index_folder *folder, const struct file *file,
                    const struct file_facts *facts, char **pzErr) {
  int64_t layout = 0;
  if (!is_regular(file)) return SQLITE_OK;
  int rc = enter_folder(folder, file->path);
  if (rc || !folder->path[0]) return rc;
  rc = find_folder(d, folder);
  if (!rc && !folder->id) rc = add_text(d, INDEX_ADD_FOLDER, folder->path, &folder->id);
  if (!rc && facts->fields) rc = need_layout(d, facts->fields, &layout);
  if (!rc) rc = put_row(d, folder, file, facts, layout);
  return index_db_error(d, rc, pzErr);
}

/* --- what is gone ------------------------------------------------------------------------------------------------- */

static int is_gone(const struct root_guard *guard, const char *path) {
  struct stat st;
  return root_guard_stat(guard, path, &st) && (errno == ENOENT || errno == ENOTDIR);
}

/* Rows to be removed: the number of the folder, and the name as a path. */
struct gone {
  struct files names;
  int64_t *folder;
  size_t cap;
};

static int add_gone(struct gone *g, sqlite3_stmt *s) {
  struct err e = {0};
  if (mem_grow(&g->folder, &g->cap, g->names.n + 1, 64, sizeof *g->folder)) return SQLITE_NOMEM;
  g->folder[g->names.n] = sqlite3_column_int64(s, 0);
  int rc;
  const char *name = index_db_text(s, 2, &rc);
  const char *copy = name ? files_join(&g->names, "", name, strlen(name), &e) : NULL;
  return !copy || files_add(&g->names, copy, NULL, &e) ? SQLITE_NOMEM : SQLITE_OK;
}

static int find_gone(struct gone *g, struct index_db *d, const struct file_set *known, uint64_t first_new,
                     const struct root_guard *guard) {
  int rc;
  struct err e = {0};
  sqlite3_stmt *s = index_db_statement(d, INDEX_ALL_FILES, &rc);
  while (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) {
    uint64_t id = (uint64_t)sqlite3_column_int64(s, 3);
    rc = SQLITE_OK;
    const char *folder = index_db_text(s, 1, &rc), *name = index_db_text(s, 2, &rc);
    char path[2 * PATH_MAX];
    if (rc || id >= first_new || file_set_has(known, id)) continue;
    sqlite3_snprintf(sizeof path, path, "%s/%s", folder, name);
    if (is_gone(guard, path)) rc = add_gone(g, s);
    if (!rc && stop_check(&d->stop, &e)) rc = SQLITE_INTERRUPT;
  }
  return index_db_done(d, INDEX_ALL_FILES, rc);
}

static int drop(struct index_db *d, int64_t folder, const char *name) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_DROP_FILE, &rc);
  if (!rc) rc = sqlite3_bind_int64(s, 1, folder);
  if (!rc) rc = sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
  if (!rc) rc = sqlite3_step(s);
  return index_db_done(d, INDEX_DROP_FILE, rc);
}

int index_files_forget(struct index_db *d, const struct file_set *known, uint64_t first_new,
                       const struct root_guard *guard, uint64_t *dropped, char **pzErr) {
  struct gone gone = {0};
  files_init(&gone.names);
  int rc = find_gone(&gone, d, known, first_new, guard);
  for (size_t i = 0; i < gone.names.n && !rc; i++) rc = drop(d, gone.folder[i], gone.names.file[i].path);
  *dropped = gone.names.n;
  if (!rc && gone.names.n) rc = index_db_run(d, INDEX_DROP_FOLDERS);
  files_clear(&gone.names);
  mem_free(gone.folder);
  return index_db_error(d, rc, pzErr);
}

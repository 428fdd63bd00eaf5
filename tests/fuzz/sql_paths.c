/* SPDX-License-Identifier: MIT */
/*
** Paths, patterns and lists of paths.  A list in JSON stands for the files of its paths together,
** each once; they come in the order of their paths; a pattern of one component stands for the
** names that SQLite's GLOB finds; and what flowlogs_files lists is what flowlogs reads.
**
** Input: paths, each up to a line feed.  Two or more are a list.
*/
#define _GNU_SOURCE
#include "fuzz_sql.h"

#define PATHS 4

static const char *const names[] = {"a.log",     "b.log", "ab.log",       "[a].log", "d/a.log",
                                    "d/e/b.log", "d/x[y", "\xc3\xb6.log", "{.log"};
#define NAMES (sizeof names / sizeof *names)

static void prepare(void) {
  mkdir("d", 0777);
  mkdir("d/e", 0777);
  for (size_t i = 0; i < NAMES; i++) {
    char text[64];
    int n = snprintf(text, sizeof text, "version srcport dstport\n2 %zu 443\n", i);
    write_bytes(names[i], text, (size_t)n);
  }
}

/* The names that the path stands for, one in a row, without duplicates. */
static struct answer files_of(const char *path) {
  return ask_with("SELECT file FROM flowlogs(?1)", path, strlen(path), 0);
}

/*
** The files of a list are those of its paths, each once.  A file is known by its srcport, because
** its path may be written in several ways.
*/
static void check_list(const char *const *path, uint32_t n) {
  sqlite3_str *list = sqlite3_str_new(db), *each = sqlite3_str_new(db);
  int has_error = 0;
  sqlite3_str_appendall(list, "SELECT srcport FROM flowlogs(json_array(");
  sqlite3_str_appendall(each, "SELECT srcport FROM (");
  for (uint32_t i = 0; i < n; i++) {
    sqlite3_str_appendf(list, "%s%Q", i ? ", " : "", path[i]);
    sqlite3_str_appendf(each, "%sSELECT srcport FROM flowlogs(%Q)", i ? " UNION " : "", path[i]);
    struct answer one = files_of(path[i]);
    has_error |= one.error != NULL || path[i][0] == '['; /* within a list it is a pattern */
    answer_free(&one);
  }
  sqlite3_str_appendall(list, ")) ORDER BY 1");
  sqlite3_str_appendall(each, ") ORDER BY 1");
  char *list_sql = sqlite3_str_finish(list), *each_sql = sqlite3_str_finish(each);
  struct answer got = ask(list_sql), want = ask(each_sql);
  if (!has_error)
    PROPERTY(!got.error && !want.error && text_is(&got.rows, &want.rows), "%s:\n%.*s%s\ninstead of\n%.*s", list_sql,
             (int)got.rows.n, got.rows.p, got.error ? got.error : "", (int)want.rows.n, want.rows.p);
  answer_free(&got);
  answer_free(&want);
  sqlite3_free(list_sql);
  sqlite3_free(each_sql);
}

/* SQLite knows no '!' and no dots that hide: only patterns that have none of these. */
static void check_pattern(const char *p, const struct answer *got) {
  static const char sql[] =
      "SELECT column1 FROM (VALUES ('a.log'), ('ab.log'), ('b.log')) WHERE column1 GLOB ?1 ORDER BY 1";
  if (!strpbrk(p, "*?") || strpbrk(p, "[/{\\") || *p == '.' || strspn(p, "*?ablog.") != strlen(p)) return;
  struct answer want = ask_with(sql, p, strlen(p), 0), only = {{0}, NULL};
  for (size_t i = 0; i < got->rows.n;) { /* rows of the three names */
    const char *row = got->rows.p + i, *end = memchr(row, '\n', got->rows.n - i);
    size_t n = (size_t)(end - row) + 1;
    if (!memcmp(row, "3a.log|", 7) || !memcmp(row, "3ab.log|", 8) || !memcmp(row, "3b.log|", 7))
      text_add(&only.rows, row, n);
    i += n;
  }
  PROPERTY(text_is(&only.rows, &want.rows), "%s: %.*s instead of %.*s", p, (int)only.rows.n, only.rows.p,
           (int)want.rows.n, want.rows.p);
  answer_free(&want);
  answer_free(&only);
}

static void try_input(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  char *path[PATHS];
  uint32_t n = 0;
  if (size && memmem(data, size, "..", 2)) return; /* nothing outside of the folder */
  if (size > 200 || memchr(data, 0, size)) return;
  while (c.n && n < PATHS) {
    size_t length;
    const char *p = choose_text(&c, '\n', &length);
    if (length && *p == '/') break;
    path[n++] = text_of(p, length);
  }
  for (uint32_t i = 0; i < n; i++) {
    struct answer rows = files_of(path[i]);
    struct answer listed = ask_with("SELECT path FROM flowlogs_files(?1)", path[i], strlen(path[i]), 0);
    if (rows.error) PROPERTY(!strncmp(rows.error, "flowlogs: ", 10), "%s", rows.error);
    else {
      struct answer sorted =
          ask_with("SELECT file FROM flowlogs(?1) ORDER BY CAST(file AS BLOB)", path[i], strlen(path[i]), 0);
      PROPERTY(text_is(&rows.rows, &sorted.rows), "%s: %.*s", path[i], (int)rows.rows.n, rows.rows.p);
      answer_free(&sorted);
      PROPERTY(!listed.error && text_is(&rows.rows, &listed.rows), "%s: %.*s", path[i], (int)listed.rows.n,
               listed.rows.p);
      check_pattern(path[i], &rows);
    }
    answer_free(&rows);
    answer_free(&listed);
  }
  if (n > 1) check_list((const char *const *)path, n);
  while (n) free(path[--n]);
}

/* SPDX-License-Identifier: MIT */
/*
** JSON as a container.  A text gives the same lines however its bytes arrive, and behind another
** file.  Where nothing is said against its form, it is a row of values that are JSON for SQLite; and
** one value that is JSON for SQLite is read to its end.
**
** Input: a byte for the size of the pieces, and a text.
*/
#include "fuzz.h"

#include <sqlite3.h>

#include "base/json.h"
#include "container_lines.h"

static sqlite3 *db;

static int is_valid(const char *p, size_t n) {
  sqlite3_stmt *stmt = NULL;
  if (!db && sqlite3_open(":memory:", &db)) abort();
  if (sqlite3_prepare_v2(db, "SELECT json_valid(?)", -1, &stmt, NULL)) abort();
  sqlite3_bind_text(stmt, 1, p, (int)n, SQLITE_STATIC);
  int valid = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
  sqlite3_finalize(stmt);
  return valid;
}

/* Bytes of which readers of JSON think differently: control characters within texts, and NUL. */
static int has_control(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] < ' ' && p[i] != '\n' && p[i] != '\r') return 1;
  return 0;
}

static size_t brackets(const char *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += p[i] == '{' || p[i] == '[';
  return count;
}

/* Is each of the values that stand behind one another JSON for SQLite? */
static int are_valid(const char *p, size_t n) {
  const char *end = p + n, *value;
  size_t length;
  struct err e = {0};
  enum json_result rc;
  while ((rc = json_next(&p, end, &value, &length, &e)) == JSON_VALUE)
    if (!is_valid(value, length)) return 0;
  return rc == JSON_END;
}

/* Does the text say that something is no JSON?  Within base64 it may say so, too. */
static int has_complaint(const char *lines) {
  return strstr(lines, "no JSON") || strstr(lines, "JSON object or array has no end") ||
         strstr(lines, "in one another") || strstr(lines, "\\u without") || strstr(lines, "broken at");
}

static void check_form(const char *text, size_t n, const char *lines) {
  if (has_control(text, n) || brackets(text, n) > 60) return;
  if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) text += 3, n -= 3;
  if (!has_complaint(lines)) PROPERTY(are_valid(text, n), "%.*s is no JSON:\n%s", (int)n, text, lines);
  if (is_valid(text, n))
    PROPERTY(!strstr(lines, "\nbroken at 1: is no JSON") && !strstr(lines, "\nbroken at 1: is cut off") &&
                 !strstr(lines, "\nbroken at 1: has a \\u"),
             "%.*s is JSON:\n%s", (int)n, text, lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct container container;
  struct choices c = {data, size};
  size_t piece = 1 + choose_byte(&c);
  char *text = copy_of((const char *)c.p, c.n, 0);
  container_init(&container);
  char *whole = container_lines(&container, text, c.n, SIZE_MAX, ERR_NONE);
  char *again = container_lines(&container, text, c.n, SIZE_MAX, ERR_NONE);
  PROPERTY(!strcmp(whole, again), "twice:\n%s\ninstead of\n%s", again, whole);
  free(again);
  if (strcmp(whole, "lines\n") != 0 && container.kind && !strcmp(container.kind->name, "json")) {
    char *pieces = container_lines(&container, text, c.n, piece, ERR_NONE);
    PROPERTY(!strcmp(whole, pieces), "in pieces of %zu:\n%s\ninstead of\n%s", piece, pieces, whole);
    free(pieces);
    check_form(text, c.n, whole);
  }
  free(whole);
  free(text);
  container_clear(&container);
  return 0;
}

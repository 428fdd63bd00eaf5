/* SPDX-License-Identifier: MIT */
/*
** is_inside(ip) compares with the five default prefixes, and is pure.  is_inside(ip, inside) reads
** the list at the first call of a statement and keeps it as auxiliary data of its second argument,
** so that a constant list is read once for a statement.
**
** The second form is SQLITE_DIRECTONLY, as cidr_lookup() is and for the same reason: it reads a
** table by name.  A CHECK constraint, which SQLite (3.40) lets call it all the same, cannot make it
** read one either (sqlite/caller.h).
*/
#include "functions/inside.h"

#include <string.h>

#include "functions/functions.h"
#include "functions/value_list.h"
#include "sqlite/caller.h"
#include "sqlite/report.h"
#include "sqlite/value.h"

static const struct value_list_kind kind = {"cidr", "prefix such as '10.0.0.0/8'",
                                            "[\"10.0.0.0/8\", \"192.168.0.0/16\"]"};

#define V4(a, b, bits)                                                                                                 \
  {                                                                                                                    \
    .net = {0, UINT64_C(0xffff) << 32 | (uint64_t)(a) << 24 | (uint64_t)(b) << 16},                                    \
    .mask = {UINT64_MAX, UINT64_MAX << (32 - (bits))}, .is_v4 = 1                                                      \
  }

static const struct ip_prefix defaults[] = {
    V4(10, 0, 8),
    V4(172, 16, 12),
    V4(192, 168, 16),
    V4(100, 64, 10),
    {.net = {UINT64_C(0xfc) << 56, 0}, .mask = {UINT64_C(0xfe) << 56, 0}}, /* fc00::/7 */
};
#define DEFAULTS (sizeof defaults / sizeof *defaults)

int inside_is_default(const struct ip *ip) {
  for (size_t i = 0; i < DEFAULTS; i++)
    if (ip_in_prefix(ip, &defaults[i])) return 1;
  return 0;
}

static int add(void *to, const struct value_list_value *value) {
  struct ip_prefix prefix;
  if (value->type != SQLITE_TEXT || !ip_parse_prefix(value->text, value->n, &prefix)) return SQLITE_ERROR;
  return prefix_table_add(to, &prefix, 1) ? SQLITE_NOMEM : SQLITE_OK;
}

static int add_defaults(struct prefix_table *table) {
  for (size_t i = 0; i < DEFAULTS; i++)
    if (prefix_table_add(table, &defaults[i], 1)) return SQLITE_NOMEM;
  return SQLITE_OK;
}

int inside_read(sqlite3 *db, const char *who, const char *text, struct prefix_table **out, char **pzErr) {
  struct prefix_table *table = prefix_table_new();
  *out = NULL;
  if (!table) return SQLITE_NOMEM;
  int rc = text ? value_list_read(db, who, &kind, text, add, table, pzErr) : add_defaults(table);
  if (!rc && prefix_table_finish(table)) rc = SQLITE_NOMEM;
  if (rc) prefix_table_free(table);
  else *out = table;
  return rc;
}

/* --- the function ------------------------------------------------------------------------------------------------- */

#define NAME "is_inside"

void inside_default_function(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) sqlite3_result_int(ctx, inside_is_default(&ip));
}

/* Reads the list that an argument names.  Returns NULL with the error set. */
static struct prefix_table *read_argument(sqlite3_context *ctx, sqlite3_value *argument) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  struct prefix_table *table = NULL;
  char *message = NULL;
  size_t n;
  int rc, is_blob = sqlite3_value_type(argument) == SQLITE_BLOB; /* before it is made a text */
  const char *text = value_text(ctx, argument, &n);
  if (!text) return NULL;
  if (is_blob) rc = report_text(&message, NAME ": the list is a blob, not text such as '%s'", kind.sample);
  else if (strlen(text) != n) rc = report_text(&message, NAME ": the list has a NUL byte");
  else if (!value_list_is_json(text) && !caller_is_user(db, NAME))
    rc = report_text(&message, NAME ": unsafe use of it by a CHECK, generated column or index of a database, which "
                                    "cannot make it read a table");
  else rc = inside_read(db, NAME, text, &table, &message);
  if (rc) value_result_code(ctx, rc, message);
  return table;
}

static void free_table(void *table) { prefix_table_free(table); }

static void is_inside(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct prefix_table *kept = sqlite3_get_auxdata(ctx, 1), *table = kept;
  struct ip ip;
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
  if (sqlite3_value_type(argv[1]) == SQLITE_NULL) {
    inside_default_function(ctx, argc, argv);
    return;
  }
  if (!table && !(table = read_argument(ctx, argv[1]))) return;
  if (value_ip(ctx, argv[0], &ip)) sqlite3_result_int(ctx, prefix_table_has(table, &ip));
  if (!kept) sqlite3_set_auxdata(ctx, 1, table, free_table); /* this may free it */
}

int is_inside_register(sqlite3 *db) {
  return sqlite3_create_function_v2(db, NAME, 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, is_inside, NULL, NULL, NULL);
}

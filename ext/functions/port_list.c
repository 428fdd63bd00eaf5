/* SPDX-License-Identifier: MIT */
/*
** A number is read from its digits, because a table that was imported from a file has texts.
*/
#include "functions/port_list.h"

#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "functions/value_list.h"

static const struct value_list_kind kind = {"port", "port number, 0 to 65535", "[8443, 50051]"};

/* The port that the digits are, without leading zeros; -1 for anything else. */
static int32_t port_of(const char *p, size_t n) {
  int32_t port = 0;
  if (n == 0 || n > 5 || (n > 1 && *p == '0')) return -1;
  for (; n > 0; n--, p++) {
    if (!char_is_digit(*p)) return -1;
    port = port * 10 + (*p - '0');
  }
  return port < PORT_SET_PORTS ? port : -1;
}

static int add(void *to, const struct value_list_value *value) {
  size_t n = value->n;
  /* A whole number of a column of type REAL: SQLite writes it as 443.0. */
  if (value->type == SQLITE_FLOAT && n > 2 && !strcmp(value->text + n - 2, ".0")) n -= 2;
  int32_t port = value->type == SQLITE_BLOB ? -1 : port_of(value->text, n);
  if (port < 0) return SQLITE_ERROR;
  port_set_add(to, (uint32_t)port);
  return SQLITE_OK;
}

int port_list_read(sqlite3 *db, const char *who, const char *text, struct port_set **out, char **pzErr) {
  *out = NULL;
  if (!text) return SQLITE_OK;
  struct port_set *list = mem_alloc(sizeof *list);
  if (!list) return SQLITE_NOMEM;
  memset(list, 0, sizeof *list);
  int rc = value_list_read(db, who, &kind, text, add, list, pzErr);
  if (rc) mem_free(list);
  else *out = list;
  return rc;
}

/* SPDX-License-Identifier: MIT */
/*
** A set of port numbers that a user names.
*/
#ifndef FUNCTIONS_PORT_LIST_H
#define FUNCTIONS_PORT_LIST_H

#include <stdint.h>

#include "sqlite/sqlite.h"

#define PORT_LIST_PORTS 65536

struct port_list {
  uint64_t bits[PORT_LIST_PORTS / 64];
};

/* Has the set the port?  NULL is the empty set, and a number above 65535 is in none.  Any thread. */
static inline int port_list_has(const struct port_list *l, uint32_t port) {
  return l && port < PORT_LIST_PORTS && (l->bits[port / 64] >> port % 64 & 1);
}

/*
** Reads the set: NULL for none, which leaves *out NULL, a JSON array of numbers from 0 to 65535, or
** the name of a table with a column `port`, which holds numbers or their digits as text; see
** functions/value_list.h, also for `who`, codes and messages.  The caller frees *out with mem_free();
** it is NULL on an error.  By the thread that owns the connection, also from an xFilter.
*/
int port_list_read(sqlite3 *db, const char *who, const char *text, struct port_list **out, char **pzErr);

#endif
